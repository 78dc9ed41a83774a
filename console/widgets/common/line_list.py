"""A list of lines with a cursor that draws only what it must.

Textual sends again every region that is refreshed, so a step of the cursor refreshes two
lines and a new line at the end just itself.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from console.widgets.common.lit_row import LitRow
from console.widgets.common.styled_text import StyledText
from console.widgets.common.styles import BACKGROUND, HIGHLIGHT, style

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.style import Style
    from textual import events


class LineList(Widget, can_focus=True):
    """Shows `count` lines, each made by `draw(index, width)` when it is in sight.

    `draw` gives stretches of clean, single-line text with the names of their colours.
    `row(index)` is what a line stands for, None for nothing, and `same` tells whether two
    lines stand for the same.
    """

    DEFAULT_CSS = "LineList { height: 1fr; }"

    @dataclass
    class Moved(Message):
        """The cursor is on another line."""

        lines: LineList
        index: int

        @property
        def control(self) -> LineList:
            return self.lines

    def __init__(
        self,
        draw: Callable[[int, int], Sequence[StyledText]],
        *,
        empty: str = "",
        row: Callable[[int], object] = lambda _: None,
        same: Callable[[Any, Any], bool] = operator.eq,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._row = row
        self._lit = LitRow(same)
        self.empty = empty
        self.count = 0
        self.cursor = 0
        self.top = 0

    def set_count(self, count: int, *, keep: bool = True) -> None:
        """There are so many lines now, and any of them may look otherwise."""
        self.count = count
        self.cursor = min(self.cursor, max(count - 1, 0)) if keep else 0
        self._scroll_to_cursor()
        self.refresh()

    def grow(self, count: int, *, follow: bool) -> None:
        """Lines came at the end; those before look as they did."""
        before, self.count = self.count, count
        if follow:
            self.move_to(count - 1)
        if before < self.top + self.size.height:
            first = max(before - self.top, 0)
            self.refresh(Region(0, first, self.size.width, self.size.height - first))

    def show_empty(self, text: str) -> None:
        """Show this text while there is no line."""
        if text != self.empty:
            self.empty = text
            if self.count == 0:
                self.refresh()

    def is_lit(self) -> bool:
        """Whether the row under the cursor is the one that a key pressed now is meant for."""
        return self._lit.is_lit(self._row(self.cursor) if self.count else None)

    def move(self, lines: int) -> None:
        self.go_to(self.cursor + lines)

    def page(self, pages: int) -> None:
        self.move(pages * max(self.size.height - 1, 1))

    def to_end(self, direction: int) -> None:
        """The first line for -1, the last for 1."""
        self.go_to(0 if direction < 0 else self.count - 1)

    def go_to(self, index: int) -> None:
        """Somebody moves the cursor there."""
        self.move_to(index)
        self._lit.choose(self._row(self.cursor) if self.count else None)

    def move_to(self, index: int) -> None:
        target = max(min(index, self.count - 1), 0)
        if target == self.cursor:
            return
        before, self.cursor = self.cursor, target
        if self._scroll_to_cursor():
            self.refresh()
        else:
            self.refresh_lines_at(before, target)
        self.post_message(self.Moved(self, target))

    def refresh_lines_at(self, *indices: int) -> None:
        """Draw these lines again, where they are in sight."""
        regions = [
            Region(0, index - self.top, self.size.width, 1)
            for index in indices
            if 0 <= index - self.top < self.size.height
        ]
        if regions:
            self.refresh(*regions)

    def _scroll_to_cursor(self) -> bool:
        """Whether the lines in sight are others now."""
        height = self.size.height or 1
        top = min(self.top, max(self.count - height, 0))
        top = min(max(top, self.cursor - height + 1), self.cursor)
        moved, self.top = top != self.top, max(top, 0)
        return moved

    def on_resize(self, _: events.Resize) -> None:
        """Textual may have drawn some lines already, from the old place."""
        if self._scroll_to_cursor():
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        self.go_to(self.top + event.y)

    def on_mouse_scroll_down(self, _: events.MouseScrollDown) -> None:
        self.move(3)

    def on_mouse_scroll_up(self, _: events.MouseScrollUp) -> None:
        self.move(-3)

    def render_line(self, y: int) -> Strip:
        width, index = self.size.width, self.top + y
        if self.count == 0:
            self._lit.draw(None)
            return empty_strip(self.empty, y, width)
        if index == self.cursor:
            self._lit.draw(self._row(index))
        if index >= self.count:
            return strip_of([], width)
        background = HIGHLIGHT if index == self.cursor else BACKGROUND
        return strip_of(self._draw(index, width), width, background)


def empty_strip(text: str, y: int, width: int) -> Strip:
    """Line `y` of a widget that has nothing to show but a sentence."""
    lines = wrap(text, max(width - 4, 20))
    return strip_of([(f"  {lines[y - 1]}" if 1 <= y <= len(lines) else "", "dim")], width)


def strip_of(parts: Sequence[StyledText], width: int, background: str = BACKGROUND) -> Strip:
    """One line of the screen, exactly `width` cells."""
    segments = [Segment(text, style(colour, background)) for text, colour in parts if text]
    filler: Style = style("text", background)
    return Strip(segments).adjust_cell_length(width, filler)
