"""A request to the planner, and the snapshot of the deployment that it answers from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.partitions.edge_mapping import (
    NO_POSITIONS,
    UNKNOWN_MAPPING,
    EdgeMapping,
    Positions,
)
from console.domain.status.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.status.states import Row

WHOLE = None
"""The partition of a cell of an asset without partitions."""
CellId = tuple["AssetKey", "str | None"]
Edge = tuple["AssetKey", "AssetKey"]
"""The child and the parent."""

NEEDED = frozenset({State.MISSING, State.FAILED, State.STALE})
EVERYTHING = NEEDED | {State.MATERIALIZED}


@dataclass(frozen=True)
class Request:
    """The request for a plan: which cells are in question and which of them to run."""

    assets: tuple[AssetKey, ...]
    partitions: tuple[str, ...]
    """Keys of the chosen assets' definition; empty when none of them is partitioned."""
    downstream: bool = False
    within: frozenset[AssetKey] | None = None
    """The assets downstream are limited to these; None for no limit."""
    run_states: frozenset[State] = NEEDED
    excluded: frozenset[CellId] = frozenset()
    only: frozenset[CellId] | None = None
    """Just these cells of the assets, whatever `partitions` are; None for no limit."""
    parallel: int | None = None
    """The greatest number of the backfill's runs at once; None leaves it to the run queue."""
    title: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    """Of the backfill and its runs, beside those of dagdeck itself."""
    config: str = ""
    """The configuration of its runs, a JSON object; empty for none."""

    def targets(self, graph: AssetGraph) -> list[AssetKey]:
        """The assets in question, upstream before downstream."""
        wanted = set(graph.all_downstream(self.assets) if self.downstream else self.assets)
        if self.within is not None:
            wanted &= self.within
        return [key for key in graph.order if key in wanted]


@dataclass(frozen=True)
class PastRun:
    """A run that succeeded: how long it took (seconds) for how many partitions of what."""

    assets: frozenset[AssetKey]
    seconds: float
    partitions: int


@dataclass(frozen=True)
class Snapshot:
    """The deployment at one moment, as far as the plan needs it."""

    graph: AssetGraph
    keys: Mapping[AssetKey, PartitionKeys | None]
    """None for an asset without partitions; an asset left out isn't known yet."""
    rows: Mapping[AssetKey, Row]
    stale: Mapping[CellId, str] = field(default_factory=dict)
    """The stale cells, each with the server's reason."""
    busy: Mapping[CellId, str] = field(default_factory=dict)
    """The cells that a run is making, with that run's id."""
    claimed: Mapping[CellId, str] = field(default_factory=dict)
    """The cells that an active backfill will still make, with that backfill's id."""
    mappings: Mapping[Edge, EdgeMapping] = field(default_factory=dict)
    """The partition mapping of each edge; the mapping of an edge left out isn't known."""
    together: Mapping[AssetKey, frozenset[AssetKey]] = field(default_factory=dict)
    """The assets that one step makes and that can't be made apart, itself among them."""
    reached: Mapping[AssetKey, tuple[str, ...] | None] | None = None
    """The partitions that the server's own mappings reach downstream; None where each key leads to itself."""
    beyond: frozenset[AssetKey] = frozenset()
    """Assets that none of the chosen partitions can lead to."""
    locations: Mapping[AssetKey, tuple[str, ...]] = field(default_factory=dict)
    """The code locations that define an asset, where more than one does."""
    others: Mapping[AssetKey, tuple[str, ...]] = field(default_factory=dict)
    """What is switched on and makes an asset by itself, in words."""
    stale_known: bool = True
    """Whether it was asked which cells are stale; otherwise `stale` has only those known before."""
    past: tuple[PastRun, ...] = ()
    max_concurrent_runs: int | None = None
    pool_limits: Mapping[str, int] = field(default_factory=dict)
    pools_hold_runs: bool = False
    """Pools count whole runs rather than steps."""

    def mapping(self, child: AssetKey, parent: AssetKey) -> EdgeMapping:
        return self.mappings.get((child, parent), UNKNOWN_MAPPING)

    def positions(self, asset: AssetKey, partitions: Iterable[str | None]) -> Positions:
        """The places of these partitions that the asset has."""
        keys = self.keys.get(asset)
        if keys is None:
            return frozenset({0}) if any(True for _ in partitions) else NO_POSITIONS
        places = (keys.positions.get(key) for key in partitions if key is not None)
        return frozenset(place for place in places if place is not None)

    def everything(self, asset: AssetKey) -> range:
        """Every place that the asset has."""
        keys = self.keys.get(asset)
        return range(1 if keys is None else len(keys))
