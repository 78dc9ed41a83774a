"""Which theme is shown: the one chosen last, else the one that the terminal's background asks for."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def chosen_theme(folder: Path, known: Collection[str], profiles: str = "") -> str:
    """`DAGDECK_THEME`, else the profile's, else what was kept in `folder`, else by `COLORFGBG`."""
    kept = ""
    with suppress(OSError, UnicodeDecodeError):
        kept = (folder / "theme").read_text(encoding="utf-8").strip()
    for name in (os.environ.get("DAGDECK_THEME", ""), profiles, kept):
        if name in known:
            return name
    return _for_background(os.environ.get("COLORFGBG", ""))


def keep_theme(folder: Path, name: str) -> None:
    """The choice stays for the next console, where it can be written."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "theme").write_text(f"{name}\n", encoding="utf-8")


def _for_background(colours: str) -> str:
    """`dark` where it says nothing; `COLORFGBG` is `text;background` in numbers of 16 colours, as rxvt and Konsole set it."""
    return "light" if colours.rpartition(";")[2] in ("7", "15") else "dark"
