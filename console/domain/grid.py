"""Assets × partitions: which lines there are, in which order, and the way between bad cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from console.domain.axis import Axis, levels, make_axis
from console.domain.grid_row import GridRow, Source, rows_of, width_of
from console.domain.key_times import Level
from console.domain.keys import key_text
from console.domain.partitions import PartitionKeys
from console.domain.status import bad_cells, worst_across

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from console.domain.assets import AssetGraph
    from console.domain.checks import FailedChecks
    from console.domain.keys import AssetKey
    from console.domain.status import Row


class Order(Enum):
    """Of the lines: upstream first, by name, or the most bad partitions first."""

    GRAPH = "graph"
    NAME = "name"
    BADNESS = "badness"


@dataclass(frozen=True)
class View:
    """What a person chose to see."""

    level: Level | None = None
    """None for the level that most assets have."""
    order: Order = Order.GRAPH
    only_bad: bool = False
    folded: frozenset[str] = frozenset()
    """Groups that are one line."""
    opened: frozenset[AssetKey] = frozenset()
    """Assets of two dimensions with a line for each secondary key."""
    chosen: frozenset[AssetKey] | None = None
    """None for every asset."""


@dataclass(frozen=True)
class Heading:
    """The line over the assets of a group; folded, it has the worst cell of each column."""

    group: str
    assets: int = 0
    bad: int = 0
    cells: bytes = b""

    @property
    def folded(self) -> bool:
        return bool(self.cells)

    @cached_property
    def bad_columns(self) -> bytes:
        return bad_cells(self.cells)


GridLine = Heading | GridRow


@dataclass(frozen=True)
class Grid:
    """All lines, and the keys of the axis."""

    axis: Axis
    lines: tuple[GridLine, ...]
    width: int
    levels: tuple[Level, ...] = ()
    """What can be zoomed to."""
    left_out: int = 0
    """Assets that the view hides."""
    sources: dict[AssetKey, Source] = field(default_factory=dict, compare=False, repr=False)
    made: dict[AssetKey, list[GridRow]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def rows(self) -> dict[AssetKey, int]:
        """The line of each asset."""
        return {
            line.asset: at
            for at, line in enumerate(self.lines)
            if isinstance(line, GridRow) and line.secondary is None
        }

    @property
    def level(self) -> Level:
        """How much time a column holds, where `levels` says that it does."""
        times = self.axis.keys.times
        return self.axis.level or (times.level if times else Level.DAY)

    @cached_property
    def longest_name(self) -> int:
        return max((len(key_text(key)) for key in self.rows), default=0)

    def axis_key(self, column: int) -> str | None:
        at = column - self.width + len(self.axis)
        return self.axis.keys.keys[at] if 0 <= at < len(self.axis) else None

    def heading(self, group: str) -> int | None:
        """The line of a group's heading."""
        lines = enumerate(self.lines)
        return next(
            (at for at, one in lines if isinstance(one, Heading) and one.group == group), None
        )

    def group_of(self, line: int) -> str:
        """The group of a line, that of the heading over it."""
        above = (one for one in reversed(self.lines[: line + 1]) if isinstance(one, Heading))
        return next((one.group for one in above), "")

    def row(self, line: int) -> GridRow | None:
        found = self.lines[line] if 0 <= line < len(self.lines) else None
        return found if isinstance(found, GridRow) else None

    def has_cells(self, line: int) -> bool:
        return 0 <= line < len(self.lines) and bool(self.lines[line].cells)

    def line_of(self, asset: AssetKey, secondary: str | None) -> int | None:
        """The line of an asset's secondary key, else of the asset; None when it isn't shown."""
        at = self.rows.get(asset)
        if at is None or secondary is None:
            return at
        places = range(at + 1, len(self.lines))
        rows = ((place, self.row(place)) for place in places)
        return next((p for p, r in rows if r and (r.asset, r.secondary) == (asset, secondary)), at)

    def next_bad(self, line: int, column: int, direction: int) -> tuple[int, int] | None:
        """The next stretch of equal bad cells in reading order, or before; goes round once."""
        count = len(self.lines)
        for step in range(count + 1 if count else 0):
            at = (line + direction * step) % count
            start = 0 if direction > 0 else self.width - 1
            if step == 0:
                start = _past(self.lines[at].cells, column, direction)
            found = _find(self._bad(at), start, direction)
            if found is not None:
                return at, found
        return None

    def next_bad_across(self, line: int, column: int, direction: int) -> int | None:
        """The column of the next bad cell of this line, or before; doesn't go round."""
        return _find(self._bad(line), column + direction, direction)

    def next_bad_along(self, line: int, column: int, direction: int) -> int | None:
        """The next line below, or above, whose cell in this column is bad; doesn't go round."""
        at = line + direction
        while 0 <= at < len(self.lines):
            if self._bad(at)[column : column + 1] == b"\x01":
                return at
            at += direction
        return None

    def _bad(self, line: int) -> bytes:
        return self.lines[line].bad_columns if 0 <= line < len(self.lines) else b""


EMPTY = Grid(Axis(PartitionKeys(())), (), 1)
EVERYTHING = View()


def make_grid(
    graph: AssetGraph,
    keys: Mapping[AssetKey, PartitionKeys | None],
    rows: Mapping[AssetKey, Row],
    view: View = EVERYTHING,
    checks: Mapping[AssetKey, FailedChecks] | None = None,
    before: Grid = EMPTY,
) -> Grid:
    """The grid of the assets whose rows are known, as `view` wants it.

    Of `before` everything is kept that is still so: a row whose cells are no others is
    the same object.
    """
    known = [key for key in graph.order if key in rows and key in keys]
    shown = [key for key in known if view.chosen is None or key in view.chosen]
    lists = [_along(own) for key in shown if (own := keys[key]) is not None]
    axis = make_axis(lists, view.level, before.axis)
    width = max([1, len(axis), *(width_of(keys[key], axis) for key in shown)])
    made, sources = _made(shown, keys, rows, checks or {}, axis, width, view, before)
    if view.only_bad:
        made = {key: lines for key, lines in made.items() if _is_bad(lines[0])}
    lines = tuple(_lines(graph, made, view))
    levels_there = tuple(levels(axis.lists))
    return Grid(axis, lines, width, levels_there, len(known) - len(made), sources, made)


def _made(
    shown: Iterable[AssetKey],
    keys: Mapping[AssetKey, PartitionKeys | None],
    rows: Mapping[AssetKey, Row],
    checks: Mapping[AssetKey, FailedChecks],
    axis: Axis,
    width: int,
    view: View,
    before: Grid,
) -> tuple[dict[AssetKey, list[GridRow]], dict[AssetKey, Source]]:
    same_place = axis is before.axis and width == before.width
    made: dict[AssetKey, list[GridRow]] = {}
    sources: dict[AssetKey, Source] = {}
    for key in shown:
        opened = key in view.opened
        sources[key] = source = _source(keys[key], rows[key], checks.get(key))
        old = before.made.get(key)
        kept = old is not None and same_place and (len(old) > 1) == opened
        if old is not None and kept and _alike(before.sources.get(key), source):
            made[key] = old
        else:
            made[key] = rows_of(key, source, axis, width, opened=opened)
    return made, sources


def _source(keys: PartitionKeys | None, row: Row, failed: FailedChecks | None) -> Source:
    if failed is None:
        return Source(keys, row)
    if keys is None:
        return Source(keys, row, (0,) if failed.whole else ())
    places = (keys.positions.get(partition) for partition in failed.partitions)
    found = frozenset(place for place in places if place is not None)
    return Source(keys, row, found, len(failed.whole))


def _alike(old: Source | None, new: Source) -> bool:
    return (
        old is not None
        and old.keys is new.keys
        and old.row.states == new.row.states
        and (old.failed_checks, old.checks) == (new.failed_checks, new.checks)
    )


def _lines(
    graph: AssetGraph, made: Mapping[AssetKey, list[GridRow]], view: View
) -> Iterable[GridLine]:
    if view.order is Order.BADNESS:
        for key in sorted(made, key=lambda key: (-made[key][0].bad, -made[key][0].checks)):
            yield from made[key]
        return
    groups: dict[str, list[AssetKey]] = {}
    for key in sorted(made) if view.order is Order.NAME else made:
        groups.setdefault(graph[key].group, []).append(key)
    for group in sorted(groups) if view.order is Order.NAME else groups:
        members = [made[key] for key in groups[group]]
        yield _heading(group, [lines[0] for lines in members], group in view.folded)
        if group not in view.folded:
            for lines in members:
                yield from lines


def _heading(group: str, members: Sequence[GridRow], folded: bool) -> Heading:
    cells = worst_across([row.cells for row in members]) if folded else b""
    return Heading(group, len(members), sum(row.bad for row in members), cells)


def _is_bad(row: GridRow) -> bool:
    return bool(row.bad or row.checks)


def _along(keys: PartitionKeys) -> PartitionKeys:
    return keys.sides[keys.primary] if keys.sides else keys


def _past(cells: bytes, column: int, direction: int) -> int:
    """The column after, or before, the equal cells that `column` is among."""
    at = column
    while 0 <= at < len(cells) and cells[at] == cells[column]:
        at += direction
    return at


def _find(bad: bytes, start: int, direction: int) -> int | None:
    stop = max(start + 1, 0)
    found = bad.find(1, max(start, 0)) if direction > 0 else bad.rfind(1, 0, stop)
    return None if found < 0 else found
