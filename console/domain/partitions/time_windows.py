"""Mappings between time-window partitions, whose windows are read from their keys.

A key that is a date, or a date and a time, is the start of its window, and the next key's
start is its end.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from console.domain.partitions.upstreams import by_key

if TYPE_CHECKING:
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.partitions.upstreams import Upstreams

_OFFSETS = re.compile(r"offsetted by (-?\d+) and (-?\d+) partitions")
_TIME = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:-(\d{2}):(\d{2}))?")


def offsets_of(description: str) -> tuple[int, int] | None:
    """The start and end offsets, in partitions, that a mapping's description names."""
    match = _OFFSETS.search(description)
    return (int(match[1]), int(match[2])) if match else None


def lacking(child: PartitionKeys, parent: PartitionKeys) -> frozenset[int]:
    """The child's positions whose window reaches beyond the parent's first or last partition.

    Dagster gives up a backfill with such a partition, unless the mapping allows it
    (`TimeWindowPartitionMapping.allow_nonexistent_upstream_partitions`).
    """
    shift = _shift(child, parent)
    if shift is not None:
        return frozenset(
            position for position in range(len(child)) if not 0 <= position + shift < len(parent)
        )
    parent_bounds, child_bounds = _bounds(parent), _bounds(child)
    if parent_bounds is None or child_bounds is None:
        return frozenset()
    windows = enumerate(pairwise(child_bounds))
    return frozenset(
        position
        for position, (start, end) in windows
        if start < parent_bounds[0] or end > parent_bounds[-1]
    )


def lacking_offset(
    child: PartitionKeys, parent: PartitionKeys, offsets: tuple[int, int]
) -> frozenset[int]:
    """`lacking` for a mapping with offsets; an offset alone never moves a window beyond the parent's."""
    shift, count = _shift(child, parent), len(parent)
    if shift is None:
        return frozenset()
    windows = [_window(position + shift, offsets, count) for position in range(len(child))]
    return frozenset(
        position
        for position, (first, stop) in enumerate(windows)
        if first < stop and (first < 0 or stop > count)
    )


def overlapping(child: PartitionKeys, parent: PartitionKeys) -> Upstreams | None:
    """Upstreams by overlap of time windows; None where the keys have no times.

    It holds for lists of keys without gaps.
    """
    if _shift(child, parent) is not None:
        return by_key(child, parent)
    parent_bounds, child_bounds = _bounds(parent), _bounds(child)
    if parent_bounds is None or child_bounds is None:
        return None
    starts, ends = parent_bounds[:-1], parent_bounds[1:]
    return tuple(
        range(bisect_right(ends, start), bisect_left(starts, end))
        for start, end in pairwise(child_bounds)
    )


def _moment(key: str) -> datetime | None:
    match = _TIME.fullmatch(key)
    if match is None:
        return None
    year, month, day, hour, minute = (int(part or 0) for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute)
    except ValueError:
        return None


def _bounds(keys: PartitionKeys) -> list[datetime] | None:
    """The start of each window, then the end of the last one."""
    starts = [start for key in keys.keys if (start := _moment(key)) is not None]
    if len(keys) < 2 or len(starts) < len(keys):
        return None
    gaps = {after - before for before, after in pairwise(starts)}
    if len(gaps) == 1 and (gap := gaps.pop()) > timedelta():
        return [*starts, starts[-1] + gap]
    months = [start.year * 12 + start.month for start in starts]
    if all(s.day == 1 and (s.hour, s.minute) == (0, 0) for s in starts) and all(
        after == before + 1 for before, after in pairwise(months)
    ):
        return [*starts, (starts[-1] + timedelta(days=32)).replace(day=1)]
    return None


def _shift(child: PartitionKeys, parent: PartitionKeys) -> int | None:
    """The parent's position minus the child's where both lists are parts of one list; else None."""
    if not child.keys or not parent.keys:
        return None
    position = parent.positions.get(child.keys[0])
    shift = position if position is not None else child.positions.get(parent.keys[0])
    if shift is None:
        return None
    shift = shift if position is not None else -shift
    first, last = max(0, -shift), min(len(child), len(parent) - shift)
    alike = child.keys[first:last] == parent.keys[first + shift : last + shift]
    return shift if alike and last - first > 1 else None


def offset(
    child: PartitionKeys, parent: PartitionKeys, offsets: tuple[int, int]
) -> Upstreams | None:
    """Upstreams by offsets; windows are clipped to the parent's keys, as `TimeWindowPartitionMapping` does."""
    shift, count = _shift(child, parent), len(parent)
    if shift is None:
        return None
    windows = [_window(position + shift, offsets, count) for position in range(len(child))]
    return tuple(
        range(max(first, 0), min(stop, count)) if first < stop else range(0)
        for first, stop in windows
    )


def _window(position: int, offsets: tuple[int, int], count: int) -> tuple[int, int]:
    """The half-open range of positions; an offset never moves it out of the parent's."""

    def bounded(position: int, offset: int) -> int:
        position += offset
        return max(position, 0) if offset < 0 else min(position, count) if offset > 0 else position

    return bounded(position, offsets[0]), bounded(position + 1, offsets[1])
