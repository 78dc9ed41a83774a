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
    """The last materialization of each partition of an asset, or of the unpartitioned asset.

    `times` is 0 and `runs` -1 where there is none; `runs` are indices of `run_ids`. The events
    of one run share their provenance, except for the positions in `odd`.
    """

    times: array[int]
    runs: array[int]
    run_ids: list[str]
    by_run: dict[int, Provenance] = field(default_factory=dict)
    odd: dict[int, Provenance] = field(default_factory=dict)

    def provenance(self, position: int) -> Provenance | None:
        """The provenance of the materialization at `position`; None when it wasn't read."""
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
    """The observations of an external asset by position: (time, version), oldest first."""

    events: Mapping[int, Sequence[tuple[int, str | None]]]
    complete: bool = True
    """Whether these are all observations."""
    reported: bool = False
    """Whether a materialization of it was reported; runs then record the newest as their input."""
