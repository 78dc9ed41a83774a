"""The grid of assets × partitions: its lines, their order, and the way between bad cells."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.grid.axis import Axis, levels, make_axis
from console.domain.grid.row import GridRow, RowInput, rows_of, width_of
from console.domain.partitions.key_times import Level
from console.domain.partitions.keys import PartitionKeys
from console.domain.status.needs import NOTHING, Tally
from console.domain.status.states import bad_cells, worst_across
from console.domain.text import cells

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey
    from console.domain.checks import FailedChecks
    from console.domain.status.states import Row


class Order(Enum):
    """The order of the lines: upstream first, by name, or the most bad partitions first."""

    GRAPH = "graph"
    NAME = "name"
    BADNESS = "badness"


@dataclass(frozen=True)
class GridView:
    """The choices of what the grid shows."""

    level: Level | None = None
    """The time level of the axis; None for the level that most assets have."""
    order: Order = Order.GRAPH
    only_bad: bool = False
    folded: frozenset[str] = frozenset()
    """The groups shown as one line."""
    opened: frozenset[AssetKey] = frozenset()
    """The two-dimensional assets with a line for each secondary key."""
    chosen: frozenset[AssetKey] | None = None
    """The assets shown; None for all."""


@dataclass(frozen=True)
class Heading:
    """The line above the assets of a group; if folded, it has the worst cell of each column."""

    group: str
    assets: int = 0
    tally: Tally = NOTHING
    cells: bytes = b""
    begun: bytes = b""
    """The cells of a folded heading, without those that need nobody yet."""
    reading: bool = False
    """Whether some of the counted cells have not been read yet."""

    @property
    def folded(self) -> bool:
        return bool(self.cells)

    @property
    def bad(self) -> int:
        return self.tally.needy

    @cached_property
    def bad_columns(self) -> bytes:
        return bad_cells(self.begun)


GridLine = Heading | GridRow


@dataclass(frozen=True)
class Grid:
    """The lines and the axis."""

    axis: Axis
    lines: tuple[GridLine, ...]
    width: int
    levels: tuple[Level, ...] = ()
    """The levels available for zooming."""
    left_out: int = 0
    """The number of assets that the view hides."""
    sources: dict[AssetKey, RowInput] = field(default_factory=dict, compare=False, repr=False)
    made: dict[AssetKey, list[GridRow]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def rows(self) -> dict[AssetKey, int]:
        """The line of each asset."""
        return {
            line.asset: index
            for index, line in enumerate(self.lines)
            if isinstance(line, GridRow) and line.secondary is None
        }

    @cached_property
    def tally(self) -> Tally:
        """The tally of all shown assets."""
        return sum((lines[0].tally for lines in self.made.values()), NOTHING)

    @property
    def level(self) -> Level:
        """The time level of a column; it is meaningful only if `levels` isn't empty."""
        times = self.axis.keys.times
        return self.axis.level or (times.level if times else Level.DAY)

    @cached_property
    def longest_name(self) -> int:
        return max((cells(shown_key(key)) for key in self.rows), default=0)

    def axis_key(self, column: int) -> str | None:
        index = column - self.width + len(self.axis)
        return self.axis.keys.keys[index] if 0 <= index < len(self.axis) else None

    def heading(self, group: str) -> int | None:
        """The line of a group's heading."""
        lines = enumerate(self.lines)
        return next(
            (index for index, line in lines if isinstance(line, Heading) and line.group == group),
            None,
        )

    def group_of(self, line: int) -> str:
        """The group of the heading above a line."""
        headings = (
            heading for heading in reversed(self.lines[: line + 1]) if isinstance(heading, Heading)
        )
        return next((heading.group for heading in headings), "")

    def row(self, line: int) -> GridRow | None:
        grid_line = self.lines[line] if 0 <= line < len(self.lines) else None
        return grid_line if isinstance(grid_line, GridRow) else None

    def has_cells(self, line: int) -> bool:
        return 0 <= line < len(self.lines) and bool(self.lines[line].cells)

    def line_of(self, asset: AssetKey, secondary: str | None) -> int | None:
        """The line of an asset's secondary key, else of the asset; None if it isn't shown."""
        asset_line = self.rows.get(asset)
        if asset_line is None or secondary is None:
            return asset_line
        lines = range(asset_line + 1, len(self.lines))
        rows = ((index, self.row(index)) for index in lines)
        return next(
            (
                line
                for line, row in rows
                if row and (row.asset, row.secondary) == (asset, secondary)
            ),
            asset_line,
        )

    def next_bad(self, line: int, column: int, direction: int) -> tuple[int, int] | None:
        """The next (1) or previous (-1) stretch of equal bad cells in reading order, wrapping once."""
        count = len(self.lines)
        for step in range(count + 1 if count else 0):
            index = (line + direction * step) % count
            start = 0 if direction > 0 else self.width - 1
            if step == 0:
                start = _past(self.lines[index].cells, column, direction)
            bad_column = _find(self._bad(index), start, direction)
            if bad_column is not None:
                return index, bad_column
        return None

    def next_bad_across(self, line: int, column: int, direction: int) -> int | None:
        """The column of the next or previous bad cell of this line, without wrapping."""
        return _find(self._bad(line), column + direction, direction)

    def next_bad_along(self, line: int, column: int, direction: int) -> int | None:
        """The next line below or above with a bad cell in this column, without wrapping."""
        index = line + direction
        while 0 <= index < len(self.lines):
            if self._bad(index)[column : column + 1] == b"\x01":
                return index
            index += direction
        return None

    def _bad(self, line: int) -> bytes:
        return self.lines[line].bad_columns if 0 <= line < len(self.lines) else b""


EMPTY = Grid(Axis(PartitionKeys(())), (), 1)
EVERYTHING = GridView()


def make_grid(
    graph: AssetGraph,
    keys: Mapping[AssetKey, PartitionKeys | None],
    rows: Mapping[AssetKey, Row],
    view: GridView = EVERYTHING,
    checks: Mapping[AssetKey, FailedChecks] | None = None,
    before: Grid = EMPTY,
    unread: Collection[AssetKey] = frozenset(),
    in_time: Collection[AssetKey] = frozenset(),
) -> Grid:
    """The grid of the assets whose rows are known, as `view` asks for it.

    Unchanged parts of `before` are kept: a row with equal cells is the same object. `unread`
    are the assets whose cells may change when more is read; the newest partition of assets
    `in_time` has its deadline ahead.
    """
    readable = [key for key in graph.order if key in rows and key in keys]
    shown = [key for key in readable if view.chosen is None or key in view.chosen]
    lists = [_along(asset_keys) for key in shown if (asset_keys := keys[key]) is not None]
    axis = make_axis(lists, view.level, before.axis)
    width = max([1, len(axis), *(width_of(keys[key], axis) for key in shown)])
    inputs = {
        key: replace(
            _source(keys[key], rows[key], (checks or {}).get(key), key in unread),
            in_time=key in in_time,
        )
        for key in shown
    }
    rows_by_asset = _made(inputs, axis, width, view, before)
    if view.only_bad:
        rows_by_asset = {key: lines for key, lines in rows_by_asset.items() if _is_bad(lines[0])}
    lines = tuple(_lines(graph, rows_by_asset, view, unread))
    available_levels = tuple(levels(axis.lists))
    return Grid(
        axis,
        lines,
        width,
        available_levels,
        len(readable) - len(rows_by_asset),
        inputs,
        rows_by_asset,
    )


def _made(
    sources: Mapping[AssetKey, RowInput], axis: Axis, width: int, view: GridView, before: Grid
) -> dict[AssetKey, list[GridRow]]:
    same_place = axis is before.axis and width == before.width
    rows_by_asset: dict[AssetKey, list[GridRow]] = {}
    for key, source in sources.items():
        opened = key in view.opened
        old_rows = before.made.get(key)
        is_kept = old_rows is not None and same_place and (len(old_rows) > 1) == opened
        if old_rows is not None and is_kept and _alike(before.sources.get(key), source):
            rows_by_asset[key] = old_rows
        else:
            rows_by_asset[key] = rows_of(key, source, axis, width, opened=opened)
    return rows_by_asset


def _source(
    keys: PartitionKeys | None, row: Row, failed: FailedChecks | None, reading: bool
) -> RowInput:
    if failed is None:
        return RowInput(keys, row, reading=reading)
    if keys is None:
        return RowInput(keys, row, (0,) if failed.whole else (), reading=reading)
    positions = (keys.positions.get(partition) for partition in failed.partitions)
    failed_positions = frozenset(position for position in positions if position is not None)
    return RowInput(keys, row, failed_positions, len(failed.whole), reading)


def _alike(old: RowInput | None, new: RowInput) -> bool:
    return (
        old is not None
        and old.keys is new.keys
        and old.row.states == new.row.states
        and (old.failed_checks, old.checks) == (new.failed_checks, new.checks)
        and (old.reading, old.in_time) == (new.reading, new.in_time)
    )


def _lines(
    graph: AssetGraph,
    rows_by_asset: Mapping[AssetKey, list[GridRow]],
    view: GridView,
    unread: Collection[AssetKey],
) -> Iterable[GridLine]:
    if view.order is Order.BADNESS:
        for key in sorted(
            rows_by_asset,
            key=lambda key: (-rows_by_asset[key][0].bad, -rows_by_asset[key][0].checks),
        ):
            yield from rows_by_asset[key]
        return
    groups: dict[str, list[AssetKey]] = {}
    for key in sorted(rows_by_asset) if view.order is Order.NAME else rows_by_asset:
        groups.setdefault(graph[key].group, []).append(key)
    unread_groups = {graph[key].group for key in unread if key in graph}
    for group in sorted(groups) if view.order is Order.NAME else groups:
        members = [rows_by_asset[key] for key in groups[group]]
        rows = [lines[0] for lines in members]
        yield _heading(group, rows, group in view.folded, group in unread_groups)
        if group not in view.folded:
            for lines in members:
                yield from lines


def _heading(group: str, members: Sequence[GridRow], folded: bool, reading: bool) -> Heading:
    cells = worst_across([row.cells for row in members]) if folded else b""
    begun = worst_across([row.begun for row in members]) if folded else b""
    counts = sum((row.tally for row in members), NOTHING)
    return Heading(group, len(members), counts, cells, begun, reading)


def _is_bad(row: GridRow) -> bool:
    return bool(row.bad or row.checks)


def _along(keys: PartitionKeys) -> PartitionKeys:
    return keys.sides[keys.primary] if keys.sides else keys


def _past(cells: bytes, column: int, direction: int) -> int:
    """The column after or before the stretch of equal cells around `column`."""
    position = column
    while 0 <= position < len(cells) and cells[position] == cells[column]:
        position += direction
    return position


def _find(bad: bytes, start: int, direction: int) -> int | None:
    stop = max(start + 1, 0)
    position = bad.find(1, max(start, 0)) if direction > 0 else bad.rfind(1, 0, stop)
    return None if position < 0 else position
