"""What the overview tells of a real deployment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest

from console.api import overview_queries
from console.api.client import Client
from console.domain.assets.keys import parse_key
from console.domain.health import Condition
from console.store.deployment import Deployment
from console.store.overview.overview import Overview
from tests.backfills import await_success, launch
from tests.deployments import LiveDeployment, until
from tests.integration.lakehouse import settled_days

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

INGEST = "dlt_glucose_entries"
FAILED = """
query Failed($id: String!) {
  runsOrError(filter: {tags: [{key: "dagster/backfill", value: $id}], statuses: [FAILURE]}) {
    ... on Runs { count }
  }
}
"""


@pytest.fixture
async def overview(deployment: LiveDeployment) -> AsyncIterator[Overview]:
    client = Client(deployment.url)
    made = Overview(Deployment(client))
    made.since = time.time()
    yield made
    await client.close()


async def asked(overview: Overview) -> Overview:
    await overview.deployment.load()
    await overview.load()
    assert overview.problems == {}
    return overview


async def test_daemons_locations_and_ticks_of_a_real_deployment_are_told(
    overview: Overview,
) -> None:
    found = await asked(overview)
    assert found.health is not None
    assert {"SENSOR", "SCHEDULER", "BACKFILL"} <= {one.name for one in found.health.daemons or ()}
    assert [(one.name, one.condition) for one in found.locations] == [("pipelines", Condition.GOOD)]
    assert found.health.ticking is not None
    assert await found.load_error("pipelines") is None


async def test_runs_that_fail_for_one_reason_are_one_cause_till_they_are_mended(
    deployment: LiveDeployment, overview: Overview
) -> None:
    days = settled_days(9)[:2]
    faults = f"{deployment.nightscout_url}/standin/faults"
    for day in days:
        httpx.post(faults, json={"day": str(day), "status": 500}).raise_for_status()
    try:
        fail(deployment, days)
    finally:
        httpx.delete(faults).raise_for_status()
    (cause,) = (await asked(overview)).causes
    assert cause.words.startswith("Nightscout failed for …")
    assert len(cause.runs) == len(days)
    assert cause.failed == {parse_key(INGEST): tuple(str(day) for day in days)}
    for day in days:
        await_success(deployment, launch(deployment, day, day, [INGEST]), 120)
    (cause,) = (await asked(overview)).causes
    assert cause.mended
    client, key = overview.deployment.client, parse_key(INGEST)
    times = (await overview_queries.materialization_times(client, [key], 60))[key]
    assert len(times) >= len(days)
    assert all(0 < time.time() - at < 3600 for at in times)


def fail(deployment: LiveDeployment, days: list[date]) -> None:
    """A run for each of the days, till all of them have failed."""
    backfills = [launch(deployment, day, day, [INGEST]) for day in days]

    def failed(backfill: str) -> int:
        return int(deployment.ask(FAILED, {"id": backfill})["runsOrError"]["count"])

    until(lambda: all(map(failed, backfills)), 120, "every run has failed")
