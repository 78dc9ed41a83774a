"""The grid of assets × partitions: draws only the lines that changed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from console.domain.grid import EMPTY, Grid, GridRow, Heading
from console.domain.keys import key_text
from console.domain.status import State
from console.domain.text import cut
from console.widgets.grid_labels import column_labels
from console.widgets.line_list import empty_strip, strip_of
from console.widgets.looks import HIGHLIGHT, SELECTION, glyph, state_style, style

if TYPE_CHECKING:
    from textual import events

    from console.domain.partitions import PartitionKeys

HEADER = 2
SUMMARY = 9
NARROWEST_NAME, WIDEST_NAME = 16, 44


class PartitionGrid(Widget, can_focus=True):
    """One character a cell. `line` and `column` are where the cursor is."""

    DEFAULT_CSS = "PartitionGrid { height: 1fr; }"

    @dataclass
    class Moved(Message):
        """The cursor or the selection is another."""

        grid: PartitionGrid

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__()
        self._ascii = ascii_only
        self.grid: Grid = EMPTY
        self.line = 0
        self.column = 0
        self.top = 0
        self.left = 0
        self.mark: tuple[int, int] | None = None
        self.empty = ""
        self._placed = False

    # what is shown

    def show(self, grid: Grid) -> None:
        """Another state of the deployment: only lines that differ are drawn again."""
        before, self.grid = self.grid, grid
        if before.axis is not grid.axis or len(before.lines) != len(grid.lines):
            self._keep_place(before)
            self.refresh()
            return
        changed = [
            at for at, (a, b) in enumerate(zip(before.lines, grid.lines, strict=True)) if a != b
        ]
        self._refresh_grid_lines(*changed)

    def _keep_place(self, before: Grid) -> None:
        """The cursor stays on its cell; at first it is on the newest partition."""
        row = before.row(self.line)
        if row is None or not self._placed:
            self.line = next((at for at, _ in enumerate(self.grid.lines) if self.grid.row(at)), 0)
            self.column = self.grid.width - 1
        else:
            partition = row.partition(self.column)
            self.line = self.grid.rows.get(row.asset, min(self.line, len(self.grid.lines) - 1))
            now = self.grid.row(self.line)
            found = now.column(partition) if now and partition else None
            self.column = min(self.column, self.grid.width - 1) if found is None else found
        self._placed = bool(self.grid.lines)
        self.mark = None
        self._scroll()

    def show_empty(self, text: str) -> None:
        if text != self.empty:
            self.empty = text
            self.refresh()

    @property
    def row(self) -> GridRow | None:
        return self.grid.row(self.line)

    # moving

    def go(self, line: int, column: int) -> None:
        """Put the cursor on a cell, a heading giving way to the asset beside it."""
        line = self._asset_line(max(min(line, len(self.grid.lines) - 1), 0), line - self.line)
        column = max(min(column, self.grid.width - 1), 0)
        if (line, column) == (self.line, self.column):
            return
        touched, before, keys = self._touched(line), (self.line, self.column), self._keys()
        self.line, self.column = line, column
        if self._scroll():
            self.refresh(Region(0, 0, self.size.width, HEADER + len(self.grid.lines)))
        elif line == before[0] and self.mark is None:
            self.refresh(self._cell_region(before[1]), self._cell_region(column))
        else:
            self._refresh_grid_lines(*touched)
            if self._keys() is not keys:
                self.refresh(Region(0, 0, self.size.width, HEADER))
        self.post_message(self.Moved(self))

    def move(self, lines: int, columns: int) -> None:
        self.go(self.line + lines, self.column + columns)

    def page(self, pages: int) -> None:
        self.move(0, pages * max(self._cells_width() - 1, 1))

    def to_asset(self, line: int) -> None:
        self.go(line, self.column)

    def to_bad(self, direction: int) -> bool:
        """To the next bad cell, or the one before; whether there is any."""
        found = self.grid.next_bad(self.line, self.column, direction)
        if found is not None:
            self.go(*found)
        return found is not None

    def toggle_mark(self) -> None:
        """Begin a selection here, or give it up."""
        self.mark = None if self.mark else (self.line, self.column)
        self.refresh()
        self.post_message(self.Moved(self))

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

    def _asset_line(self, line: int, direction: int) -> int:
        if self.grid.row(line) is not None or not self.grid.lines:
            return line
        step = -1 if direction < 0 else 1
        for candidate in (line + step, line - step, line + 2 * step):
            if self.grid.row(candidate) is not None:
                return candidate
        return line

    def _touched(self, line: int) -> list[int]:
        if self.mark is None:
            return [self.line, line]
        every = (self.mark[0], self.line, line)
        return list(range(min(every), max(every) + 1))

    # drawing

    def _scroll(self) -> bool:
        """Whether other lines or columns are in sight now."""
        height, width = max(self.size.height - HEADER, 1), self._cells_width()
        top = min(max(self.top, self.line - height + 1), self.line)
        if top == 1 or (top and isinstance(self.grid.lines[top - 1], Heading) and top == self.line):
            top -= 1
        left = min(max(self.left, self.column - width + 1), self.column)
        left = max(min(left, self.grid.width - width), 0)
        moved = (top, left) != (self.top, self.left)
        self.top, self.left = top, left
        return moved

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

    def _name_width(self) -> int:
        longest = max((len(key_text(key)) for key in self.grid.rows), default=0) + 3
        most = max(NARROWEST_NAME, min(WIDEST_NAME, self.size.width * 2 // 5))
        return min(max(longest, NARROWEST_NAME), most)

    def _cells_width(self) -> int:
        return max(self.size.width - self._name_width() - SUMMARY, 1)

    def _keys(self) -> PartitionKeys | None:
        """The keys that the labels over the columns are made of."""
        return self.row.keys if self.row else None

    def _cell_region(self, column: int) -> Region:
        """The one cell of the cursor's line; a step along it changes just two."""
        x = self._name_width() + column - self.left
        return Region(x, HEADER + self.line - self.top, 1, 1)

    def _refresh_grid_lines(self, *lines: int) -> None:
        places = {HEADER + line - self.top for line in lines}
        regions = [
            Region(0, y, self.size.width, 1) for y in places if HEADER <= y < self.size.height
        ]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if not self.grid.lines:
            return empty_strip(self.empty, y, width)
        if y < HEADER:
            return self._header(y)
        line = self.top + y - HEADER
        if line >= len(self.grid.lines):
            return strip_of([], width)
        found = self.grid.lines[line]
        if isinstance(found, Heading):
            return strip_of([(f" {cut(found.group or 'no group', width - 2)}", "dim")], width)
        return self._row(line, found)

    def _columns(self) -> range:
        return range(self.left, min(self.left + self._cells_width(), self.grid.width))

    def _header(self, y: int) -> Strip:
        """The labels are of the cursor's own row, which may have keys of its own."""
        columns = self._columns()
        row = self.row
        if row is None or row.keys is None:
            shift = self.grid.width - len(self.grid.axis)
            keys = [self._axis_key(column - shift) for column in columns]
        else:
            keys = [row.partition(column) for column in columns]
        return strip_of(
            [(" " * self._name_width() + column_labels(keys)[y], "dim")], self.size.width
        )

    def _axis_key(self, position: int) -> str | None:
        keys = self.grid.axis.keys
        return keys[position] if 0 <= position < len(keys) else None

    def _row(self, line: int, row: GridRow) -> Strip:
        here = line == self.line
        background = HIGHLIGHT if here else None
        name_width = self._name_width()
        name = f" {'>' if here else ' '} " if self._ascii else f" {'›' if here else ' '} "
        segments = [
            Segment(
                f"{name}{cut(key_text(row.asset), name_width - 4)}".ljust(name_width),
                style("text", background),
            )
        ]
        segments += self._cells(line, row, background)
        room = self._cells_width() - len(self._columns())
        summary = f"{row.bad} bad" if row.bad else ""
        segments.append(
            Segment(" " * room + summary.rjust(SUMMARY - 1) + " ", style("dim", background))
        )
        return Strip(segments).adjust_cell_length(self.size.width, style("text", background))

    def _cells(self, line: int, row: GridRow, background: str | None) -> list[Segment]:
        """Equal neighbours are one segment."""
        lines, columns = self.selection
        selected = columns if self.mark is not None and line in lines else range(0)
        segments = []
        shown = (
            (self._look(line, column, selected), row.state(column)) for column in self._columns()
        )
        for (look, state), cells in groupby(shown):
            text = glyph(state, ascii_only=self._ascii) * len(list(cells))
            segments.append(Segment(text, self._style(look, state, background)))
        return segments

    def _look(self, line: int, column: int, selected: range) -> str:
        if line == self.line and column == self.column:
            return "cursor"
        return "selected" if column in selected else ""

    def _style(self, look: str, state: State, background: str | None) -> Style:
        if look == "cursor":
            return CURSOR
        return state_style(state, SELECTION if look == "selected" else background)


CURSOR = Style(color="#0d1117", bgcolor="#f0f6fc", bold=True)
