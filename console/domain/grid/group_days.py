"""The last days of a group of assets: the worst cell of each day, and the share that is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from console.domain.grid.row import lane_of
from console.domain.partitions.key_times import Level
from console.domain.status.states import State, worst_of_each

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.domain.partitions.keys import PartitionKeys

_FINE = (Level.MINUTE, Level.HOUR, Level.DAY)
_DONE = (State.MATERIALIZED, State.STALE)


@dataclass(frozen=True, slots=True)
class GroupDays:
    """`worst` has one cell a day, oldest first; `done` of `total` partitions are materialized."""

    worst: bytes
    done: int
    total: int


def last_days(now: float, count: int) -> tuple[str, ...]:
    """The last `count` days up to that of `now` (epoch seconds), in UTC, as `2026-11-20`."""
    today = datetime.fromtimestamp(now, UTC).date()
    return tuple((today - timedelta(days=ago)).isoformat() for ago in range(count - 1, -1, -1))


def group_days(
    assets: Iterable[tuple[PartitionKeys, bytes]], days: Sequence[str]
) -> GroupDays | None:
    """The days of assets with partitions of a day or less; None if none are in `days`.

    The states are judged: cells that need nobody yet are OUTSIDE and don't count.
    """
    cells_by_day: dict[str, bytearray] = {day: bytearray() for day in days}
    for keys, states in assets:
        _take(cells_by_day, keys, states)
    cells = b"".join(bytes(day_cells) for day_cells in cells_by_day.values())
    if not cells.strip(bytes(1)):
        return None
    worst = worst_of_each(bytes(day_cells) or bytes(1) for day_cells in cells_by_day.values())
    total = len(cells) - cells.count(State.OUTSIDE)
    return GroupDays(worst, sum(cells.count(state) for state in _DONE), total)


def _take(cells_by_day: dict[str, bytearray], keys: PartitionKeys, states: bytes) -> None:
    """Adds the cells of an asset to their days, from the newest back."""
    lane = lane_of(keys, None)
    times = lane.keys.times
    if times is None or times.level not in _FINE or len(states) != len(keys):
        return
    cells = lane.fold(states)
    oldest_day = next(iter(cells_by_day), "")
    for time, cell in zip(reversed(times.texts), reversed(cells), strict=True):
        day = time[:10]
        if day < oldest_day:
            break
        if day in cells_by_day:
            cells_by_day[day].append(cell)
