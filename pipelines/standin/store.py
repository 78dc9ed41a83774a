"""The stand-in's data at this moment; a day is made when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pipelines.standin.days import entries_of_day, is_corrected, is_late

CORRECTED_READING = 150
CORRECTION_MG_DL = 30
LATE_UNTIL_HOUR = 6


class EntryNotFoundError(LookupError):
    """No reading has the id or the day that was named."""


class EntryStore:
    """The readings of one user, from `days` days ago up to now, never later than now."""

    def __init__(
        self,
        *,
        days: int = 400,
        seed: int = 1,
        user: str = "demo",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.user, self.seed, self.now = user, seed, now
        self.first_day = now().astimezone(UTC).date() - timedelta(days=days)
        self._days: dict[date, list[dict[str, Any]]] = {}
        self._corrections: dict[str, int | None] = {}

    def newest_first(self, earliest_ms: float, latest_ms: float) -> Iterator[dict[str, Any]]:
        """The readings between two moments (epoch ms, both included), newest first."""
        now = self.now()
        latest_ms = min(latest_ms, now.timestamp() * 1000)
        first = max(self.first_day, _day(max(earliest_ms, 0)))
        day = _day(max(latest_ms, 0))
        while day >= first:
            for reading in reversed(self._of_day(day)):
                visible = earliest_ms <= reading["date"] <= latest_ms
                if visible and not self._still_missing(reading, day, now):
                    yield self._as_stored(reading, day, now)
            day -= timedelta(days=1)

    def correct(self, entry_id: str, sgv: int | None) -> dict[str, Any]:
        """Gives a reading another value under the same id; raises EntryNotFoundError."""
        for reading in self.newest_first(*_second_of(entry_id)):
            if reading["_id"] == entry_id:
                self._corrections[entry_id] = sgv
                return reading | {"sgv": sgv}
        raise EntryNotFoundError(f"no reading has the _id {entry_id!r}")

    def correct_first_of(self, day: date, sgv: int | None) -> dict[str, Any]:
        """Corrects the oldest reading of a UTC day; raises EntryNotFoundError."""
        readings = self._of_day(day) if day >= self.first_day else []
        if not readings or readings[0]["date"] > self.now().timestamp() * 1000:
            raise EntryNotFoundError(f"no reading on {day.isoformat()}")
        self._corrections[readings[0]["_id"]] = sgv
        return readings[0] | {"sgv": sgv}

    def _of_day(self, day: date) -> list[dict[str, Any]]:
        if day not in self._days:
            entries = entries_of_day(self.user, self.seed, day)
            self._days[day] = sorted(entries, key=lambda reading: reading["date"])
        return self._days[day]

    def _as_stored(self, reading: dict[str, Any], day: date, now: datetime) -> dict[str, Any]:
        if reading["_id"] in self._corrections:
            return reading | {"sgv": self._corrections[reading["_id"]]}
        awaiting = is_corrected(day) and now < _noon_after(day)
        if awaiting and reading["_id"] == self._of_day(day)[CORRECTED_READING]["_id"]:
            return reading | {"sgv": max(reading["sgv"] - CORRECTION_MG_DL, 39)}
        return reading

    def _still_missing(self, reading: dict[str, Any], day: date, now: datetime) -> bool:
        if not is_late(day) or now >= _noon_after(day):
            return False
        return datetime.fromtimestamp(reading["date"] / 1000, UTC).hour < LATE_UNTIL_HOUR


def _day(milliseconds: float) -> date:
    return datetime.fromtimestamp(min(milliseconds / 1000, 253402300799), UTC).date()


def _noon_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(12), UTC)


def _second_of(entry_id: str) -> tuple[float, float]:
    try:
        second = int(entry_id[:8], 16)
    except ValueError as error:
        raise EntryNotFoundError(f"no reading has the _id {entry_id!r}") from error
    return second * 1000, second * 1000 + 999
