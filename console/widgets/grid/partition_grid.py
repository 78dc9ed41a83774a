"""The grid of assets × partitions: draws only what changed."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from console.domain.assets.keys import short_name
from console.domain.grid.grid import EMPTY, Grid, Heading
from console.domain.grid.row import GridRow
from console.domain.grid.selection import Cells
from console.domain.status.states import CHECK_FAILED, CHECK_LOOK, LOOKS, state_of
from console.domain.text import cells, cut, padded, visible
from console.widgets.common.line_list import empty_strip, strip_of
from console.widgets.common.lit_row import LitRow
from console.widgets.common.styles import (
    BACKGROUND,
    HIGHLIGHT,
    SELECTION,
    cursor_style,
    on_palette_change,
    style,
)
from console.widgets.grid.column_labels import column_labels
from console.widgets.grid.edges import left_edge, newest_column, right_edge
from console.widgets.grid.kept_place import (
    GridPlace,
    kept_place,
    line_name,
    line_with_cells,
    place_name,
)
from console.widgets.grid.row_sum import row_sum

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.filter import LineFilter

    from console.domain.grid.grid import GridLine

HEADER = 2
SUMMARY = 12
NARROWEST_NAME, WIDEST_NAME = 16, 44
_RUNS = re.compile(rb"(.)\1*", re.DOTALL)


class PartitionGrid(Widget, can_focus=True):
    """One character a cell. `line` and `column` are where the cursor is."""

    DEFAULT_CSS = "PartitionGrid { height: 1fr; }"

    def __init__(self, *, ascii_only: bool, moved: Callable[[], None]) -> None:
        """`moved` is called as soon as the cursor or the selection is another."""
        super().__init__()
        self._ascii = ascii_only
        self._moved = moved
        self.grid: Grid = EMPTY
        self.line = 0
        self.column = 0
        self.top = 0
        self.left = 0
        self.mark: GridPlace | None = None
        self.empty = ""
        self.reading: Callable[[GridRow, range], Sequence[str | None]] | None = None
        self._labelled: tuple[object, tuple[str, str]] = (None, ("", ""))
        self._lit = LitRow()
        self._at_home = True
        """Nobody has moved the cursor yet: it stays on the first asset's newest partition."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Without the one for the 16 colours of a terminal: there are none here, and it is slow."""
        filters = super().get_line_filters()
        return [one for one in filters if not isinstance(one, ANSIToTruecolor)]

    # what is shown

    def show(self, grid: Grid) -> None:
        """Another state of the deployment: only lines that differ are drawn again."""
        before, self.grid = self.grid, grid
        if before.axis is not grid.axis or list(map(line_name, before.lines)) != list(
            map(line_name, grid.lines)
        ):
            self._keep_place(before)
            self.refresh()
            return
        pairs = enumerate(zip(before.lines, grid.lines, strict=True))
        self._refresh_lines(*(at for at, (a, b) in pairs if a is not b and a != b))

    def _keep_place(self, before: Grid) -> None:
        """The cursor stays on its cell; at first it is on the newest partition."""
        if self._at_home:
            self.line = next((at for at, _ in enumerate(self.grid.lines) if self.grid.row(at)), 0)
            self.column = newest_column(self.grid, self.line)
        else:
            self.line, self.column = kept_place(before, self.grid, self.line, self.column)
        self.mark = None
        self._scroll()

    def is_lit(self) -> bool:
        """Whether a key pressed now is meant for the cell or the cells under the cursor."""
        return self._lit.is_lit(self._place_name())

    def take_place(self) -> None:
        """Somebody has brought this under the cursor: what is lit now, keys are meant for."""
        self._lit.choose(self._place_name())

    def _place_name(self) -> object:
        """What stands under the cursor, wherever that is; None for nothing."""
        if not self.grid.lines:
            return None
        marked = None if self.mark is None else place_name(self.grid, *self.mark)
        return place_name(self.grid, self.line, self.column), marked

    def show_empty(self, text: str) -> None:
        if text != self.empty:
            self.empty = text
            if not self.grid.lines:
                self.refresh()

    def show_reading(
        self, reading: Callable[[GridRow, range], Sequence[str | None]] | None
    ) -> None:
        """Show these values in the cells; None for the states' own glyphs."""
        self.reading = reading
        self.refresh()

    @property
    def row(self) -> GridRow | None:
        return self.grid.row(self.line)

    @property
    def heading(self) -> Heading | None:
        found = self.grid.lines[self.line] if self.line < len(self.grid.lines) else None
        return found if isinstance(found, Heading) else None

    @property
    def chosen_cells(self) -> Cells | None:
        """The selected cells, or the cell under the cursor."""
        lines, columns = self.selection
        rows = tuple(row for line in lines if (row := self.grid.row(line)) is not None)
        return Cells(rows, columns) if rows else None

    @property
    def lines_in_sight(self) -> range:
        return range(self.top, min(self.top + self._height(), len(self.grid.lines)))

    @property
    def columns_in_sight(self) -> range:
        return range(self.left, min(self.left + self._cells_width(), self.grid.width))

    # moving

    def go(self, line: int, column: int) -> None:
        """Put the cursor on a cell, a heading giving way to the line beside it."""
        wanted = max(min(line, len(self.grid.lines) - 1), 0)
        line = line_with_cells(self.grid, wanted, line - self.line)
        column = max(min(column, self.grid.width - 1), 0)
        before = (self.line, self.column)
        if (line, column) == before:
            return
        labels = self._labels()
        self._at_home = False
        self.line, self.column = line, column
        self.take_place()
        if self._scroll():
            self.refresh(Region(0, 0, self.outer_size.width, HEADER + len(self.grid.lines)))
        elif self.mark is not None:
            ends = (before[0], line, self.mark[0])
            self._refresh_lines(*range(min(ends), max(ends) + 1))
        else:
            self._refresh_cursor(before, labels)
        self._moved()

    def _refresh_cursor(self, before: GridPlace, labels: tuple[str, str]) -> None:
        """A step changes two cells and, to another line, the names beside them."""
        regions = [self._cell_region(*before), self._cell_region(self.line, self.column)]
        if before[0] != self.line:
            width = self._name_width()
            regions += [Region(0, self._y(line), width, 1) for line in (before[0], self.line)]
            if self._labels() != labels:
                regions.append(Region(0, 0, self.outer_size.width, HEADER))
        self.refresh(*regions)

    def move(self, lines: int, columns: int) -> None:
        self.go(self.line + lines, self.column + columns)

    def page(self, pages: int) -> None:
        self.move(0, pages * max(self._cells_width() - 1, 1))

    def page_lines(self, pages: int) -> None:
        self.move(pages * max(self._height() - 2, 1), 0)

    def toggle_mark(self) -> None:
        """Begin a selection here, or give it up."""
        self.mark = None if self.mark else (self.line, self.column)
        self.take_place()
        self._refresh_lines(*self.lines_in_sight)
        self._moved()

    def drop_mark(self) -> bool:
        """Give the selection up; whether there was one."""
        if self.mark is None:
            return False
        self.toggle_mark()
        return True

    @property
    def selection(self) -> tuple[range, range]:
        """The lines and columns that are selected; the cursor's own when nothing is."""
        line, column = self.mark or (self.line, self.column)
        lines = range(min(line, self.line), max(line, self.line) + 1)
        return lines, range(min(column, self.column), max(column, self.column) + 1)

    # drawing

    def _scroll(self) -> bool:
        """Whether other lines or columns are in sight now.

        At an edge a third of the room is scrolled at once: each scroll draws everything.
        """
        moved_from = (self.top, self.left)
        self.top = _scrolled(self.top, self.line, self._height(), len(self.grid.lines))
        if self.top and self.top == self.line and not self.grid.has_cells(self.top - 1):
            self.top -= 1
        self.left = _scrolled(self.left, self.column, self._cells_width(), self.grid.width)
        return (self.top, self.left) != moved_from

    def on_resize(self, _: events.Resize) -> None:
        """Textual may have drawn some lines already, from the old place."""
        if self.grid.lines:
            before = self.top, self.left
            self.left = self.grid.width
            self._scroll()
            if (self.top, self.left) != before:
                self.refresh()

    def on_click(self, event: events.Click) -> None:
        at = event.x - self._name_width()
        if event.y >= HEADER:
            self.go(self.top + event.y - HEADER, self.left + at if at >= 0 else self.column)

    def on_mouse_scroll_down(self, _: events.MouseScrollDown) -> None:
        self.move(3, 0)

    def on_mouse_scroll_up(self, _: events.MouseScrollUp) -> None:
        self.move(-3, 0)

    def _height(self) -> int:
        return max(self.outer_size.height - HEADER, 1)

    def _name_width(self) -> int:
        most = max(NARROWEST_NAME, min(WIDEST_NAME, self.outer_size.width * 2 // 5))
        return min(max(self.grid.longest_name + 5, NARROWEST_NAME), most)

    def _cells_width(self) -> int:
        return max(self.outer_size.width - self._name_width() - SUMMARY, 1)

    def _y(self, line: int) -> int:
        return HEADER + line - self.top

    def _cell_region(self, line: int, column: int) -> Region:
        return Region(self._name_width() + column - self.left, self._y(line), 1, 1)

    def _refresh_lines(self, *lines: int) -> None:
        seen = self.lines_in_sight
        regions = [Region(0, self._y(at), self.outer_size.width, 1) for at in lines if at in seen]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        width = self.outer_size.width
        if not self.grid.lines:
            self._lit.draw(None)
            return empty_strip(self.empty, y, width)
        if y < HEADER:
            return strip_of([(self._header(y), "dim")], width)
        line = self.top + y - HEADER
        if line >= len(self.grid.lines):
            return strip_of([], width)
        return self._draw(line, self.grid.lines[line])

    def _header(self, y: int) -> str:
        """The labels over the columns; beside the lower ones, how many columns are outside."""
        names, seen, text = self._name_width(), self.columns_in_sight, self._labels()[y]
        if y < HEADER - 1:
            return " " * names + text
        before = left_edge(seen.start, names, ascii_only=self._ascii)
        after = right_edge(self.grid.width - seen.stop, ascii_only=self._ascii)
        return before + padded(text, len(seen)) + after

    def _labels(self) -> tuple[str, str]:
        """The labels over the columns are of the cursor's own row, which may have its own keys."""
        row, grid, columns = self.row, self.grid, self.columns_in_sight
        own = row is not None and row.lane is not None and grid.axis.place(row.lane.keys) is None
        wanted = (id(grid), self.line if own else None, columns)
        if self._labelled[0] != wanted:
            label = row.label if row is not None and own else grid.axis_key
            self._labelled = wanted, column_labels([label(column) for column in columns])
        return self._labelled[1]

    def _draw(self, line: int, found: GridLine) -> Strip:
        here = line == self.line
        if here:
            self._lit.draw(self._place_name())
        name = padded(self._label_of(found, here), self._name_width())
        is_heading = isinstance(found, Heading)
        look = style("dim" if is_heading else "text", HIGHLIGHT if here else BACKGROUND)
        segments = [Segment(name, look), *self._cells(line, found)]
        room = (
            self.outer_size.width - cells(name) - (len(self.columns_in_sight) if found.cells else 0)
        )
        parts = row_sum(found, max(room - 1, 0), ascii_only=self._ascii)
        segments += [Segment(text, style(look)) for text, look in (*parts, (" ", "dim"))]
        width = self.outer_size.width
        return Strip(segments, width)

    def _label_of(self, found: GridLine, here: bool) -> str:
        width, more = self._name_width(), "~" if self._ascii else "…"
        pointer = (">" if self._ascii else "›") if here else " "
        if isinstance(found, Heading):
            sign = self._fold_sign(found.folded)
            return f"{pointer}{sign} {cut(found.group or 'no group', width - 4)}"
        if found.secondary is not None:
            joint = "`-" if self._ascii else "└ "
            return f"{pointer}    {joint}{cut(visible(found.secondary), width - 8)}"
        sign = self._fold_sign(not found.opened) if found.opens else " "
        return f"{pointer} {sign}{short_name(found.asset, width - 4, more)}"

    def _fold_sign(self, folded: bool) -> str:
        return ("+-" if self._ascii else "▸▾")[0 if folded else 1]

    def _cells(self, line: int, found: GridLine) -> list[Segment]:
        """Equal neighbours are one segment."""
        columns = self.columns_in_sight
        cells = found.cells[columns.start : columns.stop]
        if not cells:
            return []
        chars: Sequence[str | None] | None = None
        if self.reading is not None and isinstance(found, GridRow):
            chars = self.reading(found, columns)
        segments: list[Segment] = []
        for start, stop, background in self._stretches(line, columns):
            for run in _RUNS.finditer(cells, start, stop):
                byte = run[0][0]
                look = cursor_style() if background == "cursor" else cell_style(byte, background)
                glyph = cell_glyph(byte, self._ascii)
                text = glyph * len(run[0])
                if chars is not None:
                    text = "".join(c or glyph for c in chars[run.start() : run.end()])
                segments.append(Segment(text, look))
        return segments

    def _stretches(self, line: int, columns: range) -> list[tuple[int, int, str]]:
        """The columns in sight, cut where their background is another: (start, stop, it)."""
        lines, chosen = self.selection
        marked = self.mark is not None and line in lines
        at = self.column if line == self.line else -1
        edges = {columns.start, columns.stop}
        if marked:
            edges |= {chosen.start, chosen.stop}
        if at >= 0:
            edges |= {at, at + 1}
        inside = sorted(edge for edge in edges if columns.start <= edge <= columns.stop)
        found: list[tuple[int, int, str]] = []
        for start, stop in pairwise(inside):
            look = (
                "cursor" if start == at else SELECTION if marked and start in chosen else BACKGROUND
            )
            found.append((start - columns.start, stop - columns.start, look))
        return found


@cache
def cell_glyph(byte: int, ascii_only: bool) -> str:
    look = CHECK_LOOK if byte & CHECK_FAILED else LOOKS[state_of(byte)]
    return look.ascii if ascii_only else look.glyph


@cache
def cell_style(byte: int, background: str = "background") -> Style:
    look = CHECK_LOOK if byte & CHECK_FAILED else LOOKS[state_of(byte)]
    return style(look.style, background)


on_palette_change(cell_style.cache_clear)


def _scrolled(start: int, cursor: int, room: int, total: int) -> int:
    """The first that is in sight, so that `cursor` is."""
    third = max(room // 3, 1)
    if cursor < start:
        start = cursor - third + 1
    elif cursor >= start + room:
        start = cursor - room + third
    return max(min(start, total - room), 0)
