"""The answer to one cheap question about active runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.runs.run import Run


@dataclass(frozen=True, slots=True)
class Pulse:
    """The cheap look that tells whether anything changed."""

    locations: dict[str, str]
    """Each code location's version key."""
    active: tuple[Run, ...]
    newest: tuple[Run, ...]
    """The newest runs, or of them those that changed since a moment."""
