"""What is planned against what Dagster's preview reaches and Dagster's backfill then runs.

DAGDECK_PLAN_SEEDS=0-59 takes other seeds than the fixed ones.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import dagster as dg
import pytest
from dagster._core.definitions.partitions.context import partition_loading_context

from console.api import plan_queries
from console.planner.plan import CellAction
from console.planner.request import Request
from console.store.deployment import Deployment
from console.store.planning import launch
from tests.planning.deployments import Unmade
from tests.staleness.server import InProcess, serving
from tests.thoroughness import rounds
from tests.unit.console import dagsters_backfill

if TYPE_CHECKING:
    from console.domain.partitions.keys import PartitionKeys
    from console.store.planning.launch import Preview

SEEDS = os.environ.get("DAGDECK_PLAN_SEEDS", f"0-{rounds(thorough=40, usual=6) - 1}")

Names = frozenset[str]
Cells = frozenset[str | None]
Looks = list[Counter[tuple[Names, Cells]]]
"""For each look of the daemon the assets and partitions asked for, and in how many runs."""


def _seeds() -> range:
    first, _, last = SEEDS.partition("-")
    return range(int(first), int(last or first) + 1)


@pytest.mark.parametrize("seed", _seeds())
async def test_cells_are_those_of_dagsters_preview_and_runs_those_that_dagster_starts(
    seed: int,
) -> None:
    world = Unmade(seed)
    with serving(world.instance, world.definitions) as client:
        deployment = Deployment(client)
        await deployment.load()
        for root in world.roots():
            keys = deployment.keys[root.name,]
            assert keys is not None
            chosen = [key for key in keys.keys if world.rng.random() < 0.4] or [keys.keys[0]]
            request = Request(((root.name,),), tuple(chosen), downstream=True)
            shown = await launch.preview(deployment, request)
            await _compare_cells(world, client, shown, deployment)
            _compare_runs(world, shown)


async def _compare_cells(
    world: Unmade, client: InProcess, shown: Preview, deployment: Deployment
) -> None:
    """Only what one step makes beside them is planned as well."""
    request = shown.plan.request
    asked = request.targets(deployment.graph)
    reached = await plan_queries.preview(client, asked, request.partitions)
    theirs = {
        (key, partition)
        for key, ranges in reached.items()
        for partition in _expanded(ranges, deployment.keys[key])
    }
    beside = {(name,) for pair in world.pairs for name in pair}
    ours = {cell.id for cell in shown.plan.cells}
    assert theirs <= ours
    assert {key for key, _ in ours - theirs} <= beside


def _expanded(ranges: list[tuple[str, str]] | None, keys: PartitionKeys | None) -> list[str | None]:
    if ranges is None or keys is None:
        return [None]
    return [keys.keys[at] for first, last in ranges for at in keys.between(first, last)]


def _compare_runs(world: Unmade, shown: Preview) -> None:
    assert all(cell.action is not CellAction.SKIP for cell in shown.plan.cells)
    if not shown.plan.to_run:
        return
    if any("unless their mapping allows that" in one for one in shown.warnings):
        with pytest.raises(dg.DagsterInvariantViolationError, match="non-existent partitions"):
            _dagsters(world, shown)
        return
    assert _ours(shown) == _dagsters(world, shown)


def _dagsters(world: Unmade, shown: Preview) -> Looks:
    targets = {asset[0]: cells for asset, cells in shown.plan.to_run.items()}
    graph = dagsters_backfill.remote_graph({"here": cast("list[Any]", world.definitions.assets)})
    found: Looks = []
    for look in dagsters_backfill.looks(graph, targets, world.instance):
        made: dict[Names, set[str | None]] = {}
        runs: Counter[Names] = Counter()
        for request in look:
            names = frozenset(key.path[-1] for key in request.asset_selection or [])
            with partition_loading_context(None, world.instance):
                made.setdefault(names, set()).update(
                    dagsters_backfill.partitions_of(graph, request)
                )
            runs[names] += 1
        found.append(Counter({(one, frozenset(made[one])): runs[one] for one in runs}))
    return found


def _ours(shown: Preview) -> Looks:
    found: Looks = [Counter() for _ in range(1 + max(batch.stage for batch in shown.batches))]
    for batch in shown.batches:
        names = frozenset(asset[0] for asset in batch.assets)
        found[batch.stage][names, frozenset(batch.partitions)] += batch.runs
    return found
