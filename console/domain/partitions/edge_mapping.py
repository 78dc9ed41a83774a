"""The partition mapping of one edge of the graph: the parent's cells that each child's cell is made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from console.domain.partitions.upstreams import one_to_one

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.partitions.upstreams import Upstreams

Positions = frozenset[int]
"""Positions in an asset's keys; 0 is the one cell of an asset without partitions."""
NO_POSITIONS: Positions = frozenset()


@dataclass(frozen=True, slots=True)
class EdgeMapping:
    """The mapping from the cells of a child to those of its parent that they are made from."""

    upstreams: Upstreams | None
    """None where it isn't known; each cell then counts as made from all of the parent."""
    simple: bool = False
    """Whether Dagster lets parent and child share a run with this mapping."""
    lacking: Positions = NO_POSITIONS
    """The child's cells that are made from partitions which the parent doesn't have."""
    may_lack: bool = False
    """Whether the mapping may allow lacking partitions, as it is explicit; the default makes Dagster give up."""
    otherwise: Upstreams | None = None
    """The other possible mapping of a child without partitions, where Dagster doesn't tell which it is."""

    def made_from(self, parents: Positions, among: Iterable[int]) -> Positions:
        """The child's cells in `among` that are made from any of the parent's cells `parents`."""
        if not parents:
            return NO_POSITIONS
        if self.upstreams is None:
            return frozenset(among)
        if self.upstreams is one_to_one(len(self.upstreams)):
            return parents.intersection(among)
        read: dict[int, bool] = {}
        return frozenset(position for position in among if self._reads(position, parents, read))

    def _reads(self, position: int, parents: Positions, read: dict[int, bool]) -> bool:
        """Whether the cell reads one of `parents`; a sequence that cells share is tested once."""
        upstreams = self.upstreams or ()
        if position >= len(upstreams):
            return False
        positions = upstreams[position]
        is_read = read.get(id(positions))
        if is_read is None:
            is_read = read[id(positions)] = not parents.isdisjoint(positions)
        return is_read


UNKNOWN_MAPPING = EdgeMapping(None)


@lru_cache(maxsize=64)
def of_a_whole(count: int, *, partitioned: bool = True) -> EdgeMapping:
    """The mapping to a parent without partitions, for a child with `count` cells."""
    return EdgeMapping(((0,),) * count, simple=not partitioned)
