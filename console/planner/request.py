"""What is asked of the planner, and what it may know when it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.status import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.domain.assets import AssetGraph
    from console.domain.keys import AssetKey
    from console.domain.partitions import PartitionKeys
    from console.domain.status import Row

WHOLE = None
"""The partition of a cell of an asset without partitions."""
CellId = tuple["AssetKey", "str | None"]

NEEDED = frozenset({State.MISSING, State.FAILED, State.STALE})
EVERYTHING = NEEDED | {State.MATERIALIZED}


@dataclass(frozen=True)
class Request:
    """Which cells are in question and which of them to run."""

    assets: tuple[AssetKey, ...]
    partitions: tuple[str, ...]
    """Keys of the chosen assets' definition; empty when none of them is partitioned."""
    downstream: bool = False
    within: frozenset[AssetKey] | None = None
    """Of the assets downstream just these; None for all of them."""
    run_states: frozenset[State] = NEEDED
    excluded: frozenset[CellId] = frozenset()
    parallel: int | None = None
    """At most so many runs of the backfill at once; None leaves it to the run queue."""
    title: str = ""

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
    """The cells that a run has in hand, with that run's id."""
    reached: Mapping[AssetKey, tuple[str, ...] | None] | None = None
    """What the server's own mappings reach downstream, where definitions differ."""
    past: tuple[PastRun, ...] = ()
    max_concurrent_runs: int | None = None
    pool_limits: Mapping[str, int] = field(default_factory=dict)
    pools_hold_runs: bool = False
    """Pools count whole runs rather than steps."""
