"""Asset keys: each is a list of parts, which may hold any text."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from console.domain.text import cells, first_cells, last_cells, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

AssetKey = tuple[str, ...]


class UnknownAsset(LookupError):
    """Raised for a name that no asset has; the message names it and the nearest existing one."""

    def __init__(self, text: str, known: Iterable[AssetKey]) -> None:
        super().__init__(_no_such("asset", text, [key_text(key) for key in known]))


def key_text(key: AssetKey) -> str:
    """`a/b` for `("a", "b")`; a slash within a part is written `\\/`."""
    return "/".join(part.replace("\\", "\\\\").replace("/", "\\/") for part in key)


def shown_key(key: AssetKey) -> str:
    """`key_text` in one line for the screen; a part that isn't plain text is quoted."""
    return "/".join(visible(part.replace("\\", "\\\\").replace("/", "\\/")) for part in key)


def short_name(key: AssetKey, width: int, more: str = "…") -> str:
    """`shown_key` in at most `width` cells: leading parts are dropped first, then the middle.

    The beginning and the end stay, as they tell layers and siblings apart.
    """
    name = shown_key(key)
    if cells(name) > width and len(key) > 1:
        name = f"{more}/{shown_key(key[-1:])}"
    if cells(name) <= width:
        return name
    room = max(width - len(more), 0)
    end = last_cells(name, room // 2)
    return first_cells(name, room - cells(end)) + more + end


def parse_key(text: str) -> AssetKey:
    """The inverse of `key_text`."""
    parts, part, escaped = [], "", False
    for character in text:
        if escaped or character not in "\\/":
            part, escaped = part + character, False
        elif character == "\\":
            escaped = True
        else:
            parts.append(part)
            part = ""
    return (*parts, part)


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The known name most like `text`: one that contains it, else one close in spelling."""
    names = sorted(known, key=len)
    contains = [name for name in names if text and text.lower() in name.lower()]
    close = get_close_matches(text, names, n=1, cutoff=0.5)
    return next(iter([*contains, *close]), None)


def _no_such(what: str, text: str, known: list[str]) -> str:
    near = nearest(text, known)
    if near:
        return f"no {what} `{text}`; did you mean `{near}`?"
    if not known:
        return f"no {what} `{text}`; the deployment has none"
    return f"no {what} `{text}`; there are {len(known)}, such as `{sorted(known)[0]}`"
