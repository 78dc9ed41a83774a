"""What the console shows of a release's own server is what that server says, and what it does happens.

`make compat` runs these: each release needs an environment of its own from the package index.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from console.api import commands
from console.api.client import Client
from console.api.queries import key_input
from console.api.server import KnownServers
from console.domain.freshness.policy import FreshnessVerdict
from console.domain.freshness.urgency import urgency
from console.domain.runs.run import RunStatus
from console.domain.status.states import State
from console.planner.launch_states import Known
from console.planner.plan import CellAction
from console.planner.request import Request
from console.store.deployment import Deployment
from console.store.grid.checks import Checks
from console.store.planning import launch
from console.store.planning.launcher import Launcher
from console.store.runs.run_watch import RunWatch
from tests.compat.releases import LAST
from tests.compat.running import Running, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.releases]
SEED = int(os.environ.get("DAGDECK_COMPAT_SEED", "0"))
STALE = """query Stale($key: AssetKeyInput!, $names: [String!]!, $parted: Boolean!) {
  assetNodes(assetKeys: [$key]) {
    staleStatus @skip(if: $parted)
    staleStatusByPartition(partitions: $names) @include(if: $parted)
  }
}"""
LOG = """query Log($id: ID!) { logsForRun(runId: $id, limit: 1000) {
  ... on EventConnection { events { __typename ... on MessageEvent { message timestamp } } }
} }"""
BACKFILL = """query Backfill($id: String!) {
  partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } }
}"""
RUN = "query Run($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
STATES = {
    State.MATERIALIZED: "MATERIALIZED",
    State.STALE: "MATERIALIZED",
    State.FAILED: "FAILED",
    State.RUNNING: "IN_PROGRESS",
}
ALL = frozenset({State.MISSING, State.FAILED, State.STALE, State.MATERIALIZED})
PATIENCE_SECONDS = 240.0


@pytest.fixture(
    scope="module",
    params=[pytest.param(one, marks=pytest.mark.xdist_group(one)) for one in LAST],
)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    home: Path = tmp_path_factory.mktemp("compat") / "home"
    with running(request.param, home, SEED) as found:
        yield found


@pytest.fixture
async def deployment(server: Running) -> AsyncIterator[Deployment]:
    client = Client(server.url, servers=KnownServers(server.home / "servers.json"))
    found = Deployment(client)
    await found.load()
    yield found
    await client.close()


async def test_the_release_and_what_it_lacks_are_told(
    server: Running, deployment: Deployment
) -> None:
    assert deployment.structure is not None
    assert deployment.structure.version == server.release
    assert deployment.structure.load_errors == {}


async def test_states_of_all_partitions_are_those_of_its_own_storage(
    server: Running, deployment: Deployment
) -> None:
    for name, theirs in server.told("states").items():
        row, keys = deployment.rows[name,], deployment.keys[name,]
        assert keys is not None
        ours = {
            key: STATES[State(state)]
            for key, state in zip(keys.keys, row.states, strict=True)
            if State(state) in STATES
        }
        assert ours == theirs, name


async def test_stale_verdicts_are_those_of_its_own_resolver(
    server: Running, deployment: Deployment
) -> None:
    await deployment.staleness.read(deployment.graph.order)
    differing, seen = [], Counter[str]()
    for key in deployment.graph.order:
        row, keys = deployment.rows[key], deployment.keys[key]
        names = list(keys.keys) if keys else []
        asked = server.ask(STALE, key=key_input(key), names=names, parted=keys is not None)
        node = asked["assetNodes"][0]
        theirs = node["staleStatusByPartition"] if keys else [node["staleStatus"]]
        for name, state, verdict in zip(names or [""], row.states, theirs, strict=True):
            if state in (State.MATERIALIZED, State.STALE):
                seen[verdict] += 1
                if (state == State.STALE) != (verdict == "STALE"):
                    differing.append((key, name, verdict))
    assert differing == []
    assert seen["STALE"] > 5
    assert seen["FRESH"] > 5


async def test_failed_checks_are_told(deployment: Deployment) -> None:
    checks = Checks(deployment)
    while not checks.known:
        await checks.look()
    assert {key: one.of(None) for key, one in checks.failed.items()} == {("checked",): ("is_even",)}


async def test_freshness_is_judged_as_the_server_judges_it(deployment: Deployment) -> None:
    expected = {
        ("watched",): FreshnessVerdict.DEGRADED,
        ("rested",): FreshnessVerdict.HEALTHY,
    }

    def judged() -> set[tuple[FreshnessVerdict, FreshnessVerdict, FreshnessVerdict]]:
        graph, statuses, now = deployment.graph, deployment.statuses, time.time()
        told = {key: urgency(graph, statuses, key, now) for key in expected}
        return {(expected[key], one.verdict, one.daemon) for key, one in told.items()}

    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(len(set(verdicts)) > 1 for verdicts in judged()):
        assert time.monotonic() < deadline, judged()
        await asyncio.sleep(1)
        await deployment.load_statuses(list(expected))


async def test_the_log_of_a_failed_run_has_every_event_and_the_cause(
    server: Running, deployment: Deployment
) -> None:
    run_id = deployment.statuses["broken",].latest.last_run_id
    assert run_id is not None
    watch = await _read(deployment.client, run_id)
    theirs = server.ask(LOG, id=run_id)["logsForRun"]["events"]
    assert [(event.message, int(event.at * 1000)) for event in watch.events] == [
        (event["message"], int(event["timestamp"])) for event in theirs
    ]
    assert any(event.error and "the tap is dry" in event.error.headline for event in watch.events)


async def test_a_backfill_makes_the_planned_cells_in_the_planned_number_of_runs(
    server: Running, deployment: Deployment
) -> None:
    request = Request((("kind",), ("kinds_together",)), ("a", "b"), downstream=True, run_states=ALL)
    shown = await launch.preview(deployment, request)
    planned = [cell for cell in shown.plan.cells if cell.action is CellAction.RUN]
    assert {cell.id for cell in planned} == {
        (("all_kinds",), None),
        *(((name,), key) for name in ("kind", "kind_report", "kinds_together") for key in "ab"),
    }
    launched = await _launch(deployment, shown)
    await _until(lambda: _backfill_status(server, launched) == "COMPLETED_SUCCESS")
    made = server.told("made", launched)
    assert Counter((name, key) for run in made for name, key in run) == Counter(
        (cell.asset[0], cell.partition) for cell in planned
    )
    assert (len(made), shown.waves) == (shown.runs, 2)


async def test_a_failed_partition_that_is_planned_again_is_made(
    server: Running, deployment: Deployment
) -> None:
    (server.home / "broken").unlink()
    request = Request((("broken",),), ("a", "b"), run_states=frozenset({State.FAILED}))
    shown = await launch.preview(deployment, request)
    assert [cell.partition for cell in shown.plan.cells if cell.action is CellAction.RUN] == ["a"]
    launched = await _launch(deployment, shown)
    await _until(lambda: _backfill_status(server, launched) == "COMPLETED_SUCCESS")
    assert server.told("made", launched) == [[["broken", "a"]]]
    await deployment.load_statuses([("broken",)])
    assert list(deployment.rows["broken",].states) == [
        State.MATERIALIZED,
        State.MISSING,
        State.MISSING,
    ]


async def test_a_run_under_way_is_terminated(server: Running, deployment: Deployment) -> None:
    shown = await launch.preview(deployment, Request((("slow",),), (), run_states=ALL))
    run_id = await _launch(deployment, shown)
    await _until(lambda: _run_status(server, run_id) == "STARTED")
    await deployment.load_runs()
    assert [run.status for run in deployment.active if run.id == run_id] == [RunStatus.STARTED]
    await commands.terminate_run(deployment.client, run_id)
    await _until(lambda: _run_status(server, run_id) == "CANCELED")
    watch = await _read(deployment.client, run_id)
    assert watch.run is not None
    assert watch.run.status is RunStatus.CANCELED


async def _launch(deployment: Deployment, shown: launch.Preview) -> str:
    """The id of the backfill or run."""
    assert shown.obstacles == ()
    launcher = Launcher(deployment)
    await launcher.launch(shown)
    assert isinstance(launcher.state, Known), launcher.state
    assert launcher.state.launched is not None
    return launcher.state.launched.id


async def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await asyncio.to_thread(reached):
        assert time.monotonic() < deadline
        await asyncio.sleep(1)


def _backfill_status(server: Running, backfill: str) -> str:
    found: str = server.ask(BACKFILL, id=backfill)["partitionBackfillOrError"]["status"]
    assert "FAIL" not in found
    return found


def _run_status(server: Running, run_id: str) -> str:
    found: str = server.ask(RUN, id=run_id)["runOrError"]["status"]
    return found


async def _read(client: Client, run_id: str) -> RunWatch:
    watch = RunWatch(client, run_id)
    while watch.interval is not None:
        await watch.look()
    return watch
