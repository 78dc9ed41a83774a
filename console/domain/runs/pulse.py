"""The answer to one cheap question about active runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.runs.run import Run


@dataclass(frozen=True, slots=True)
class Pulse:
    """The answer from which the store tells whether anything changed."""

    locations: dict[str, str]
    """Each code location's version key."""
    active: tuple[Run, ...]
    newest: tuple[Run, ...]
    """The newest runs, or only those that changed since the moment asked about."""
