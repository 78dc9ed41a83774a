"""A place for lines that fills its room and scrolls; only lines that differ are drawn again."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells, set_cell_size
from textual.geometry import Region
from textual.widget import Widget

from console.domain.text import clean
from console.widgets.common.line_list import strip_of
from console.widgets.common.styled_text import StyledLine, StyledText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip


_ASCII = str.maketrans({"·": "-", "…": "~", "–": "-", "←": "<"})


class Pane(Widget):
    """Shows lines of clean text with the names of their colours; `rule` is the edge with one."""

    DEFAULT_CSS = """
    Pane.-rule-top { border-top: solid $deck-rule; }
    Pane.-rule-left { border-left: solid $deck-rule; }
    Pane.-rule-top.-ascii { border-top: ascii $deck-rule; }
    Pane.-rule-left.-ascii { border-left: ascii $deck-rule; }
    """

    def __init__(self, *, ascii_only: bool, rule: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self.set_rule(rule)
        self._more = "..." if ascii_only else "…"
        self.lines: list[StyledLine] = []
        self.top = 0

    def set_rule(self, edge: str) -> None:
        """A rule along `top` or `left`, none for ``."""
        for each in ("top", "left"):
            self.set_class(edge == each, f"-rule-{each}")
        self.set_class(self._ascii, "-ascii")

    def show(self, lines: Sequence[StyledLine], *, keep: bool = True) -> None:
        """These lines from now on, from the top unless `keep`."""
        before = self._seen()
        self.lines = [plain(line) if self._ascii else list(line) for line in lines]
        self.top = min(self.top, self._last_top()) if keep else 0
        self._refresh_from(before)

    def scroll_by(self, lines: int) -> None:
        before = self._seen()
        self.top = max(min(self.top + lines, self._last_top()), 0)
        self._refresh_from(before)

    def page(self, pages: int) -> None:
        self.scroll_by(pages * max(self.content_size.height - 2, 1))

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        return strip_of(with_end(self._at(y), width, self._more), width)

    def on_mouse_scroll_down(self, _: events.MouseScrollDown) -> None:
        self.scroll_by(2)

    def on_mouse_scroll_up(self, _: events.MouseScrollUp) -> None:
        self.scroll_by(-2)

    def _last_top(self) -> int:
        return max(len(self.lines) - self.content_size.height, 0)

    def _at(self, y: int) -> StyledLine:
        """The last line says when more follow."""
        index = self.top + y
        if y == self.content_size.height - 1 and index < len(self.lines) - 1:
            return [(f" {self._more} {len(self.lines) - index} more lines", "dim")]
        return self.lines[index] if index < len(self.lines) else []

    def _seen(self) -> list[StyledLine]:
        return [self._at(y) for y in range(self.content_size.height)]

    def _refresh_from(self, before: list[StyledLine]) -> None:
        regions = []
        for y, line in enumerate(self._seen()):
            if y >= len(before):
                regions.append(Region(0, y, self.content_size.width, 1))
            elif line != before[y]:
                first, last = differing(before[y], line)
                regions.append(Region(first, y, last - first, 1))
        if regions:
            self.refresh(*regions)


def plain(parts: Sequence[StyledText]) -> StyledLine:
    """The console's own signs in ASCII; states have theirs already."""
    return [(text.translate(_ASCII), colour) for text, colour in parts]


def with_end(parts: StyledLine, width: int, more: str) -> StyledLine:
    """The parts as they are where they fit, else cut with `more` at their end."""
    if sum(cell_len(text) for text, _ in parts) <= width:
        return parts
    kept: StyledLine = []
    room = max(width - len(more), 0)
    for text, colour in parts:
        size = cell_len(text)
        if size > room:
            return [*kept, (set_cell_size(text, room).rstrip() + more, colour)]
        kept.append((text, colour))
        room -= size
    return kept


def differing(one: Sequence[StyledText], other: Sequence[StyledText]) -> tuple[int, int]:
    """The cells, the last excluded, outside of which two lines look the same."""
    pieces = list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    first = sum(cell_len(text) for (text, _), _ in pieces)
    last = max(sum(cell_len(text) for text, _ in line) for line in (one, other))
    return first, max(last, first + 1)


def wrapped_as_it_is(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells with their indentation, as of a traceback; none is dropped."""
    lines: list[str] = []
    for line in clean(text).rstrip().split("\n"):
        shown = line.expandtabs(4).rstrip()
        indent = shown[: len(shown) - len(shown.lstrip())][: width // 2]
        first, *rest = chop_cells(shown, width) or [""]
        lines.append(first)
        for piece in chop_cells("".join(rest), max(width - len(indent), 1)) if rest else ():
            lines.append(indent + piece)
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, words kept whole where they fit; blank lines go."""
    lines: list[str] = []
    for paragraph in clean(text).split("\n"):
        line = ""
        for word in paragraph.split():
            while len(word) > width:
                room = width - len(line) - (1 if line else 0)
                if room < 1:
                    lines.append(line)
                    line = ""
                    continue
                line = f"{line} {word[:room]}" if line else word[:room]
                word = word[room:]
            if len(line) + len(word) + 1 > width and line:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        if line:
            lines.append(line)
    return lines
