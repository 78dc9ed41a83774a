"""For terminals without UTF-8: no other character leaves the console, whoever wrote it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

_ALIKE = {
    "·•": ".",
    "…▒": "~",
    "─━═–—−▔▁": "-",
    "│┃║▌▐▏▕▎▊": "|",
    "┌┐└┘├┤┬┴┼╭╮╯╰╔╗╚╝╟╢╞╡╫╪╬": "+",
    "▶▸›→»": ">",
    "◀◂‹←«": "<",
    "▾▼↓": "v",
    "▴▲↑": "^",
    "■█▇▆▅▄▃▂": "#",
    "✗×": "x",
    "●★": "*",
    "◌○◯": "o",
    "⚠": "!",
    "✓": "+",
    "“”": '"',
    "‘’": "'",
    "\u00a0": " ",
}
_TABLE = {character: ascii for characters, ascii in _ALIKE.items() for character in characters}


class AsciiFilter(LineFilter):
    """Each character by the one most like it, as wide as before; `?` where there is none."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual gives it
        return [
            segment
            if segment.text.isascii()
            else Segment("".join(map(_ascii, segment.text)), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(4096)
def _ascii(character: str) -> str:
    if character.isascii():
        return character
    return _TABLE.get(character) or "?" * cell_len(character)
