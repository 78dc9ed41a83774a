"""Overviews of a deployment in which this or that has failed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.domain.freshness.policy import TimeWindow
from console.domain.health import Daemon, Health
from console.domain.runs.run import Run, RunStatus
from console.domain.status.states import State
from tests.unit.console.assets import (
    DAYS,
    RestingPoller,
    deck_of,
    graph_of,
    key,
    made,
    take,
    text_of,
)

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from console.app import Deck
    from console.domain.grid.asset_status import AssetStatus

HOUR = 3600.0
EDGES = [("dlt", "stg"), ("stg", "mrt")]
POLICIES = {"mrt": TimeWindow(24 * HOUR)}
WELL = Health((Daemon("SENSOR", healthy=True), Daemon("ASSET", healthy=True)), ())


def overview_deck(*statuses: AssetStatus, partitioned: tuple[str, ...] = (), **flags: bool) -> Deck:
    """A deployment that is well, as far as `statuses` don't say otherwise."""
    now = time.time()
    fine = {
        key(name): made(name, now - HOUR, name in partitioned) for name in ("dlt", "stg", "mrt")
    }
    given = {status.key: status for status in statuses}
    graph = graph_of(EDGES, POLICIES, partitioned=partitioned)
    deck = deck_of(graph, (fine | given).values(), **flags)
    for name in partitioned:
        take(deck, (fine | given)[key(name)], bytes([State.MATERIALIZED] * len(DAYS)))
    deck.poller = RestingPoller(deck.deployment)
    deck.deployment.answered()
    deck.deployment.locations = {"pipelines": "LOADED 1"}
    deck.overview.failed, deck.overview.backfills, deck.overview.health = (), (), WELL
    return deck


def failure(name: str, day: str, at: float, asset: str = "dlt") -> Run:
    tags = {"dagster/partition": day}
    return Run(name, RunStatus.FAILURE, ended=at, assets=(key(asset),), asset_count=1, tags=tags)


def fail(deck: Deck, *days: str, error: str = "HTTP 503") -> None:
    """Runs of `dlt` that failed for these days, each with the number of its run in the error."""
    now = time.time()
    runs = [failure(f"run-{at}", day, now - 60 * at) for at, day in enumerate(days)]
    deck.overview.failed, deck.overview.failed_in_all = tuple(runs), len(runs)
    deck.overview.errors = {run.id: f"{error} after {at} s" for at, run in enumerate(runs)}
    states = (State.FAILED if day in days else State.MATERIALIZED for day in DAYS.keys)
    take(deck, made("dlt", now - HOUR, partitioned=True), bytes(states))


async def lines_of(pilot: Pilot[None]) -> list[str]:
    await pilot.pause()
    return text_of(pilot.app).splitlines()


def line_with(lines: list[str], *words: str) -> str:
    """The line that has all of `words`."""
    return next(line for line in lines if all(word in line for word in words))
