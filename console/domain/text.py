"""Cleans and measures text; text from outside must never control the terminal.

Widths are in terminal cells: a wide character takes two, a joined emoji as many as it is drawn
in (Unicode Standard Annex 11 and 29, by rich).
"""

from __future__ import annotations

import json
import re
import unicodedata

from rich.cells import cell_len, set_cell_size

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_AFTER_BLANK = re.compile("(?<= ) ")
_JOINER = "\u200d"
_JOINED_BEFORE = ("So", "Sk", "Mn", "Mc")
_JOINED_AFTER = ("So", "Lo")


def clean(text: str) -> str:
    """`text` without escape sequences; other controls, bidi marks and surrogates become `�`.

    Line ends and tabs stay, `\\r\\n` becomes `\\n`. A joiner within a grapheme stays.
    """
    if text.isascii() and text.isprintable():
        return text
    return _CONTROLS.sub(_shown, _ESCAPES.sub("", text).replace("\r\n", "\n"))


def _shown(control: re.Match[str]) -> str:
    before, after = control.string[: control.start()][-1:], control.string[control.end() :][:1]
    joins = control[0] == _JOINER and before and after
    if joins and unicodedata.category(before) in _JOINED_BEFORE:
        return _JOINER if unicodedata.category(after) in _JOINED_AFTER else "\ufffd"
    return "\ufffd"


def last_states(text: str) -> str:
    """The lines as a terminal would leave them: each keeps the text after its last `\\r`."""
    if "\r" not in text:
        return text
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))


def one_line(text: str) -> str:
    """`clean`, with line ends and tabs as single blanks."""
    return " ".join(clean(text).split())


def visible(text: str) -> str:
    """A name as an unambiguous line: quoted and escaped where it is not plain.

    A name is plain if `one_line` doesn't change it, so ` a` and `a\\n` differ from `a`.
    """
    if text and one_line(text) == text and not text.startswith('"'):
        return text
    quoted = "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))
    return _AFTER_BLANK.sub("\\\\u0020", quoted)


def _escaped(character: str) -> str:
    unseen = (character != " " and character.isspace()) or _CONTROLS.match(character)
    return f"\\u{ord(character):04x}" if unseen else character


def cells(text: str) -> int:
    """The width of one clean line in terminal cells."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """One line cut to `width` cells, ending with an ellipsis if anything is left out."""
    return cut_clean(one_line(text), width)


def cut_clean(line: str, width: int) -> str:
    """`cut` for a line that is already clean; blanks at its ends stay."""
    if len(line) <= width and (line.isascii() or cell_len(line) <= width):
        return line
    return first_cells(line, max(width - 1, 0)) + "…"[: max(width, 0)]


def first_cells(line: str, width: int) -> str:
    """The first `width` cells of a clean line; half a wide character becomes a blank."""
    return line[:width] if line.isascii() else set_cell_size(line, min(width, cell_len(line)))


def last_cells(line: str, width: int) -> str:
    """The last `width` cells of a clean line, or fewer."""
    if line.isascii():
        return line[max(len(line) - width, 0) :]
    start = next(offset for offset in range(len(line) + 1) if cell_len(line[offset:]) <= width)
    return line[start:]


def padded(text: str, width: int) -> str:
    """`text` followed by blanks, at least `width` cells wide."""
    return text + " " * (width - cells(text))


def right_aligned(text: str, width: int) -> str:
    """`text` preceded by blanks, at least `width` cells wide."""
    return " " * (width - cells(text)) + text
