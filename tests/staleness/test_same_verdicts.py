"""Verdicts of the console against Dagster's own, on every cell of random deployments.

DAGDECK_STALE_SEEDS=0-99 takes other seeds than the fixed ones.
"""

from __future__ import annotations

import os

import pytest

from console.store.deployment import Deployment
from console.store.staleness import materializations
from tests.staleness.compare import compare, few_differing
from tests.staleness.deployments import World
from tests.staleness.server import serving

SEEDS = os.environ.get("DAGDECK_STALE_SEEDS", "0-5")
MOST_ASKED = 0.1
LATER_ACTIONS = 8


def _seeds() -> range:
    first, _, last = SEEDS.partition("-")
    return range(int(first), int(last or first) + 1)


@pytest.fixture(params=_seeds())
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param).live()


@pytest.fixture(autouse=True)
def _observations_are_read_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(materializations, "OUTSIDE_SECONDS", 0.0)


async def test_every_verdict_is_the_servers_own_at_first_and_after_more_has_happened(
    world: World,
) -> None:
    with serving(world.instance, world.definitions) as client:
        deployment = Deployment(client)
        await deployment.load()
        await deployment.staleness.read(deployment.graph.order)
        first = await compare(client, deployment)
        assert first.differing == [], world.log
        assert first.asked <= MOST_ASKED * first.cells
        assert await few_differing(deployment) == [], world.log

        world.live_on(LATER_ACTIONS)
        await deployment.load_runs()
        await deployment.load_statuses(deployment.graph.order)
        await deployment.staleness.read(deployment.graph.order)
        later = await compare(client, deployment)
        assert later.differing == [], world.log
        assert await few_differing(deployment) == [], world.log
        assert later.asked <= MOST_ASKED * (first.cells + later.cells)
