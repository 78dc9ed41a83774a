"""Small deployments for tests of the planner: assets, their definitions, states and plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from console.domain.assets import Asset, AssetGraph, BackfillPolicy, PartitionsDefinition
from console.domain.keys import AssetKey
from console.domain.partitions import PartitionKeys
from console.domain.status import State
from console.planner.plan import Action, Plan, PlanCell
from console.planner.request import Request, Snapshot

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
        PlanCell(key, partition, State.MISSING, Action.RUN, "missing")
        for key in graph.order
        for partition in targets.get(key[0], ())
    ]
    return Plan(Request(tuple(graph.order), ()), tuple(cells))


def snapshot_of(graph: AssetGraph, keys: Mapping[str, PartitionKeys | None]) -> Snapshot:
    return Snapshot(graph, {(name,): found for name, found in keys.items()}, rows={})
