"""The deployment as the planner needs it, read freshly."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from console.api import plan_queries, run_queries
from console.domain.partitions.coverage import covered
from console.domain.runs.run import RunStatus
from console.planner.request import PastRun, Request, Snapshot
from console.planner.targets import assets_in_question, targets
from console.store.planning.claims import claimed_cells
from console.store.planning.reach import led_to_by_none, reached
from console.store.planning.stale_cells import Tell, stale_cells, staleness_matters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.edge_mapping import EdgeMapping
    from console.domain.runs.run import Run
    from console.planner.request import CellId, Edge
    from console.store.deployment import Deployment
    from console.store.planning.reach import Reached

PAST_RUNS = 60
RUNS_OF_AN_ASSET = 12
"""Of an asset that none of the newest runs made."""
ASSETS_AT_ONCE = 50


def silent(_: str) -> None:
    """Nobody wants to know how far it is."""


async def read_snapshot(deployment: Deployment, request: Request, tell: Tell = silent) -> Snapshot:
    """The deployment as the planner needs it; how far reading it is goes to `tell`.

    Raises ApiError, NothingToPartition.
    """
    graph, structure = deployment.graph, deployment.structure
    tell("reading the runs")
    asked = request.targets(graph)
    newest, *_ = await asyncio.gather(
        run_queries.runs(deployment.client, PAST_RUNS, [RunStatus.SUCCESS]),
        deployment.load_runs(),
        deployment.load_statuses(asked),
        deployment.staleness.edges.learn(),
    )
    together = await _together(deployment, asked)
    wanted = assets_in_question(request, graph, together)
    tell(f"reading the cells of {len(wanted)} asset{'s' * (len(wanted) != 1)}")
    beside = [key for key in wanted if key not in asked]
    if beside:
        await deployment.load_statuses(beside)
    mappings = await _mappings(deployment, wanted)
    beyond = led_to_by_none(deployment, request, wanted)
    within = [key for key in wanted if key not in beyond]
    partial = Snapshot(graph, deployment.keys, {}, together=together, beyond=beyond)
    (reached_cells, stale), claimed, makers, earlier = await asyncio.gather(
        _reached_and_stale(deployment, request, within, mappings, partial, tell),
        claimed_cells(deployment, wanted),
        plan_queries.makers(deployment.client, wanted),
        _earlier(deployment, wanted, newest),
    )
    near = dict.fromkeys([*wanted, *(parent for key in wanted for parent in graph.upstream(key))])
    return Snapshot(
        graph=graph,
        keys={key: deployment.keys[key] for key in near if key in deployment.keys},
        rows={key: deployment.rows[key] for key in near if key in deployment.rows},
        stale=stale,
        busy=_busy(deployment, wanted),
        claimed=claimed,
        mappings=mappings,
        together=together,
        reached=reached_cells,
        beyond=beyond,
        locations=makers.locations,
        others=makers.others,
        past=_past(deployment, (*newest, *earlier)),
        max_concurrent_runs=structure.max_concurrent_runs if structure else None,
        pool_limits=structure.pool_limits if structure else {},
        pools_hold_runs=structure.pools_hold_runs if structure else False,
        stale_known=staleness_matters(request),
    )


async def _reached_and_stale(
    deployment: Deployment,
    request: Request,
    within: Sequence[AssetKey],
    mappings: Mapping[Edge, EdgeMapping],
    partial: Snapshot,
    tell: Tell,
) -> tuple[Reached | None, dict[CellId, str]]:
    """The partitions that the chosen ones lead to, and which of all these cells are stale."""
    reached_cells = await reached(deployment, request, within, mappings)
    if not staleness_matters(request):
        return reached_cells, {}
    cells, _ = targets(request, replace(partial, reached=reached_cells))
    return reached_cells, await stale_cells(deployment, cells, tell)


async def _together(
    deployment: Deployment, wanted: Sequence[AssetKey]
) -> dict[AssetKey, frozenset[AssetKey]]:
    """The assets that one step makes and that can't be made apart, by each of them."""
    graph, lineage = deployment.graph, deployment.staleness.edges.lineage
    by_step: dict[tuple[str, str, str], list[AssetKey]] = {}
    for key in graph.order:
        if key in lineage and lineage[key].step and graph[key].materializable:
            step = (graph[key].location, graph[key].repository, lineage[key].step)
            by_step.setdefault(step, []).append(key)
    shared = [made for made in by_step.values() if len(made) > 1 and set(made) & set(wanted)]
    firsts = [made[0] for made in shared]
    required = await plan_queries.required_with(deployment.client, firsts) if firsts else ()
    found: dict[AssetKey, frozenset[AssetKey]] = {}
    for made in shared:
        members = frozenset([made[0], *(key for key in made if key in required)])
        if len(members) > 1:
            found |= dict.fromkeys(members, members)
    return found


async def _mappings(deployment: Deployment, wanted: Sequence[AssetKey]) -> dict[Edge, EdgeMapping]:
    edges = deployment.staleness.edges
    await edges.choose(wanted)
    return {
        (key, one.key): edges.mapping(key, one)
        for key in wanted
        if key in edges.lineage
        for one in edges.lineage[key].dependencies
    }


def _busy(
    deployment: Deployment, wanted: Sequence[AssetKey]
) -> dict[tuple[AssetKey, str | None], str]:
    found: dict[tuple[AssetKey, str | None], str] = {}
    for key in wanted:
        keys = deployment.keys.get(key)
        for run in deployment.busy_runs(key):
            names = (None,) if keys is None else keys.keys
            found.update({(key, names[at]): run.id for at in covered(run, keys) or ()})
    return found


async def _earlier(
    deployment: Deployment, wanted: Sequence[AssetKey], newest: Sequence[Run]
) -> list[Run]:
    """Runs that made those of the assets that none of the newest runs made."""
    recent = {key for run in newest for key in run.assets}
    unknown = [key for key in wanted if key not in recent and deployment.graph[key].materializable]
    found: list[Run] = []
    for start in range(0, len(unknown), ASSETS_AT_ONCE):
        asked = unknown[start : start + ASSETS_AT_ONCE]
        ids = await plan_queries.runs_that_made(deployment.client, asked, RUNS_OF_AN_ASSET)
        found += await run_queries.runs_named(deployment.client, ids) if ids else ()
    return [run for run in found if run.status is RunStatus.SUCCESS]


def _past(deployment: Deployment, found: Sequence[Run]) -> tuple[PastRun, ...]:
    return tuple(
        PastRun(frozenset(run.assets), run.seconds, _size(deployment, run))
        for run in found
        if run.seconds is not None and run.assets
    )


def _size(deployment: Deployment, run: Run) -> int:
    """How many partitions the run made; 1 where that isn't known."""
    keys = next((known for key in run.assets if (known := deployment.keys.get(key))), None)
    return len(covered(run, keys) or ()) or 1
