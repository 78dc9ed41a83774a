"""Times as short texts: `2m`, `14:02`, `Nov 20`."""

from __future__ import annotations

from datetime import datetime, tzinfo

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def duration(seconds: float | None) -> str:
    """`0s`, `47m`, `1h 5m`, `26h`, `3d 4h`; `–` when unknown."""
    if seconds is None:
        return "–"
    left = int(abs(seconds) + 0.5)
    if left < 60:
        return f"{left}s"
    if left < 600:
        minutes, rest = divmod(left, 60)
        return f"{minutes}m {rest:02}s" if rest else f"{minutes}m"
    name, size = next(
        (unit, unit_seconds)
        for unit, unit_seconds in _UNITS
        if left >= unit_seconds and not (unit == "d" and left < 172_800)
    )
    count, rest = divmod(left, size)
    following = {"d": ("h", 3_600), "h": ("m", 60)}.get(name)
    if following and count < 10 and rest >= following[1]:
        return f"{count}{name} {rest // following[1]}{following[0]}"
    return f"{count}{name}"


def age(seconds: float | None) -> str:
    """A coarse age that changes at most once a minute after the first: `now`, `2m`, `5h`, `3d`.

    A negative age, from a wrong clock, is shown as `in 5m`.
    """
    if seconds is None:
        return "–"
    if seconds < -60:
        return f"in {duration(seconds)}"
    if seconds < 60:
        return "now" if seconds < 5 else "<1m"
    for name, size in _UNITS[:3]:
        if seconds >= size and not (name == "d" and seconds < 172_800):
            return f"{int(seconds // size)}{name}"
    return "–"


def clock(timestamp: float | None, zone: tzinfo | None = None) -> str:
    """`14:02:09` in the zone of the terminal, or in `zone`."""
    return (
        "–" if timestamp is None else datetime.fromtimestamp(timestamp, zone).strftime("%H:%M:%S")
    )


def clock_ms(timestamp: float, zone: tzinfo | None = None) -> str:
    """`14:02:09.114`."""
    moment = datetime.fromtimestamp(timestamp, zone)
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}"


def date(timestamp: float, zone: tzinfo | None = None) -> str:
    """`2026-11-25`."""
    return f"{datetime.fromtimestamp(timestamp, zone):%Y-%m-%d}"


def dated_clock_ms(timestamp: float, now: float, zone: tzinfo | None = None) -> str:
    """`14:02:09.114` today, `Nov 25 14:02:09.114` on another day, with the year in another."""
    then, today = datetime.fromtimestamp(timestamp, zone), datetime.fromtimestamp(now, zone)
    time = clock_ms(timestamp, zone)
    if then.date() == today.date():
        return time
    return f"{then:%b %d} {time}" if then.year == today.year else f"{then:%Y-%m-%d} {time}"


def is_today(timestamp: float, now: float, zone: tzinfo | None = None) -> bool:
    """Whether both timestamps are on the same day."""
    then, today = datetime.fromtimestamp(timestamp, zone), datetime.fromtimestamp(now, zone)
    return then.date() == today.date()


def short_moment(timestamp: float | None, now: float, zone: tzinfo | None = None) -> str:
    """The time in at most seven characters: `14:02` today, `Nov 25` within some months, else `2027-03`."""
    if timestamp is None:
        return "–"
    if is_today(timestamp, now, zone):
        return moment(timestamp, now, zone)
    then, today = datetime.fromtimestamp(timestamp, zone), datetime.fromtimestamp(now, zone)
    return f"{then:%b %d}" if abs((today - then).days) < 330 else f"{then:%Y-%m}"


def past_moment(timestamp: float | None, now: float, zone: tzinfo | None = None) -> str:
    """`moment` of a past event; `in 5m` if a wrong clock puts it ahead."""
    if timestamp is not None and timestamp > now + 60:
        return f"in {duration(timestamp - now)}"
    return moment(timestamp, now, zone)


def told_moment(timestamp: float | None, now: float, zone: tzinfo | None = None) -> str:
    """`moment` of a past event for a sentence; `12:05 (in 5m)` if a wrong clock puts it ahead."""
    time = moment(timestamp, now, zone)
    if timestamp is not None and timestamp > now + 60:
        return f"{time} ({age(now - timestamp)})"
    return time


def short_past_moment(timestamp: float | None, now: float, zone: tzinfo | None = None) -> str:
    """`short_moment` of a past event; `in 5m` if a wrong clock puts it ahead."""
    if timestamp is not None and timestamp > now + 60:
        return age(now - timestamp)
    return short_moment(timestamp, now, zone)


def moment(timestamp: float | None, now: float, zone: tzinfo | None = None) -> str:
    """`14:02` today, `Nov 20 14:02` this year, `2024 Nov 20` before."""
    if timestamp is None:
        return "–"
    then, today = datetime.fromtimestamp(timestamp, zone), datetime.fromtimestamp(now, zone)
    if then.date() == today.date():
        return then.strftime("%H:%M")
    if abs((today - then).days) < 330:
        return then.strftime("%b %d %H:%M")
    return then.strftime("%Y %b %d")
