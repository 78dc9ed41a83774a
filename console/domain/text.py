"""Text from outside is data: it must never steer the terminal."""

from __future__ import annotations

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def clean(text: str) -> str:
    """`text` without escape sequences; other controls, bidi marks and surrogates become `�`.

    Line ends and tabs stay, `\\r\\n` becomes `\\n`.
    """
    if text.isascii() and text.isprintable():
        return text
    return _CONTROLS.sub("\ufffd", _ESCAPES.sub("", text).replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """`clean`, with line ends and tabs as single blanks."""
    return " ".join(clean(text).split())


def cut(text: str, width: int) -> str:
    """At most `width` characters of one line, the last an ellipsis when some are left out."""
    line = one_line(text)
    return line if len(line) <= width else line[: max(width - 1, 0)] + "…"[: max(width, 0)]
