"""Replaces each character by the most similar ASCII one, for terminals that show only ASCII."""

from __future__ import annotations

from functools import lru_cache

from console.domain.text import cells

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


def ascii_only(text: str) -> str:
    """`text` in ASCII with the same width in cells; `?` where no character is similar."""
    return text if text.isascii() else "".join(map(_ascii, text))


@lru_cache(4096)
def _ascii(character: str) -> str:
    if character.isascii():
        return character
    return _TABLE.get(character) or "?" * cells(character)
