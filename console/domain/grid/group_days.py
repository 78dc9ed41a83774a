"""The last days of a group of assets: the worst cell of each day, and how much is done."""

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
    """`worst` has a cell a day, oldest first; `done` of `total` partitions of them are made."""

    worst: bytes
    done: int
    total: int


def last_days(now: float, count: int) -> tuple[str, ...]:
    """`2026-11-20`…, `count` of them till the day of `now` (epoch seconds) in UTC."""
    today = datetime.fromtimestamp(now, UTC).date()
    return tuple((today - timedelta(days=ago)).isoformat() for ago in range(count - 1, -1, -1))


def group_days(
    assets: Iterable[tuple[PartitionKeys, bytes]], days: Sequence[str]
) -> GroupDays | None:
    """Of assets with partitions of a day or less; None where there are none in these days.

    The states are judged: what needs nobody yet is outside, and doesn't count.
    """
    found: dict[str, bytearray] = {day: bytearray() for day in days}
    for keys, states in assets:
        _take(found, keys, states)
    cells = b"".join(bytes(held) for held in found.values())
    if not cells.strip(bytes(1)):
        return None
    worst = worst_of_each(bytes(held) or bytes(1) for held in found.values())
    total = len(cells) - cells.count(State.OUTSIDE)
    return GroupDays(worst, sum(cells.count(state) for state in _DONE), total)


def _take(found: dict[str, bytearray], keys: PartitionKeys, states: bytes) -> None:
    """Add the cells of an asset to the days that they are of, from the newest back."""
    lane = lane_of(keys, None)
    times = lane.keys.times
    if times is None or times.level not in _FINE or len(states) != len(keys):
        return
    cells = lane.fold(states)
    first = next(iter(found), "")
    for text, cell in zip(reversed(times.texts), reversed(cells), strict=True):
        day = text[:10]
        if day < first:
            break
        if day in found:
            found[day].append(cell)
