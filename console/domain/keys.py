"""Asset keys: a list of parts, any of which may hold anything."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

AssetKey = tuple[str, ...]


class UnknownAsset(LookupError):
    """A name that no asset has; the message names it and the nearest that exist."""

    def __init__(self, text: str, known: Iterable[AssetKey]) -> None:
        super().__init__(_no_such("asset", text, [key_text(key) for key in known]))


def key_text(key: AssetKey) -> str:
    """`a/b` for `("a", "b")`; a slash within a part is written `\\/`."""
    return "/".join(part.replace("\\", "\\\\").replace("/", "\\/") for part in key)


def short_name(key: AssetKey, width: int, more: str = "…") -> str:
    """`key_text` in at most `width` characters: leading parts go first, then the middle.

    Beginnings tell layers apart and ends tell siblings apart, so both stay.
    """
    name = key_text(key)
    if len(name) > width and len(key) > 1:
        name = f"{more}/{key_text(key[-1:])}"
    if len(name) <= width:
        return name
    room = max(width - len(more), 0)
    end = room // 2
    return name[: room - end] + more + name[len(name) - end :]


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
    """The known name most like `text`: containing it, or close in spelling."""
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
