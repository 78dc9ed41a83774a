"""The runs that a plan starts, and the waves that they come in.

The rules are those of dagster's `asset_backfill.py`: at each look the daemon asks for the
cells whose targeted parents are made, and for those that can be made in one run with them;
`build_run_requests_with_backfill_policies` cuts them into runs. The runs of one look are
taken to have succeeded by the next: where they haven't, the daemon asks in more pieces, so
the count is the least there will be.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from math import ceil
from typing import TYPE_CHECKING

from console.domain.partitions.edge_mapping import NO_POSITIONS, Positions
from console.domain.partitions.keys import contiguous_ranges

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from console.domain.assets.graph import Asset, AssetGraph
    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.planner.plan import Plan
    from console.planner.request import Snapshot

Cells = frozenset["str | None"]
"""Partitions of one asset; that of an asset without partitions is None."""
_BETWEEN_DIMENSIONS = "|"


@dataclass(frozen=True, slots=True)
class Batch:
    """Assets that share their runs, and how many runs that makes."""

    assets: tuple[AssetKey, ...]
    partitions: tuple[str | None, ...]
    runs: int
    stage: int
    """0 for what can start at once, 1 for what waits for stage 0, and so on."""


def batches(plan: Plan, snapshot: Snapshot) -> list[Batch]:
    """The batches of a plan, in the order in which they can start."""
    daemon = _Daemon(plan, snapshot)
    planned: list[Batch] = []
    stage = 0
    while asked := daemon.look():
        shared: dict[Hashable, list[AssetKey]] = {}
        for asset, cells in asked.items():
            shared.setdefault((daemon.sharing(asset), cells), []).append(asset)
        planned += [_batch(assets, asked[assets[0]], snapshot, stage) for assets in shared.values()]
        stage += 1
    return planned


def waves(planned: list[Batch], parallel: int | None) -> int:
    """The number of times that runs start together, at most `parallel` at once."""
    runs: dict[int, int] = {}
    for batch in planned:
        runs[batch.stage] = runs.get(batch.stage, 0) + batch.runs
    return sum(ceil(count / (parallel or count)) for count in runs.values() if count)


class _Daemon:
    """The cells that dagster's daemon asks for, look by look."""

    def __init__(self, plan: Plan, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._graph: AssetGraph = snapshot.graph
        self._targets = {
            asset: snapshot.positions(asset, cells) for asset, cells in plan.to_run.items()
        }
        self._waiting = dict(self._targets)
        self._steps = _steps(plan.to_run, snapshot)
        self._made: set[AssetKey] = set()
        self._roots = self._find_roots()

    def look(self) -> dict[AssetKey, Positions]:
        """The cells asked for now; empty when none is left."""
        asked: dict[AssetKey, Positions] = {}
        for step in self._steps:
            cells = NO_POSITIONS.union(*(self._candidates(asset, asked) for asset in step))
            if cells := self._allowed_of(step, cells, asked):
                asked |= dict.fromkeys(step, cells)
        for asset, cells in asked.items():
            self._waiting[asset] -= cells
        self._made |= asked.keys()
        return asked

    def sharing(self, asset: AssetKey) -> Hashable:
        """Assets for which this is the same can be made in one run."""
        node = self._graph[asset]
        return self._definition(asset), node.backfill_policy, node.location, node.repository

    def _candidates(self, asset: AssetKey, asked: dict[AssetKey, Positions]) -> Positions:
        """The cells that dagster considers: the roots first, then those that a parent's made or asked cells lead to."""
        waiting, parents = self._waiting[asset], self._graph.upstream(asset)
        if any(parent in self._made for parent in parents):
            return waiting
        roots = NO_POSITIONS if self._made else self._roots[asset]
        reached = (
            self._led_to(asset, waiting, parent, asked.get(parent, NO_POSITIONS))
            for parent in parents
        )
        return roots.union(*reached)

    def _find_roots(self) -> dict[AssetKey, Positions]:
        """The targets that no other target leads to; on the way there, any partition counts."""
        roots: dict[AssetKey, Positions] = {}
        reached: dict[AssetKey, Positions] = {}
        for asset, cells in self._waiting.items():
            everything = self._snapshot.everything(asset)
            parents = [p for p in self._graph.upstream(asset) if p in reached]
            led_to = NO_POSITIONS.union(
                *(self._led_to(asset, everything, p, reached[p], walking=True) for p in parents)
            )
            roots[asset] = cells - led_to
            reached[asset] = cells | led_to
        return roots

    def _led_to(
        self,
        asset: AssetKey,
        among: Iterable[int],
        parent: AssetKey,
        theirs: Positions,
        *,
        walking: bool = False,
    ) -> Positions:
        """The cells that dagster reaches from these; any cell leads to an asset without partitions."""
        if self._snapshot.keys.get(asset) is None:
            return frozenset(among) if theirs or walking else NO_POSITIONS
        return self._snapshot.mapping(asset, parent).made_from(theirs, among)

    def _allowed_of(
        self, step: tuple[AssetKey, ...], cells: Positions, asked: dict[AssetKey, Positions]
    ) -> Positions:
        """The candidates that can be made for every asset of the step."""
        candidates = cells
        for asset in step:
            cells = self._allowed(asset, cells & self._waiting[asset], step, candidates, asked)
        return cells

    def _allowed(
        self,
        asset: AssetKey,
        cells: Positions,
        step: tuple[AssetKey, ...],
        candidates: Positions,
        asked: dict[AssetKey, Positions],
    ) -> Positions:
        """The cells less those that must wait for a parent."""
        parents = sorted(self._graph.upstream(asset))
        with_parents = any(parent in asked for parent in parents)
        for parent in parents:
            if parent == asset:
                cells = self._after_itself(asset, cells)
                continue
            waiting = self._waiting.get(parent, NO_POSITIONS)
            held = self._snapshot.mapping(asset, parent).made_from(waiting, cells)
            beside = candidates if parent in step else asked.get(parent, NO_POSITIONS)
            if held and (cells != beside or not self._in_one_run(asset, parent, step, asked)):
                cells = NO_POSITIONS if with_parents else cells - held
        return cells

    def _in_one_run(
        self,
        asset: AssetKey,
        parent: AssetKey,
        step: tuple[AssetKey, ...],
        asked: dict[AssetKey, Positions],
    ) -> bool:
        """Whether the same cells of both can be made together."""
        if self.sharing(parent) != self.sharing(asset):
            return False
        if asset in self._graph.upstream(asset) and parent not in step:
            return False
        if self._snapshot.mapping(asset, parent).simple:
            return True
        policy, targets = self._graph[parent].backfill_policy, self._targets[parent]
        if policy is None or targets != self._targets[asset] or asked.get(parent) != targets:
            return False
        return policy.max_per_run is None or policy.max_per_run > len(targets)

    def _after_itself(self, asset: AssetKey, cells: Positions) -> Positions:
        """The next cells of an asset made from its own earlier partitions: in the keys' order, a run at a time."""
        mapping, policy = self._snapshot.mapping(asset, asset), self._graph[asset].backfill_policy
        waiting = self._waiting[asset]
        held = mapping.made_from(waiting, cells)
        if not held:
            return cells
        if policy is None or mapping.made_from(waiting - cells, cells):
            cells -= held
        return cells if policy is None else frozenset(sorted(cells)[: policy.max_per_run])

    def _definition(self, asset: AssetKey) -> tuple[object, PartitionKeys | None]:
        return self._graph[asset].partitions, self._snapshot.keys.get(asset)


def _steps(assets: Iterable[AssetKey], snapshot: Snapshot) -> list[tuple[AssetKey, ...]]:
    """The assets in steps, parents first; assets that can't be made apart share a step."""
    order = list(assets)
    of = {asset: snapshot.together.get(asset, frozenset((asset,))) for asset in order}
    sorter = TopologicalSorter[frozenset["AssetKey"]]()
    for asset in order:
        sorter.add(
            of[asset],
            *(of[p] for p in snapshot.graph.upstream(asset) if p in of and of[p] != of[asset]),
        )
    try:
        steps = list(sorter.static_order())
    except CycleError:
        return [(asset,) for asset in order]
    return [tuple(asset for asset in order if asset in step) for step in steps]


def _batch(assets: list[AssetKey], places: Positions, snapshot: Snapshot, stage: int) -> Batch:
    node, keys = snapshot.graph[assets[0]], snapshot.keys.get(assets[0])
    partitions: tuple[str | None, ...] = (None,)
    if keys is not None:
        partitions = tuple(keys.keys[place] for place in sorted(places))
    cells = frozenset(partitions)
    runs = 1 if keys is None else _runs(cells, keys, node)
    return Batch(tuple(assets), partitions, runs, stage)


def _runs(cells: Cells, keys: PartitionKeys, node: Asset) -> int:
    """Without a policy a run for each partition, else as few as a stretch allows."""
    policy, definition = node.backfill_policy, node.partitions
    if policy is None:
        return len(cells)
    if definition is not None and definition.kind == "MULTIPARTITIONED":
        stretches = _of_two_dimensions(cells, keys, definition.primary)
    else:
        stretches = _stretches(cells, keys.keys)
    if policy.max_per_run is None:
        return len(stretches)
    return sum(ceil((last - first + 1) / policy.max_per_run) for first, last in stretches)


def _of_two_dimensions(cells: Cells, keys: PartitionKeys, primary: int) -> list[tuple[int, int]]:
    """Stretches along one dimension, for each key of that with fewer keys chosen."""
    counts = [len({_dimension(key, side) for key in cells if key}) for side in (0, 1)]
    side = primary if counts[primary] <= counts[1 - primary] else 1 - primary
    lines: dict[str, list[str]] = {}
    for key in keys.keys:
        lines.setdefault(_dimension(key, side), []).append(key)
    return [stretch for line in lines.values() for stretch in _stretches(cells, line)]


def _stretches(cells: Cells, keys: Iterable[str]) -> list[tuple[int, int]]:
    return contiguous_ranges(position for position, key in enumerate(keys) if key in cells)


def _dimension(key: str, side: int) -> str:
    return key.partition(_BETWEEN_DIMENSIONS)[2 * side]
