"""The fake's assets and the history of their partitions, the same for the same numbers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.fake_dagster.partitions import Partitions

Json = dict[str, Any]
OUTCOMES = {"M": "MATERIALIZED", "F": "FAILED", "R": "MATERIALIZING"}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Partitions `first` to `last`, below 0 from the end: `M`, `F`, `R` or `-` for missing.

    `again` is how many seconds after the usual time they were materialized.
    """

    first: int
    last: int
    outcome: str
    again: float = 0.0


@dataclass(eq=False)
class Asset:
    """One asset; `made` is when its newest partition was usually made, epoch seconds UTC."""

    name: str
    group: str
    made: float
    partitions: Partitions | None = None
    parents: list[Asset] = field(default_factory=list)
    children: list[Asset] = field(default_factory=list)
    stretches: Sequence[Stretch] = ()
    kinds: Sequence[str] = ("python",)
    policy_hours: int | None = None
    """Of a time-window freshness policy."""
    description: str = ""
    materializable: bool = True
    path: tuple[str, ...] = ()
    """The key, where it isn't just the name."""

    @cached_property
    def outcomes(self) -> bytearray:
        """A letter for each partition; one for an asset without partitions."""
        cells = bytearray(b"M" * self.count)
        for stretch in self.stretches:
            span = self._span(stretch)
            cells[span.start : span.stop] = stretch.outcome.encode() * len(span)
        return cells

    @property
    def count(self) -> int:
        return len(self.partitions.keys) if self.partitions else 1

    def _span(self, stretch: Stretch) -> range:
        first, last = (at if at >= 0 else self.count + at for at in (stretch.first, stretch.last))
        return range(max(first, 0), min(last, self.count - 1) + 1)

    def made_at(self, position: int) -> float | None:
        """When a partition was last materialized, epoch seconds UTC; None for one that wasn't."""
        if chr(self.outcomes[position]) in "-F" or not self.materializable:
            return None
        step = self.partitions.seconds if self.partitions else 0.0
        usual = self.made - (self.count - 1 - position) * step
        return usual + self._again(position)

    def _again(self, position: int) -> float:
        later = [s.again for s in self.stretches if s.outcome == "M" and position in self._span(s)]
        return max(later, default=0.0)

    def stale_by(self, position: int) -> Asset | None:
        """The first parent whose partition of the same place was made later."""
        own = self.made_at(position)
        if own is None:
            return None
        return next((parent for parent in self.parents if self._later(parent, position, own)), None)

    def _later(self, parent: Asset, position: int, own: float) -> bool:
        if parent.partitions is not self.partitions:
            return False
        at = parent.made_at(position)
        return at is not None and at > own

    @property
    def key(self) -> Json:
        return {"path": list(self.path or (self.name,))}

    def reached(self, keys: Sequence[str]) -> list[str]:
        """The partitions that partitions `keys` of anything upstream lead to."""
        if self.partitions is None:
            return []
        own = self.partitions
        if own.dimensions:
            primary = set(keys)
            parts = [(key, key.split("|")) for key in own.keys]
            return [key for key, two in parts if not primary.isdisjoint(two)]
        if own.type != "TIME_WINDOW" or not own.seconds:
            return list(own.keys)
        known = set(own.keys)
        windows = (max((one for one in own.keys if one <= key), default="") for key in keys)
        found = [key if key in known else window for key, window in zip(keys, windows, strict=True)]
        return [key for key in dict.fromkeys(found) if key]

    def ranges(self) -> Iterator[Json]:
        """What `TimePartitionStatuses` lists: stretches of the same status, missing left out."""
        assert self.partitions is not None
        at = 0
        for letter, cells in groupby(self.outcomes):
            length = len(list(cells))
            status = OUTCOMES.get(chr(letter))
            if status:
                keys = self.partitions.keys
                yield {
                    "startKey": keys[at],
                    "endKey": keys[at + length - 1],
                    "startTime": float(at),
                    "endTime": float(at + length),
                    "status": status,
                }
            at += length

    def keys_of(self, letter: str) -> list[str]:
        assert self.partitions is not None
        wanted = ord(letter)
        return [k for k, o in zip(self.partitions.keys, self.outcomes, strict=True) if o == wanted]

    def run_id(self, position: int) -> str:
        """The run that last made a partition: each has one of its own, told by its id."""
        again = int(self._again(position))
        return f"{self.mark}-{position:08x}-{again:08x}"

    @cached_property
    def mark(self) -> str:
        """How the ids of its runs begin."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:8]
