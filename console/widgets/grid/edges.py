"""How many columns lie outside of sight, at each edge of the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.text import cells

if TYPE_CHECKING:
    from console.domain.grid.grid import Grid


def newest_column(grid: Grid, line: int) -> int:
    """The last column in which the line has a partition; the grid's last where it has none."""
    row = grid.row(line)
    there = len(row.cells.rstrip(bytes(1))) if row is not None else 0
    return (there or grid.width) - 1


def left_edge(outside: int, width: int, *, ascii_only: bool) -> str:
    """`◂ 633 ` at the right end of `width` cells; blank when nothing is outside."""
    sign = "<" if ascii_only else "◂"
    text = f"{sign} {outside} " if outside > 0 else ""
    return " " * width if cells(text) > width else text.rjust(width)


def right_edge(outside: int, *, ascii_only: bool) -> str:
    sign = ">" if ascii_only else "▸"
    return f" {outside} {sign}" if outside > 0 else ""
