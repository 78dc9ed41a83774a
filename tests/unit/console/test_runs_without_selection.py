"""Jobs as schedules launch them, without a selection, on Dagster's own server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import pytest

from console.headless.attention import as_lines
from console.store.deployment import Deployment
from console.store.overview.overview import Overview
from console.store.runs.run_feed import RunFeed
from tests.staleness.server import InProcess, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

BROKEN = {"value": True}


@dg.asset
def orders() -> None:
    if BROKEN["value"]:
        raise ValueError("no orders")


@dg.asset(deps=[orders])
def report() -> None:
    """Made from the orders."""


@dg.op
def clean_up() -> None:
    if BROKEN["value"]:
        raise ValueError("disk is away")


@dg.job
def nightly() -> None:
    clean_up()


DEFINITIONS = dg.Definitions(
    assets=[orders, report],
    jobs=[nightly, dg.define_asset_job("all_orders", [orders, report])],
)


@pytest.fixture
def client() -> Iterator[InProcess]:
    with (
        dg.DagsterInstance.ephemeral() as instance,
        serving(instance, DEFINITIONS) as served,
    ):
        yield served


def _run(client: InProcess, job: str, *, broken: bool) -> None:
    """A run without an asset selection, as a schedule launches it."""
    BROKEN["value"] = broken
    resolved = DEFINITIONS.resolve_job_def(job)
    resolved.execute_in_process(instance=client.process.instance, raise_on_error=False)


async def _overview(client: InProcess) -> Overview:
    overview = Overview(Deployment(client))
    await overview.deployment.load()
    await overview.load()
    return overview


@pytest.mark.parametrize(
    ("job", "assets", "failed"),
    [
        ("all_orders", {("orders",), ("report",)}, "2 cells failed"),
        ("nightly", set(), "1 run failed"),
    ],
)
async def test_a_job_without_a_selection_is_failed_till_it_succeeds(
    client: InProcess, job: str, assets: set[tuple[str, ...]], failed: str
) -> None:
    _run(client, job, broken=True)
    overview = await _overview(client)
    (cause,) = overview.causes
    assert set(cause.assets) == assets
    assert cause.state_words == failed
    assert any(failed in line for line in as_lines(overview, 0.0))
    _run(client, job, broken=False)
    (cause,) = (await _overview(client)).causes
    assert cause.mended


async def test_the_list_of_runs_names_the_assets_of_runs_that_select_none(
    client: InProcess,
) -> None:
    _run(client, "all_orders", broken=False)
    _run(client, "nightly", broken=False)
    dg.materialize([orders], instance=client.process.instance)
    feed = RunFeed(Deployment(client))
    await feed.refresh()
    assert [(set(run.assets), run.assets_known) for run in feed.runs] == [
        ({("orders",)}, True),
        (set(), True),
        ({("orders",), ("report",)}, True),
    ]


async def test_a_console_that_is_open_hears_of_the_success_by_the_pulse(client: InProcess) -> None:
    _run(client, "nightly", broken=True)
    _run(client, "all_orders", broken=True)
    overview = await _overview(client)
    assert all(cause.open for cause in overview.causes)
    _run(client, "nightly", broken=False)
    _run(client, "all_orders", broken=False)
    touched = await overview.deployment.load_runs()
    assert touched == {("orders",), ("report",)}
    await overview.deployment.load_statuses(touched)
    assert [cause.mended for cause in overview.causes] == [True, True]
