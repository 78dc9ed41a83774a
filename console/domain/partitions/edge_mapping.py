"""The mapping of one edge of the graph: which cells of a child are made from which of its parent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from console.domain.partitions.upstreams import one_to_one

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.partitions.upstreams import Upstreams

Positions = frozenset[int]
"""Places in an asset's keys; 0 is the one cell of an asset without partitions."""
NO_POSITIONS: Positions = frozenset()


@dataclass(frozen=True, slots=True)
class EdgeMapping:
    """The mapping from the cells of a child to those of its parent that they are made from."""

    upstreams: Upstreams | None
    """None where it isn't known; then a cell is taken to be made from all of the parent."""
    simple: bool = False
    """The mapping that Dagster lets parent and child share a run for."""
    lacking: Positions = NO_POSITIONS
    """The child's cells that are made from partitions which the parent doesn't have."""
    may_lack: bool = False
    """Somebody chose the mapping, so it may allow that, which the API doesn't say. By default Dagster gives up."""
    otherwise: Upstreams | None = None
    """What it may be as well, where Dagster doesn't tell which: of an asset without partitions."""

    def made_from(self, parents: Positions, among: Iterable[int]) -> Positions:
        """The child's cells, of those in `among`, that are made from some of the parent's cells `parents`."""
        if not parents:
            return NO_POSITIONS
        if self.upstreams is None:
            return frozenset(among)
        if self.upstreams is one_to_one(len(self.upstreams)):
            return parents.intersection(among)
        read: dict[int, bool] = {}
        return frozenset(position for position in among if self._reads(position, parents, read))

    def _reads(self, position: int, parents: Positions, read: dict[int, bool]) -> bool:
        """Whether the cell reads one of `parents`; cells often share one object for what they read, which is tested once."""
        upstreams = self.upstreams or ()
        if position >= len(upstreams):
            return False
        places = upstreams[position]
        is_read = read.get(id(places))
        if is_read is None:
            is_read = read[id(places)] = not parents.isdisjoint(places)
        return is_read


UNKNOWN_MAPPING = EdgeMapping(None)


@lru_cache(maxsize=64)
def of_a_whole(count: int, *, partitioned: bool = True) -> EdgeMapping:
    """The mapping to a parent without partitions, for a child with `count` cells."""
    return EdgeMapping(((0,),) * count, simple=not partitioned)
