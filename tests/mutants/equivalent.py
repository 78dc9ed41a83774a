"""Changes that mean the same: every test passes under them, and none is missing."""

from __future__ import annotations

from pathlib import Path

CONSOLE = Path("console")
EQUIVALENT: dict[tuple[str, str, str], str] = {
    (
        "domain/grid/metrics.py",
        "most = max(numbers, default=0.0)",
        "most = max(numbers, default=-1.0)",
    ): "without a number nothing is measured by the most",
    (
        "domain/grid/row.py",
        "inner_stride: int = 1",
        "inner_stride: int = 2",
    ): "a place that holds one position has no next",
}
"""Why, by file, line and what the line becomes."""


def is_equivalent(file: Path, before: str, after: str) -> bool:
    """Whether the change of the line is known to mean the same."""
    return (file.relative_to(CONSOLE).as_posix(), before, after) in EQUIVALENT
