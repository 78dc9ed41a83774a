"""The log file of each part, and what it said last."""

from __future__ import annotations

import re
from pathlib import Path

MOST_BYTES = 20_000_000
READ_BYTES = 64_000
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_BAD = re.compile(r"error|fatal|exception|no such|denied|no space|could not|cannot", re.IGNORECASE)


def rotate(log: Path) -> None:
    """Keeps one older file once `log` is larger than MOST_BYTES."""
    if log.exists() and log.stat().st_size > MOST_BYTES:
        log.replace(log.with_name(log.name + ".1"))


def size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def last_words(log: Path, since: int = 0) -> str:
    """The last line after byte `since` that tells of an error, else the last line."""
    with log.open("rb") as file:
        file.seek(max(since, size(log) - READ_BYTES))
        text = file.read().decode(errors="replace")
    lines = [line.strip() for line in _COLOUR.sub("", text).splitlines() if line.strip()]
    telling = [line for line in lines if _BAD.search(line)]
    return (telling or lines or ["it said nothing"])[-1][:300]
