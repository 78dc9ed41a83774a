"""The facts for verdicts that aren't read in bulk: runs, pointers to events, earlier versions.

Times are epoch milliseconds UTC.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.domain.assets.keys import AssetKey


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run's facts; `started` is None if it isn't known, `single` if it had one partition."""

    started: float | None
    single: bool


@dataclass(frozen=True, slots=True)
class Point:
    """The event that a pointer leads to."""

    at: int
    run_id: str
    position: int | None


GONE = Point(0, "", None)
"""The point of an event that was wiped with all earlier ones; every other event is after it."""


@dataclass(frozen=True, slots=True)
class Past:
    """The data versions of an asset's partitions as they were at a pointer, by position."""

    versions: Mapping[int, str | None]
    complete: bool
    """Whether there are no earlier versions."""


CellPlace = tuple["AssetKey", int]
"""An asset, and a pointer to one of its events."""


@dataclass(slots=True)
class Lookups:
    """The known and the wanted facts; `wanted_pasts` counts the cells that each past would decide."""

    runs: dict[str, RunFacts] = field(default_factory=dict)
    pointers: dict[CellPlace, Point] = field(default_factory=dict)
    pasts: dict[CellPlace, Past] = field(default_factory=dict)
    wanted_runs: set[str] = field(default_factory=set)
    wanted_pointers: set[CellPlace] = field(default_factory=set)
    wanted_pasts: Counter[CellPlace] = field(default_factory=Counter)
    assumed_counts: bool = False
    """Whether an assumed version differs from none, as before Dagster 1.10.20."""

    @property
    def size(self) -> int:
        """The number of known facts."""
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
        facts = self.runs.get(run_id)
        if facts is None:
            self.wanted_runs.add(run_id)
        return facts
