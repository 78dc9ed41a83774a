"""The output of steps: which steps a file belongs to, and how much of it is kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.runs.events import Event

MOST_NAMED = 3
"""A file's name lists this many steps and counts the rest."""
MOST_KEPT = 4_000_000
"""Characters kept of one stream of one file; when there are more, the newest half is kept."""
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of one stream; `skipped` is the bytes before it, `size` the bytes of the whole."""

    text: str = ""
    skipped: int = 0
    size: int = 0

    @property
    def extent(self) -> str:
        """`: the last 260 KB of 150 MB`; empty where `text` is all of it."""
        if not self.skipped:
            return ""
        return f": the last {bytes_text(self.size - self.skipped)} of {bytes_text(self.size)}"

    def grown(self, more: str, size: int) -> Tail:
        """This tail with `more` appended; `size` is the offset in bytes where `more` ends.

        A tail that would start within a line starts with the next line.
        """
        text = self.text + more
        if self.skipped and not self.text:
            text = text[text.find("\n") + 1 :]
        if len(text) > MOST_KEPT:
            text = text[-MOST_KEPT // 2 :]
            text = text[text.find("\n") + 1 :]
        whole = not self.skipped and len(text) == len(self.text) + len(more)
        return Tail(text, 0 if whole else max(size - len(text.encode()), 1), size)


def captured_names(events: Iterable[Event]) -> dict[str, str]:
    """The steps of each output file, by the file's key, with the attempt where there are several."""
    steps: set[str] = set()
    files: dict[str, tuple[str, ...]] = {}
    for event in events:
        steps.add(event.step or "")
        if event.file_key:
            files.setdefault(event.file_key, event.captured_steps)
    files = {
        key: file_steps or ((key,) if key in steps else ()) for key, file_steps in files.items()
    }
    attempts, so_far = Counter(files.values()), Counter[tuple[str, ...]]()
    names: dict[str, str] = {}
    for key, file_steps in files.items():
        so_far[file_steps] += 1
        attempt = (
            f", attempt {so_far[file_steps]}" if file_steps and attempts[file_steps] > 1 else ""
        )
        names[key] = f"{_steps_text(file_steps)}{attempt}"
    return names


def _steps_text(steps: tuple[str, ...]) -> str:
    if not steps:
        return "the run's process"
    named, more_steps = ", ".join(steps[:MOST_NAMED]), len(steps) - MOST_NAMED
    return f"{named} and {more_steps} more" if more_steps > 0 else named


def bytes_text(count: int) -> str:
    """`812 bytes`, `260 KB`, `1.5 MB`: powers of a thousand, two digits or more."""
    size, unit = float(count), 0
    while size >= 999.5 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit and size < 9.95 else f"{size:.0f} {_UNITS[unit]}"
