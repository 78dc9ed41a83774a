"""One line of a log as it is drawn: the cursor, and what was searched for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from console.widgets.common.styles import style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from console.widgets.common.styled_text import StyledLine

MATCH = Style(reverse=True, bold=True)
Span = tuple[int, int]
"""Characters of a line: the first, and one past the last."""


def line_text(line: StyledLine) -> str:
    """The line without its colours."""
    return "".join(text for text, _ in line)


def with_cursor(line: StyledLine, *, ascii_only: bool) -> StyledLine:
    """The cursor by a sign too, since 16 colours have no background to spare."""
    text, colour = line[0]
    return [("|" if ascii_only else "▌", "run"), (text[1:], colour), *line[1:]]


def marked_segments(line: StyledLine, background: str, spans: Sequence[Span]) -> list[Segment]:
    """The line in its colours, the ascending `spans` reversed."""
    segments, at = [], 0
    for text, colour in line:
        look = style(colour, background)
        for start, end, marked in _pieces(at, at + len(text), spans):
            piece = text[start - at : end - at]
            segments.append(Segment(piece, look + MATCH if marked else look))
        at += len(text)
    return segments


def _pieces(start: int, end: int, spans: Sequence[Span]) -> Iterator[tuple[int, int, bool]]:
    """`start` to `end` cut where spans begin and end, and whether each is in one."""
    at = start
    for first, last in spans:
        if last <= at or first >= end:
            continue
        if first > at:
            yield at, first, False
            at = first
        yield at, min(last, end), True
        at = min(last, end)
    if at < end:
        yield at, end, False
