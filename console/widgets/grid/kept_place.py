"""Where the cursor stands in a grid that has just taken the place of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.grid.grid import Heading
from console.domain.grid.row import GridRow

if TYPE_CHECKING:
    from console.domain.grid.grid import Grid, GridLine

GridPlace = tuple[int, int]
"""A line and a column."""


def kept_place(before: Grid, grid: Grid, line: int, column: int) -> GridPlace:
    """Where in `grid` the cell is that `before` had there, or what comes nearest to it."""
    label, from_end = _label(before, line, column), before.width - column
    found = _line_like(before, grid, line)
    return found, _column_like(grid, found, label, from_end)


def line_with_cells(grid: Grid, line: int, direction: int) -> int:
    """The line itself or the nearest that has cells, in this direction first."""
    step = -1 if direction < 0 else 1
    for away in range(len(grid.lines) + 1):
        for candidate in (line + step * away, line - step * away):
            if grid.has_cells(candidate):
                return candidate
    return max(line, 0)


def column_of(grid: Grid, line: int, label: str) -> int | None:
    """The column of a partition key: the line's own, else the axis'; None for no such key."""
    row = grid.row(line)
    column = row.column(label) if row is not None else None
    if column is None and (at := grid.axis.column_of(label)) is not None:
        column = at + grid.width - len(grid.axis)
    return column


def labels_of(grid: Grid, line: int) -> list[str]:
    """The keys that can be gone to: the line's own, else the axis'."""
    row = grid.row(line)
    own = row.lane if row is not None else None
    return list(own.keys.keys if own is not None else grid.axis.keys.keys)


def line_name(line: GridLine) -> object:
    """What a line stands for."""
    if isinstance(line, Heading):
        return line.group, line.folded
    return line.asset, line.secondary


def place_name(grid: Grid, line: int, column: int) -> object:
    """What a cell stands for, in whatever line and column it is; of no line, None."""
    if line >= len(grid.lines):
        return None
    here = grid.lines[line]
    named = here.group if isinstance(here, Heading) else (here.asset, here.secondary)
    return named, _label(grid, line, column)


def _line_like(before: Grid, grid: Grid, line: int) -> int:
    old = before.lines[line] if line < len(before.lines) else None
    found = None
    if isinstance(old, GridRow):
        found = grid.line_of(old.asset, old.secondary)
    if found is None and old is not None:
        group = old.group if isinstance(old, Heading) else before.group_of(line)
        found = grid.heading(group)
    return line_with_cells(grid, min(line, len(grid.lines) - 1) if found is None else found, 1)


def _column_like(grid: Grid, line: int, label: str | None, from_end: int) -> int:
    found = None if label is None else column_of(grid, line, label)
    return max(min(grid.width - from_end if found is None else found, grid.width - 1), 0)


def _label(grid: Grid, line: int, column: int) -> str | None:
    row = grid.row(line)
    own = row.label(column) if row is not None else None
    return grid.axis_key(column) if own is None else own
