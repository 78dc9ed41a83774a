"""Assets × partitions on one axis.

The axis is the list of keys that most assets share. A row with another list is placed by
key where the axis has all its keys, and else with its last partition at the axis' end:
such a row has keys of its own at each column.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from console.domain.partitions import PartitionKeys
from console.domain.status import BAD, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.domain.assets import AssetGraph
    from console.domain.keys import AssetKey
    from console.domain.status import Row


@dataclass(frozen=True)
class Heading:
    """The line over the assets of a group."""

    group: str


@dataclass(frozen=True)
class GridRow:
    """One asset; `cells[column]` is a `State`, `places[column]` a position in its keys or -1."""

    asset: AssetKey
    cells: bytes
    keys: PartitionKeys | None
    """None for an asset without partitions: its one cell is at the axis' end."""
    shift: int | None
    """Column less position, where that is the same all along; None when it isn't."""
    places: Mapping[int, int] | None = None
    bad: int = 0

    def position(self, column: int) -> int | None:
        """The position in the asset's own keys, None outside of them."""
        if self.keys is None:
            return None
        if self.shift is None:
            return (self.places or {}).get(column)
        at = column - self.shift
        return at if 0 <= at < len(self.keys) else None

    def partition(self, column: int) -> str | None:
        at = self.position(column)
        return None if at is None or self.keys is None else self.keys.keys[at]

    def column(self, partition: str) -> int | None:
        """Where a partition of this asset is on the axis."""
        at = None if self.keys is None else self.keys.positions.get(partition)
        if at is None:
            return None
        if self.shift is not None:
            return at + self.shift
        return next((c for c, p in (self.places or {}).items() if p == at), None)

    def state(self, column: int) -> State:
        return State(self.cells[column]) if 0 <= column < len(self.cells) else State.OUTSIDE


GridLine = Heading | GridRow


@dataclass(frozen=True)
class Grid:
    """All lines, and the keys of the axis."""

    axis: PartitionKeys
    lines: tuple[GridLine, ...]
    width: int

    @cached_property
    def rows(self) -> dict[AssetKey, int]:
        """The line of each asset."""
        return {line.asset: at for at, line in enumerate(self.lines) if isinstance(line, GridRow)}

    def row(self, line: int) -> GridRow | None:
        found = self.lines[line] if 0 <= line < len(self.lines) else None
        return found if isinstance(found, GridRow) else None

    def next_bad(self, line: int, column: int, direction: int) -> tuple[int, int] | None:
        """The next bad cell in reading order, or before; goes round once."""
        order = range(len(self.lines) + 1)
        for step in order:
            at = (line + direction * step) % max(len(self.lines), 1)
            row = self.row(at)
            if row is None or not row.bad:
                continue
            columns = [c for c, state in enumerate(row.cells) if state in BAD]
            if step == 0:
                columns = [c for c in columns if (c - column) * direction > 0]
            if columns:
                return at, columns[0] if direction > 0 else columns[-1]
        return None


EMPTY = Grid(PartitionKeys(()), (), 1)


def make_grid(
    graph: AssetGraph,
    keys: Mapping[AssetKey, PartitionKeys | None],
    rows: Mapping[AssetKey, Row],
) -> Grid:
    """The grid of all assets whose rows are known, by group, each group in graph order."""
    shown = [key for key in graph.order if key in rows and key in keys]
    axis = _axis(keys[key] for key in shown)
    width = max([1, len(axis), *(rows[key].total for key in shown)])
    groups: dict[str, list[AssetKey]] = {}
    for key in shown:
        groups.setdefault(graph[key].group, []).append(key)
    lines: list[GridLine] = []
    for group, members in groups.items():
        lines.append(Heading(group))
        lines += [_row(key, keys[key], rows[key], axis, width) for key in members]
    return Grid(axis, tuple(lines), width)


def _axis(lists: Iterable[PartitionKeys | None]) -> PartitionKeys:
    """The most common list; of equally common ones the longest."""
    counted: Counter[int] = Counter()
    by_id: dict[int, PartitionKeys] = {}
    for keys in lists:
        if keys is not None:
            counted[id(keys)] += 1
            by_id[id(keys)] = keys
    if not by_id:
        return PartitionKeys(())
    best = max(by_id, key=lambda one: (counted[one], len(by_id[one])))
    return by_id[best]


def _row(
    key: AssetKey, keys: PartitionKeys | None, row: Row, axis: PartitionKeys, width: int
) -> GridRow:
    bad = row.bad
    end = width - len(axis)
    if keys is not None and keys is not axis and 0 < len(keys) <= len(axis):
        places = [axis.positions.get(partition, -1) for partition in keys.keys]
        if -1 not in places:
            return _scattered(key, keys, row, [end + at for at in places], width)
    shift = width - row.total
    return GridRow(key, bytes(shift) + row.states, keys, shift, bad=bad)


def _scattered(
    key: AssetKey, keys: PartitionKeys, row: Row, columns: list[int], width: int
) -> GridRow:
    cells = bytearray(width)
    for column, state in zip(columns, row.states, strict=False):
        cells[column] = state
    places = {column: position for position, column in enumerate(columns)}
    return GridRow(key, bytes(cells), keys, None, places, row.bad)
