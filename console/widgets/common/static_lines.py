"""A few lines that are shown as they are; only those that differ are drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.widget import Widget

from console.domain.text import cells
from console.widgets.common.line_list import strip_of
from console.widgets.common.styled_text import StyledLine, StyledText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip


class StaticLines(Widget):
    """As high as it has lines."""

    DEFAULT_CSS = "StaticLines { height: 0; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: list[StyledLine] = []

    def show(self, lines: Sequence[Sequence[StyledText]]) -> None:
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


def two_sided(left: Sequence[StyledText], right: Sequence[StyledText], width: int) -> StyledLine:
    """`left` and, as far as there is room beside it, `right` at the end of the line."""
    used, room = sum(cells(text) for text, _ in left), sum(cells(text) for text, _ in right)
    if used + room > width:
        return list(left)
    return [*left, (" " * (width - used - room), "dim"), *right]
