"""The commands that were typed, kept for the next console."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from console.domain.text import one_line

if TYPE_CHECKING:
    from pathlib import Path

MOST = 200
FILE = "commands"


def typed_before(folder: Path) -> list[str]:
    """The newest MOST, the newest last; none where they can't be read."""
    with suppress(OSError, UnicodeDecodeError):
        return (folder / FILE).read_text(encoding="utf-8").splitlines()[-MOST:]
    return []


def keep_command(folder: Path, line: str) -> None:
    """The last one once, and no more than MOST, where it can be written."""
    kept = [one for one in typed_before(folder) if one != line]
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        lines = [*kept, one_line(line)][-MOST:]
        (folder / FILE).write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
