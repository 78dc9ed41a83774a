"""The last materialization of each partition of an asset. Times are epoch milliseconds UTC."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.domain.staleness.provenance import Provenance


@dataclass(slots=True)
class LastMaterializations:
    """The last materialization of each partition of an asset, or of it as a whole.

    `times` is 0 and `runs` -1 where there is none; `runs` counts into `run_ids`. The events
    of one run share their provenance, except those in `odd`, by position.
    """

    times: array[int]
    runs: array[int]
    run_ids: list[str]
    by_run: dict[int, Provenance] = field(default_factory=dict)
    odd: dict[int, Provenance] = field(default_factory=dict)

    def provenance(self, position: int) -> Provenance | None:
        """The provenance of the materialization at `position`; The provenance of the materialization at `position`; None when it wasn't read."""
        return self.odd.get(position) or self.by_run.get(self.runs[position])

    def run_id(self, position: int) -> str:
        return self.run_ids[self.runs[position]]

    @property
    def oldest(self) -> int:
        return min(filter(None, self.times), default=0)


def nothing_made(count: int) -> LastMaterializations:
    return LastMaterializations(array("q", bytes(8 * count)), array("i", [-1]) * count, [])


@dataclass(frozen=True, slots=True)
class Observed:
    """All observations of an external asset: by position, oldest first, time and version."""

    events: Mapping[int, Sequence[tuple[int, str | None]]]
    complete: bool = True
    """There are no more than these."""
    reported: bool = False
    """A materialization was reported of it, and runs note the newest of those as what they read."""
