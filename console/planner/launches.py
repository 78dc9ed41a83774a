"""How many runs a plan starts, and in how many waves.

The rules are those of dagster's `asset_backfill.py`: at each look the daemon asks for the
cells whose targeted parents are made, and for those that can be made in one run with them;
`build_run_requests_with_backfill_policies` cuts them into runs. The runs of one look are
taken to have succeeded by the next: where they haven't, the daemon asks in more pieces, so
the count is the least there will be.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from console.domain.partitions import runs_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.assets import Asset, AssetGraph
    from console.domain.keys import AssetKey
    from console.domain.partitions import PartitionKeys
    from console.planner.plan import Plan
    from console.planner.request import Snapshot

Cells = frozenset["str | None"]
"""Partitions of one asset; that of an asset without partitions is None."""
NOTHING: Cells = frozenset()
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
    found: list[Batch] = []
    stage = 0
    while asked := daemon.look():
        shared: dict[Hashable, list[AssetKey]] = {}
        for asset, cells in asked.items():
            shared.setdefault((daemon.sharing(asset), cells), []).append(asset)
        found += [
            _batch(assets, asked[assets[0]], plan, snapshot, stage) for assets in shared.values()
        ]
        stage += 1
    return found


def waves(made: list[Batch], parallel: int | None) -> int:
    """How many times runs start together, `parallel` at once at most."""
    runs: dict[int, int] = {}
    for batch in made:
        runs[batch.stage] = runs.get(batch.stage, 0) + batch.runs
    return sum(ceil(count / (parallel or count)) for count in runs.values() if count)


class _Daemon:
    """Which cells it asks for, look by look.

    Where definitions are the same a cell reads the partition of its own key; of an asset
    with another one it is taken to read every partition.
    """

    def __init__(self, plan: Plan, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._graph: AssetGraph = snapshot.graph
        self._waiting = {asset: frozenset(cells) for asset, cells in plan.to_run.items()}
        self._made: set[AssetKey] = set()
        self._roots = self._find_roots()

    def look(self) -> dict[AssetKey, Cells]:
        """The cells asked for now; empty when none is left."""
        asked: dict[AssetKey, Cells] = {}
        for asset in self._waiting:
            if cells := self._allowed(asset, self._candidates(asset, asked), asked):
                asked[asset] = cells
        for asset, cells in asked.items():
            self._waiting[asset] -= cells
        self._made |= asked.keys()
        return asked

    def sharing(self, asset: AssetKey) -> Hashable:
        """Assets for which this is the same can be made in one run."""
        node = self._graph[asset]
        return self._definition(asset), node.backfill_policy, node.location, node.repository

    def _candidates(self, asset: AssetKey, asked: dict[AssetKey, Cells]) -> Cells:
        """What dagster considers: the roots first, then what a parent made or asked for reaches."""
        waiting, parents = self._waiting[asset], self._graph.upstream(asset)
        if any(parent in self._made for parent in parents):
            return waiting
        roots = NOTHING if self._made else self._roots[asset]
        return roots.union(
            *(self._reading(asset, waiting, p, asked.get(p, NOTHING)) for p in parents)
        )

    def _find_roots(self) -> dict[AssetKey, Cells]:
        """The targets that no other target leads to; on the way there, any partition counts."""
        roots: dict[AssetKey, Cells] = {}
        led_to: dict[AssetKey, Cells] = {}
        for asset, cells in self._waiting.items():
            keys = self._snapshot.keys.get(asset)
            everything: Cells = frozenset([None] if keys is None else keys.keys)
            parents = [p for p in self._graph.upstream(asset) if p in led_to]
            reached = NOTHING.union(
                *(self._reading(asset, everything, p, led_to[p]) for p in parents)
            )
            roots[asset] = cells - reached
            led_to[asset] = cells | reached
        return roots

    def _allowed(self, asset: AssetKey, cells: Cells, asked: dict[AssetKey, Cells]) -> Cells:
        """The candidates less those that must wait for a parent."""
        parents = sorted(self._graph.upstream(asset))
        with_parents = any(parent in asked for parent in parents)
        for parent in parents:
            if parent == asset:
                cells = self._after_itself(asset, cells)
                continue
            held = self._reading(asset, cells, parent, self._waiting.get(parent, NOTHING))
            if held and not self._in_one_run(asset, cells, parent, asked):
                cells = NOTHING if with_parents else cells - held
        return cells

    def _in_one_run(
        self, asset: AssetKey, cells: Cells, parent: AssetKey, asked: dict[AssetKey, Cells]
    ) -> bool:
        return (
            asked.get(parent) == cells
            and self.sharing(parent) == self.sharing(asset)
            and asset not in self._graph.upstream(asset)
        )

    def _after_itself(self, asset: AssetKey, cells: Cells) -> Cells:
        """Of an asset made from its own partition before: in the keys' order, a run at a time."""
        keys, policy = self._snapshot.keys.get(asset), self._graph[asset].backfill_policy
        if keys is None:
            return cells
        ordered = [key for key in keys.keys if key in cells]
        before = {b: a for a, b in pairwise(keys.keys) if b in cells and a in self._waiting[asset]}
        if policy is None or not cells.issuperset(before.values()):
            return cells.difference(before)
        return frozenset(ordered[: policy.max_per_run]) if before else cells

    def _reading(self, asset: AssetKey, cells: Cells, parent: AssetKey, theirs: Cells) -> Cells:
        """Those of `cells` that are made from some of the parent's cells `theirs`."""
        if not theirs:
            return NOTHING
        return cells & theirs if self._definition(asset) == self._definition(parent) else cells

    def _definition(self, asset: AssetKey) -> tuple[object, PartitionKeys | None]:
        return self._graph[asset].partitions, self._snapshot.keys.get(asset)


def _batch(
    assets: list[AssetKey], cells: Cells, plan: Plan, snapshot: Snapshot, stage: int
) -> Batch:
    node, keys = snapshot.graph[assets[0]], snapshot.keys.get(assets[0])
    partitions = tuple(cell for cell in plan.to_run[assets[0]] if cell in cells)
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
    return runs_of(at for at, key in enumerate(keys) if key in cells)


def _dimension(key: str, side: int) -> str:
    return key.partition(_BETWEEN_DIMENSIONS)[2 * side]
