"""For terminals without UTF-8: no other character leaves the console, whoever wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter

from console.domain.ascii import ascii_only

if TYPE_CHECKING:
    from textual.color import Color


class AsciiFilter(LineFilter):
    """Each character by the one most like it, as wide as before; `?` where there is none."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual gives it
        return [
            segment
            if segment.text.isascii()
            else Segment(ascii_only(segment.text), segment.style, segment.control)
            for segment in segments
        ]
