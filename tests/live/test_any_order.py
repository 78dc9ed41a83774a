"""Days run at the same time, in any order, again, and after a correction, give what one run gives."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.backfills import (
    EVENTS,
    EVENTS_MARTS,
    READINGS,
    READINGS_MARTS,
    await_success,
    launch,
    spans,
)
from tests.conftest import traversable
from tests.deployments import LiveDeployment, free_ports
from tests.integration.lakehouse import (
    GITHUB_MARTS,
    GITHUB_TABLES,
    MARTS,
    TABLES,
    Lakehouse,
    settled_days,
)
from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

DAYS = settled_days(3)
EVERYTHING = (*READINGS, *EVENTS)
INGEST = (READINGS[0], EVENTS[0])
MODELS = (*READINGS[1:], *EVENTS[1:])
PATIENCE_SECONDS = 240
Tables = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDeployment]:
    """A deployment of its own, in whose tables no other test has left anything."""
    live = LiveDeployment(traversable(tmp_path_factory.mktemp("any-order")) / "home", free_ports())
    try:
        live.up("--wait")
        yield live
    finally:
        live.down()


def run(live: LiveDeployment, days: list[date], assets: Sequence[str]) -> list[tuple[float, float]]:
    """A run for each of the days, all asked for at once in this order; when each ran."""
    backfills = [launch(live, day, day, assets) for day in days]
    for backfill in backfills:
        await_success(live, backfill, PATIENCE_SECONDS)
    return [span for backfill in backfills for span in spans(live, backfill)]


def published(live: LiveDeployment, lakehouse: Lakehouse) -> Tables:
    """Every row of every table, after publishing."""
    whole = launch(live, DAYS[0], DAYS[0], (), (*READINGS_MARTS, *EVENTS_MARTS))
    await_success(live, whole, PATIENCE_SECONDS)
    return lakehouse.everything(TABLES | GITHUB_TABLES, (*MARTS, *GITHUB_MARTS))


@pytest.mark.skipif(not THOROUGH, reason="long; `make test-thorough` runs it")
def test_parallel_runs_in_random_order_with_repeats_give_the_tables_of_one_run(
    empty: LiveDeployment,
) -> None:
    dice, lakehouse = random.Random(4), Lakehouse(empty.settings)
    ingested = run(empty, [*dice.sample(DAYS, len(DAYS)), dice.choice(DAYS)], INGEST)
    assert any(a[0] < b[0] < a[1] for a in ingested for b in ingested), "none ran side by side"
    built = run(empty, dice.sample(DAYS, len(DAYS)), MODELS)
    assert not any(a[0] < b[0] < a[1] for a in built for b in built), "two wrote to DuckDB at once"
    reading = lakehouse.readings(DAYS[1])[0]
    lakehouse.correct(reading["_id"], 399)
    run(empty, [DAYS[1]], EVERYTHING)
    piecemeal = published(empty, lakehouse)
    assert any(399 in row for row in piecemeal["silver.fct_glucose_readings"])
    lakehouse.empty_tables()
    whole = launch(empty, DAYS[0], DAYS[-1], EVERYTHING)
    await_success(empty, whole, PATIENCE_SECONDS)
    assert len(spans(empty, whole)) == 1
    assert published(empty, lakehouse) == piecemeal
