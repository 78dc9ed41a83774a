"""What is planned and launched against what Dagster's backfill daemon then runs.

The webserver and its answers are real, the daemon's look is Dagster's own function, called here
instead of each 30 seconds. Runs are executed where they are launched.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING
from uuid import uuid4

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus
from dagster._daemon.backfill import execute_backfill_iteration

from console.api.client import Client
from console.domain.errors import ServerError
from console.planner.request import Request
from console.store.deployment import Deployment
from console.store.planning import launch
from tests.launching.webserver import Webserver, webserver
from tests.planning import live_worlds
from tests.planning.live_worlds import Named, worlds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.store.planning.launch import Preview

MOST_LOOKS = 100
NOT_THERE = "depends on non-existent partitions"
UNENDED = BulkActionsFilter(statuses=[BulkActionStatus.REQUESTED])
RUN_AT_ONCE = {
    "run_coordinator": {
        "module": "dagster._core.run_coordinator.default_run_coordinator",
        "class": "DefaultRunCoordinator",
    },
    "run_launcher": {
        "module": "dagster._core.launcher.sync_in_memory_run_launcher",
        "class": "SyncInMemoryRunLauncher",
    },
}
SILENT = logging.Logger("silent", level=logging.CRITICAL)

Runs = Counter[frozenset[str]]
"""For each set of assets that one run makes, in how many runs."""


@pytest.fixture(scope="module")
def dagster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webserver]:
    home = tmp_path_factory.mktemp("random")
    with webserver(home, (live_worlds.__name__,), RUN_AT_ONCE) as served:
        served.instance.add_dynamic_partitions("cities", ["oslo", "rome, it", "x|y"])
        yield served


async def test_the_daemon_runs_the_cells_that_were_planned_in_the_runs_that_were_planned(
    dagster: Webserver,
) -> None:
    deployment = Deployment(Client(dagster.url))
    await deployment.load()
    shown = {world.seed: await _planned(deployment, world) for world in worlds}
    launched = {
        seed: await _launched(deployment, one) for seed, one in shown.items() if one.plan.to_run
    }
    await asyncio.to_thread(_let_the_daemon_work, dagster)
    ended = [
        _compare(dagster, backfill, shown[seed])
        for seed, backfill in launched.items()
        if backfill is not None
    ]
    assert 2 * sum(ended) > len(worlds), "most graphs let nothing be compared"


async def _planned(deployment: Deployment, world: Named) -> Preview:
    """A plan of one of the world's roots and of all that is made of it."""
    root = world.rng.choice(world.roots())
    keys = deployment.keys[root.name,]
    assert keys is not None
    chosen = tuple(key for key in keys.keys if world.rng.random() < 0.3) or (keys.keys[0],)
    request = Request(((root.name,),), chosen, downstream=True)
    return await launch.preview(deployment, request)


async def _launched(deployment: Deployment, shown: Preview) -> str | None:
    """The backfill's id; None where Dagster refuses it for what the plan warns of."""
    try:
        return (await launch.send(deployment, shown.plan, uuid4().hex)).backfill
    except ServerError as error:
        _check_warned(str(error), shown)
        return None


def _check_warned(refused: str, shown: Preview) -> None:
    assert NOT_THERE in refused
    assert any("unless their mapping allows that" in one for one in shown.warnings)


def _let_the_daemon_work(dagster: Webserver) -> None:
    for _ in range(MOST_LOOKS):
        if not dagster.instance.get_backfills(UNENDED):
            return
        for _ in execute_backfill_iteration(dagster.process, SILENT):
            pass
    raise AssertionError("a backfill doesn't end")


def _compare(dagster: Webserver, backfill: str, shown: Preview) -> bool:
    """Whether Dagster ran it to its end, and did not give it up for what the plan warns of."""
    found = dagster.instance.get_backfill(backfill)
    assert found is not None
    if found.status is BulkActionStatus.FAILED:
        _check_warned(str(found.error), shown)
        return False
    assert found.status is BulkActionStatus.COMPLETED_SUCCESS, found.error
    assert _planned_runs(shown) == _started_runs(dagster, backfill)
    for asset, partitions in shown.plan.to_run.items():
        assert _made(dagster, dg.AssetKey(asset)) == set(partitions)
    return True


def _planned_runs(shown: Preview) -> Runs:
    planned: Runs = Counter()
    for batch in shown.batches:
        planned[frozenset(asset[0] for asset in batch.assets)] += batch.runs
    return planned


def _started_runs(dagster: Webserver, backfill: str) -> Runs:
    runs = dagster.instance.get_runs(dg.RunsFilter(tags={"dagster/backfill": backfill}))
    return Counter(frozenset(key.path[-1] for key in run.asset_selection or ()) for run in runs)


def _made(dagster: Webserver, asset: dg.AssetKey) -> set[str | None]:
    """The partitions that have a materialization; None stands for the whole asset."""
    if partitions := dagster.instance.get_materialized_partitions(asset):
        return set(partitions)
    return {None} if dagster.instance.get_latest_materialization_event(asset) else set()
