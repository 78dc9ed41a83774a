"""Seconds to know of each cell of 10 assets × 3,017 days whether it is stale, beside Dagster's own.

What is measured starts where the statuses are known, as the grid has them. Dagster's own
answer is one request for each asset, all its partitions at once.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import TYPE_CHECKING

import httpx

from console.api.client import Client
from console.domain.status.states import State
from console.store.deployment import Deployment
from tests.benchmarks.big_rig import PARTITIONS, big_rig
from tests.benchmarks.big_rig_definitions import STAGES, SUBJECTS, days
from tests.benchmarks.measurement import Measurement
from tests.deployments import LiveDeployment, until
from tests.staleness.compare import compare
from tests.staleness.deployments import World
from tests.staleness.server import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.rig import Rig

TIMES = 3
TIMES_FASTER = 12
SECONDS_AFTER_A_CHANGE = 0.3
SHARE_ASKED = 0.1
DAYS_MADE_AGAIN = 31
RANDOM_DEPLOYMENTS = 10
SERVER_SECONDS = 300.0
SUBJECT = SUBJECTS[0]
WANTED = [(f"{SUBJECT}_{stage}",) for stage in STAGES]
CHANGED = WANTED[STAGES.index("typed")]
THEIRS = "query Theirs($key: AssetKeyInput!) { assetNodes(assetKeys: [$key]) { staleStatusByPartition } }"
LAUNCH = """mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) { __typename ... on LaunchRunSuccess { run { id } } } }"""
STATUS = "query Status($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


def measure(_: Rig) -> Iterator[Measurement]:
    with big_rig() as live:
        yield from asyncio.run(_measured(live))
    yield from asyncio.run(_random())


async def _random() -> list[Measurement]:
    """Deployments of every kind of mapping, version and accident, each cell compared."""
    compared = []
    for seed in range(RANDOM_DEPLOYMENTS):
        world = World(seed).live()
        with serving(world.instance, world.definitions) as client:
            deployment = Deployment(client)
            await deployment.load()
            await deployment.staleness.read(deployment.graph.order)
            compared.append(await compare(client, deployment))
    cells = sum(one.cells for one in compared)
    asked = sum(one.asked for one in compared)
    differing = sum(len(one.differing) for one in compared)
    name = f"stale, {RANDOM_DEPLOYMENTS} random deployments, {cells:,} cells"
    return [
        Measurement(f"{name}: other verdicts than Dagster's", differing, "", 0),
        Measurement(f"{name}: asked", asked, "", SHARE_ASKED * cells),
    ]


async def _measured(live: LiveDeployment) -> list[Measurement]:
    found = [await _read_all(live.url) for _ in range(TIMES)]
    ours = statistics.median(seconds for seconds, _ in found)
    deployment = found[-1][1]
    theirs, verdicts = _servers_own(live.url)
    differing = sum(_differing(deployment, key, verdicts[key]) for key in WANTED)
    cells = len(WANTED) * PARTITIONS
    changed = await _after_a_change(live, deployment)
    name = f"stale, {len(WANTED)} × {PARTITIONS:,}"
    return [
        Measurement(
            f"{name}: nothing cached",
            ours,
            "s",
            theirs / TIMES_FASTER,
            theirs,
            "Dagster's own answer",
        ),
        Measurement(
            f"{name}: one asset changed",
            changed,
            "s",
            SECONDS_AFTER_A_CHANGE,
            ours,
            "all read anew",
        ),
        Measurement(f"{name}: other verdicts than Dagster's", differing, "", 0),
        Measurement(f"{name}: cells asked", deployment.staleness.asked, "", SHARE_ASKED * cells),
    ]


async def _read_all(url: str) -> tuple[float, Deployment]:
    deployment = Deployment(Client(url))
    await deployment.load()
    started = time.monotonic()
    await deployment.staleness.read(WANTED)
    return time.monotonic() - started, deployment


def _servers_own(url: str) -> tuple[float, dict[tuple[str, ...], list[str]]]:
    found: dict[tuple[str, ...], list[str]] = {}
    started = time.monotonic()
    with httpx.Client(timeout=SERVER_SECONDS) as client:
        for key in WANTED:
            body = {"query": THEIRS, "variables": {"key": {"path": list(key)}}}
            answer = client.post(f"{url}/graphql", json=body).json()
            found[key] = answer["data"]["assetNodes"][0]["staleStatusByPartition"]
    return time.monotonic() - started, found


def _differing(deployment: Deployment, key: tuple[str, ...], verdicts: list[str]) -> int:
    judged = (State.MATERIALIZED, State.STALE)
    pairs = zip(deployment.rows[key].states, verdicts, strict=True)
    return sum(
        (state == State.STALE) != (verdict == "STALE")
        for state, verdict in pairs
        if state in judged
    )


async def _after_a_change(live: LiveDeployment, deployment: Deployment) -> float:
    """Seconds to judge again what a run over a month of one asset, and nothing else, changed."""
    _make_again(live, CHANGED)
    await deployment.load_runs()
    await deployment.load_statuses(WANTED)
    before = deployment.rows[WANTED[STAGES.index("deduplicated")]].count(State.STALE)
    started = time.monotonic()
    await deployment.staleness.read([key for key in WANTED if deployment.staleness.is_due(key)])
    seconds = time.monotonic() - started
    after = deployment.rows[WANTED[STAGES.index("deduplicated")]].count(State.STALE)
    assert after >= before + 1, "the change was not seen"
    return seconds


def _make_again(live: LiveDeployment, key: tuple[str, ...]) -> None:
    """A month that was last made with the rest, so that what is below turns stale by it."""
    keys = days.get_partition_keys()
    first = int(time.time()) % (PARTITIONS - 1000)
    node = live.ask("{ assetNodes { repository { name location { name } } } }")["assetNodes"][0]
    params = {
        "selector": {
            "repositoryName": node["repository"]["name"],
            "repositoryLocationName": node["repository"]["location"]["name"],
            "pipelineName": "__ASSET_JOB",
            "assetSelection": [{"path": list(key)}],
        },
        "mode": "default",
        "runConfigData": {},
        "executionMetadata": {
            "tags": [
                {"key": "dagster/asset_partition_range_start", "value": keys[first]},
                {
                    "key": "dagster/asset_partition_range_end",
                    "value": keys[first + DAYS_MADE_AGAIN - 1],
                },
            ]
        },
    }
    launched = live.ask(LAUNCH, {"params": params})["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    variables = {"id": launched["run"]["id"]}
    until(lambda: live.ask(STATUS, variables)["runOrError"]["status"] == "SUCCESS", 120, "the run")
