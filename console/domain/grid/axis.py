"""The columns of the grid, and the column of each partition of an asset."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from console.domain.partitions.key_times import Level, times_of, unbroken
from console.domain.partitions.keys import PartitionKeys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True)
class Placement:
    """The column of each key of a list; every key has one column."""

    columns: Sequence[int]

    @cached_property
    def shift(self) -> int | None:
        """Column minus position where the keys fill consecutive columns, one each; else None."""
        first = self.columns[0] if self.columns else 0
        unbroken = range(first, first + len(self.columns))
        return first if all(map(int.__eq__, self.columns, unbroken)) else None

    @cached_property
    def held(self) -> Mapping[int, Sequence[int]]:
        """The positions in each column that has any, in the list's order."""
        order = sorted(range(len(self.columns)), key=self.columns.__getitem__)
        positions_of = {
            column: list(places) for column, places in groupby(order, self.columns.__getitem__)
        }
        return {
            column: range(places[0], places[-1] + 1) if _unbroken(places) else places
            for column, places in positions_of.items()
        }


@dataclass(frozen=True)
class Axis:
    """Columns named by `keys`; with a level, each is the stretch of time that its name begins."""

    keys: PartitionKeys
    level: Level | None = None
    lists: tuple[PartitionKeys, ...] = ()
    """The lists that the axis was made for, the most common one first."""
    asked: Level | None = None
    """The level that was asked for."""

    def __len__(self) -> int:
        return len(self.keys)

    def column_of(self, name: str) -> int | None:
        """The column with this name, or the one whose stretch of time contains `name`."""
        times = times_of([name])
        if self.level is None or times is None:
            return self.keys.positions.get(name)
        column = bisect_right(self.keys.keys, times.at(self.level)[0]) - 1
        return max(column, 0) if len(self) else None

    def place(self, keys: PartitionKeys) -> Placement | None:
        """The columns of the keys; None where some key has no column."""
        if id(keys) not in self._placed:
            self._placed[id(keys)] = (keys, self._place(keys))
        return self._placed[id(keys)][1]

    @cached_property
    def _placed(self) -> dict[int, tuple[PartitionKeys, Placement | None]]:
        return {}

    def _place(self, keys: PartitionKeys) -> Placement | None:
        if keys is self.keys:
            return Placement(range(len(keys)))
        if self.level is None:
            names: Sequence[str] = keys.keys
        elif keys.times is None:
            return None
        else:
            names = keys.times.at(self.level)
        columns = [self.keys.positions.get(name, -1) for name in names]
        return Placement(columns) if columns and -1 not in columns else None


def make_axis(
    lists: Iterable[PartitionKeys], level: Level | None, before: Axis | None = None
) -> Axis:
    """The axis for these lists of keys, one for each row of the grid.

    It is `before` itself if that was made for the same lists and level.

    If any keys are times, the axis is one of time, with the level asked for or else that of
    most rows. Otherwise it is the list that most rows have; among equally common ones the
    longest.
    """
    common = tuple(_most_common(lists))
    if before is not None and before.asked == level and _same(before.lists, common):
        return before
    return replace(_make(common, level), lists=common, asked=level)


def _make(common: Sequence[PartitionKeys], level: Level | None) -> Axis:
    timed = [keys for keys in common if keys.times is not None]
    if not timed:
        return Axis(common[0] if common else PartitionKeys(()))
    own_times = timed[0].times
    own_level = own_times.level if own_times else Level.DAY
    wanted = own_level if level is None else level
    if wanted == own_level and all(_within(keys, timed[0]) for keys in timed[1:]):
        return Axis(timed[0])
    stretches = {text for keys in timed if keys.times for text in keys.times.at(wanted)}
    unbroken_keys = unbroken(min(stretches), max(stretches), wanted)
    return Axis(PartitionKeys(unbroken_keys or tuple(sorted(stretches))), wanted)


def levels(lists: Iterable[PartitionKeys]) -> list[Level]:
    """The levels from the finest of the lists to the coarsest; empty without times."""
    levels_of_lists = [keys.times.level for keys in lists if keys.times is not None]
    return [level for level in Level if level >= min(levels_of_lists)] if levels_of_lists else []


def _most_common(lists: Iterable[PartitionKeys]) -> list[PartitionKeys]:
    """Each list once, the most common first, then by length, then in the given order."""
    counted: Counter[int] = Counter()
    by_id: dict[int, PartitionKeys] = {}
    for keys in lists:
        counted[id(keys)] += 1
        by_id.setdefault(id(keys), keys)
    return sorted(by_id.values(), key=lambda keys: (-counted[id(keys)], -len(keys)))


def _same(lists: Sequence[PartitionKeys], others: Sequence[PartitionKeys]) -> bool:
    return len(lists) == len(others) and all(a is b for a, b in zip(lists, others, strict=True))


def _within(keys: PartitionKeys, other: PartitionKeys) -> bool:
    return all(key in other.positions for key in keys.keys)


def _unbroken(positions: Sequence[int]) -> bool:
    return positions[-1] - positions[0] == len(positions) - 1
