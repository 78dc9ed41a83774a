"""What decides a verdict and isn't read in bulk: runs, pointers to events, and versions before.

Times are epoch milliseconds UTC.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.domain.keys import AssetKey


@dataclass(frozen=True, slots=True)
class RunFacts:
    """`started` is None for a run that isn't known; `single` when it was of one partition."""

    started: float | None
    single: bool


@dataclass(frozen=True, slots=True)
class Point:
    """The event that a pointer leads to."""

    at: int
    run_id: str
    position: int | None


GONE = Point(0, "", None)
"""Where the event and all before it were wiped: everything is after this."""


@dataclass(frozen=True, slots=True)
class Past:
    """The data versions of an asset's partitions as they were at a pointer, by position."""

    versions: Mapping[int, str | None]
    complete: bool
    """There is nothing before these."""


Place = tuple["AssetKey", int]
"""A parent and a pointer to one of its events."""


@dataclass(slots=True)
class Facts:
    """What was looked up, and what should be; `wanted_pasts` counts the cells they would decide."""

    runs: dict[str, RunFacts] = field(default_factory=dict)
    pointers: dict[Place, Point] = field(default_factory=dict)
    pasts: dict[Place, Past] = field(default_factory=dict)
    wanted_runs: set[str] = field(default_factory=set)
    wanted_pointers: set[Place] = field(default_factory=set)
    wanted_pasts: Counter[Place] = field(default_factory=Counter)

    @property
    def size(self) -> int:
        """How many things are kept."""
        return (
            len(self.runs)
            + len(self.pointers)
            + sum(len(past.versions) for past in self.pasts.values())
        )

    def forget_wishes(self) -> None:
        self.wanted_runs.clear()
        self.wanted_pointers.clear()
        self.wanted_pasts.clear()

    def run(self, run_id: str) -> RunFacts | None:
        found = self.runs.get(run_id)
        if found is None:
            self.wanted_runs.add(run_id)
        return found
