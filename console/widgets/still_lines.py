"""A few lines that are shown as they are; only those that differ are drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from console.widgets.line_list import strip_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.widgets.log_source import Line, Part


class StillLines(Widget):
    """As high as it has lines."""

    DEFAULT_CSS = "StillLines { height: 0; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: list[Line] = []

    def show(self, lines: Sequence[Sequence[Part]]) -> None:
        new = [list(line) for line in lines]
        before, self.lines = self.lines, new
        if len(before) != len(new):
            self.styles.height = len(new)
            self.refresh()
            return
        differ = [
            Region(0, y, self.size.width, 1)
            for y, line in enumerate(new)
            if line != before[y] and self.size.width
        ]
        if differ:
            self.refresh(*differ)

    def render_line(self, y: int) -> Strip:
        return strip_of(self.lines[y] if y < len(self.lines) else [], self.size.width)


def two_sided(left: Sequence[Part], right: Sequence[Part], width: int) -> Line:
    """`left` and, as far as there is room beside it, `right` at the end of the line."""
    used, room = sum(len(text) for text, _ in left), sum(len(text) for text, _ in right)
    if used + room > width:
        return list(left)
    return [*left, (" " * (width - used - room), "dim"), *right]
