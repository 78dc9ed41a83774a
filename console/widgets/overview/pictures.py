"""Pictures below the sections, as far as there is room: what is next, what ended, the last days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.freshness.policy import FreshnessVerdict
from console.domain.freshness.urgency import span
from console.domain.grid.group_days import group_days, last_days
from console.domain.grid.metrics import BARS, DIGITS
from console.domain.reading import FINAL, Reading
from console.domain.runs.backfill_words import assets_text, took_text
from console.domain.status.states import LOOKS, State, state_of
from console.domain.text import cut, one_line, padded
from console.domain.times import short_past_moment
from console.store.needs import judged_cells
from console.widgets.common.styled_text import StyledLine
from console.widgets.common.styles import glyph
from console.widgets.overview.line import Frame, Leads, OverviewLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.domain.grid.group_days import GroupDays
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.runs.hours import RunHour
    from console.domain.runs.run import Backfill

DAYS, MOST_DAYS = 14, 30
MOST_AHEAD = 8
SHARE = 8
"""Cells for ` 100 %`."""


def picture_lines(frame: Frame, room: int) -> list[OverviewLine]:
    """At most `room` lines, each picture after an empty one; only backfills can be chosen."""
    blank = OverviewLine([("", "dim")])
    lines: list[OverviewLine] = []
    for picture in ([*_runs(frame), *_next(frame)], _groups(frame), _ended(frame)):
        left = room - len(lines) - 1
        if picture and left >= min(len(picture), 2):
            lines += [blank, *picture[:left]]
    return lines


def _runs(frame: Frame) -> list[OverviewLine]:
    """A bar for each of the last 24 hours, as high as runs ended in it; red where one failed."""
    hours = frame.overview.run_hours.hours(frame.now)
    if not hours:
        return []
    most = max(hour.ended for hour in hours)
    bars = [_bar(hour, most, ascii_only=frame.ascii_only) for hour in hours]
    ended, failed = sum(hour.ended for hour in hours), sum(hour.failed for hour in hours)
    more = "" if all(hour.known for hour in hours) else "+"
    words = f"  {ended}{more} ended in 24 h, up to {most}/h, "
    return [
        OverviewLine(
            [
                (" RUNS  ", "text"),
                *bars,
                (words, "dim"),
                (f"{failed} failed", "bad" if failed else "dim"),
            ]
        )
    ]


def _bar(hour: RunHour, most: int, *, ascii_only: bool) -> tuple[str, str]:
    if not hour.known:
        return "?", "dim"
    if not hour.ended:
        return ("." if ascii_only else "·"), "dim"
    bars = DIGITS if ascii_only else BARS
    height = bars[(hour.ended * len(bars) - 1) // most]
    return height, "bad" if hour.failed else "good"


def _next(frame: Frame) -> list[OverviewLine]:
    """`NEXT  orders in 4h · stg_events in 6h`: the deadlines of what is in time, soonest first."""
    in_time = (FreshnessVerdict.HEALTHY, FreshnessVerdict.WARNING)
    ahead = sorted(
        (one.freshness.due, shown_key(one.key))
        for one in frame.by_urgency
        if one.verdict in in_time and one.freshness.due is not None
    )
    return [*_ahead(frame, "NEXT", "deadlines", ahead), *_ticks(frame)]


def _ticks(frame: Frame) -> list[OverviewLine]:
    """`TICKS  next: daily_ingestion in 3h`."""
    health = frame.overview.health
    ahead = sorted(
        (one.next_at, one.name)
        for one in (health.ticking if health else None) or ()
        if one.next_at is not None and one.next_at > frame.now
    )
    return _ahead(frame, "TICKS", "schedules", ahead)


def _ahead(
    frame: Frame, heading: str, what: str, moments: list[tuple[float, str]]
) -> list[OverviewLine]:
    between = " - " if frame.ascii_only else " · "
    told = [f"{one_line(name)} in {span(at - frame.now)}" for at, name in moments]
    words = between.join(told[:MOST_AHEAD])
    return [frame.sentence(heading, f"{what}: {words}")] if told else []


def _ended(frame: Frame) -> list[OverviewLine]:
    """The last backfills that ended: how many cells were made, when, how long it took."""
    found = frame.overview.last_backfills.found
    if not found:
        return []
    heading = frame.heading("BACKFILLS ENDED", "", "done", "at", "")
    return [heading, *(_backfill(one, frame) for one in found)]


def _backfill(one: Backfill, frame: Frame) -> OverviewLine:
    well = one.succeeded
    state = State.MATERIALIZED if well else State.FAILED
    done = f"{one.done}/{one.targeted}" if one.targeted else "–"
    words = [took_text(one, frame.now), *([f"{one.failed} failed"] if one.failed else [])]
    words += [] if well else [one.word]
    rest = one_line(", ".join(words))
    return OverviewLine(
        frame.columns(
            (glyph(state, ascii_only=frame.ascii_only), LOOKS[state].style),
            (one_line(one.title) or assets_text(one.assets), "text"),
            (done, "text"),
            (short_past_moment(one.ended or one.created, frame.now), "dim"),
            [(cut(rest, frame.rest_width), "dim" if well else "bad")],
        ),
        ("ended", one.id),
        Leads(backfill=one.id, asset=next(iter(one.assets), None)),
        [
            [(f"backfill {one.id}  {one.word}", "text")],
            [(cut(assets_text(one.assets), frame.width - 2), "dim")],
            [(cut(one_line(one.error or ""), frame.width - 2), "bad")],
        ],
    )


def _groups(frame: Frame) -> list[OverviewLine]:
    found = list(_days_of_groups(frame))
    if not found:
        return []
    days = len(found[0][1].worst)
    words = f"worst of each of the last {days} days, and how much of them is done"
    return [frame.sentence("GROUPS", words), *(_strip(*each, frame) for each in found)]


def _days_of_groups(frame: Frame) -> Iterator[tuple[str, GroupDays, Reading]]:
    deployment = frame.overview.deployment
    groups: dict[str, list[tuple[PartitionKeys, bytes]]] = {}
    for key in deployment.graph.order:
        keys = deployment.keys.get(key)
        if keys is not None and key in deployment.rows:
            group = groups.setdefault(deployment.graph[key].group, [])
            group.append((keys, judged_cells(deployment, key, frame.now).cells))
    days = last_days(frame.now, _days(frame))
    for name, assets in groups.items():
        told = group_days(assets, days)
        if told is not None:
            yield name, told, _reading_of(frame, name)


def _reading_of(frame: Frame, group: str) -> Reading:
    """What of a group may change once more is read."""
    deployment = frame.overview.deployment
    graph, staleness = deployment.graph, deployment.staleness
    members = [key for key in graph.order if graph[key].group == group]
    unread = any(key not in deployment.rows or staleness.is_due(key) for key in members)
    return Reading(("partitions",)) if unread else FINAL


def _days(frame: Frame) -> int:
    return max(min(frame.width - _name_width(frame) - SHARE - 3, MOST_DAYS), DAYS)


def _name_width(frame: Frame) -> int:
    return max(min(frame.width // 4, 28), 12)


def _strip(name: str, days: GroupDays, reading: Reading, frame: Frame) -> OverviewLine:
    width = _name_width(frame)
    parts: StyledLine = [(f"   {padded(cut(one_line(name) or 'no group', width), width)}", "text")]
    for cell in days.worst:
        state = state_of(cell)
        parts.append((glyph(state, ascii_only=frame.ascii_only), LOOKS[state].style))
    share = days.done * 100 // max(days.total, 1)
    return OverviewLine([*parts, (frame.marked(f"{share:>5} %", reading), "text")])
