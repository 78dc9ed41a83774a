"""Small deployments for tests of the planner: assets, their definitions, states and plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from console.domain.assets.graph import Asset, AssetGraph, BackfillPolicy, PartitionsDefinition
from console.domain.partitions.edge_mapping import EdgeMapping, of_a_whole
from console.domain.partitions.upstreams import one_to_one
from console.domain.status.states import State
from console.planner.plan import CellAction, Plan, PlanCell
from console.planner.request import Request, Snapshot

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.planner.request import Edge

Edges = Iterable[tuple[str, str]]


def graph_of(assets: Iterable[Asset], edges: Edges) -> AssetGraph:
    """The assets by key; an edge `(a, b)` makes b from a."""
    found: dict[AssetKey, Asset] = {}
    pairs = sorted(set(edges))
    for asset in assets:
        found[asset.key] = Asset(
            key=asset.key,
            partitions=asset.partitions,
            materializable=asset.materializable,
            backfill_policy=asset.backfill_policy,
            location=asset.location,
            upstream=tuple((a,) for a, b in pairs if (b,) == asset.key),
            downstream=tuple((b,) for a, b in pairs if (a,) == asset.key),
        )
    return AssetGraph(found)


def asset_of(
    name: str,
    definition: str | None,
    policy: BackfillPolicy | None = None,
    *,
    kind: str = "TIME_WINDOW",
    primary: int = 0,
    location: str = "here",
    materializable: bool = True,
) -> Asset:
    return Asset(
        (name,),
        partitions=None
        if definition is None
        else PartitionsDefinition(kind, definition, primary=primary),
        backfill_policy=policy,
        location=location,
        materializable=materializable,
    )


def plan_of(graph: AssetGraph, targets: Mapping[str, Iterable[str | None]]) -> Plan:
    """A plan that runs just these cells, in the order of the graph."""
    cells = [
        PlanCell(key, partition, State.MISSING, CellAction.RUN, "missing")
        for key in graph.order
        for partition in targets.get(key[0], ())
    ]
    return Plan(Request(tuple(graph.order), ()), tuple(cells))


def snapshot_of(graph: AssetGraph, keys: Mapping[str, PartitionKeys | None]) -> Snapshot:
    lists: dict[AssetKey, PartitionKeys | None] = {(name,): one for name, one in keys.items()}
    return Snapshot(graph, lists, rows={}, mappings=mappings_of(graph, lists))


def mappings_of(
    graph: AssetGraph, keys: Mapping[AssetKey, PartitionKeys | None]
) -> dict[Edge, EdgeMapping]:
    """Key by key where the lists are the same, the day before of itself, else from everything."""
    return {
        (child, parent): _mapping(child, parent, keys)
        for child in graph.order
        for parent in graph.upstream(child)
    }


def _mapping(
    child: AssetKey, parent: AssetKey, keys: Mapping[AssetKey, PartitionKeys | None]
) -> EdgeMapping:
    ours, theirs = keys[child], keys[parent]
    count = 1 if ours is None else len(ours)
    if theirs is None:
        return of_a_whole(count, partitioned=ours is not None)
    if child == parent:
        return EdgeMapping(tuple(range(max(at - 1, 0), at) for at in range(count)))
    if ours == theirs:
        return EdgeMapping(one_to_one(count), simple=True)
    return EdgeMapping((range(len(theirs)),) * count)
