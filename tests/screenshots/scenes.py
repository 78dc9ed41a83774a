"""A morning's work in the console: a day failed overnight, its repair is planned and launched."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.api.commands import launch_backfill
from console.domain.assets.keys import parse_key
from console.domain.runs.run import RunStatus
from console.domain.status.states import State
from console.screens.modals.confirm import ConfirmScreen
from console.screens.planner.screen import PlannerScreen
from console.screens.run.screen import RunScreen
from tests.screenshots.picture import take

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from console.app import Deck
    from console.domain.partitions.keys import PartitionKeys
    from console.screens.base import DeckScreen

INGEST = parse_key("dlt_glucose_entries")
CENTRE = parse_key("fct_glucose_readings")
NIGHT = (28, 7)
"""The days of the night's backfill, counted back from the newest; the planner plans 14."""
BROKEN = 10
"""The day that fails then, counted the same way."""
SECONDS = 300.0
WIDE, NARROW = (120, 36), (80, 24)


class NotSeen(Exception):
    """A scene did not come about."""


@dataclass
class Stage:
    """The console in front of a camera."""

    deck: Deck
    pilot: Pilot[None]
    folder: Path

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Waits for a state. Raises NotSeen after `SECONDS`."""
        deadline = time.monotonic() + SECONDS
        while not holds():
            if time.monotonic() > deadline:
                raise NotSeen(f"{what}: not within {SECONDS:g} s")
            await self.pilot.pause(0.05)

    async def show(self, key: str, name: str) -> DeckScreen:
        """The screen behind a key."""
        await self.pilot.press(key)
        screen = self.deck.screen_named(name)
        await self.until(lambda: self.deck.screen is screen, name)
        return screen

    async def take(self, name: str) -> None:
        """Once what a rest of the cursor asks for has been answered."""
        await self.pilot.pause(0.5)
        await self.until(lambda: not self._asking, "Dagster's answers")
        await self.pilot.pause()
        take(self.deck, name, self.folder)

    @property
    def _asking(self) -> bool:
        return any(w.is_running and w.name != "poller" for w in self.deck.workers)

    def states(self) -> list[State]:
        row = self.deck.deployment.rows.get(INGEST)
        return [State(state) for state in row.states] if row else []


async def play(stage: Stage, break_day: Callable[[str], None], mend: Callable[[], None]) -> None:
    """All scenes, in an order in which each finds what it shows."""
    await night(stage, break_day)
    mend()
    planner = await plan(stage)
    await launch(stage, planner)
    await grid(stage)
    await stage.show("4", "runs")
    await stage.take("runs")
    await failed_run(stage)
    stage.deck.open_asset("assets", CENTRE)
    await stage.take("assets")
    await stage.pilot.press("g")
    await stage.take("assets-by-group")
    await stage.show("6", "freshness")
    await stage.take("freshness")
    await overview(stage)
    await stage.show("3", "partitions")
    await stage.pilot.press("question_mark")
    await stage.take("help")


async def night(stage: Stage, break_day: Callable[[str], None]) -> None:
    """Three weeks are filled, but for a day that can't be had."""
    deployment = stage.deck.deployment
    await stage.until(
        lambda: deployment.rows and len(deployment.rows) == len(deployment.graph), "every asset"
    )
    known = deployment.keys[INGEST]
    assert known is not None
    break_day(known.keys[-BROKEN])
    targets = {
        key: _night_of(deployment.keys[key])
        for key in deployment.graph.order
        if deployment.graph[key].materializable
    }
    await launch_backfill(
        deployment.client, targets, deployment.keys, launch="night", title="night"
    )
    stage.deck.poller.wake()
    await stage.until(lambda: State.FAILED in stage.states(), "the failed day")
    await stage.until(lambda: not deployment.active, "the end of the night's runs")


def _night_of(keys: PartitionKeys | None) -> list[str | None]:
    return [*keys.keys[-NIGHT[0] : -NIGHT[1]]] if keys else [None]


async def plan(stage: Stage) -> PlannerScreen:
    """The last fortnight of everything that is made from the ingested table."""
    planner = await stage.show("5", "planner")
    assert isinstance(planner, PlannerScreen)
    stage.deck.plan((INGEST,), None)
    await stage.pilot.press("d", "plus", "plus")
    await stage.until(lambda: planner.preview and not planner.planning, "a plan")
    await stage.take("planner")
    return planner


async def launch(stage: Stage, planner: PlannerScreen) -> None:
    await stage.pilot.press("enter")
    await stage.until(lambda: isinstance(stage.deck.screen, ConfirmScreen), "the question")
    await stage.take("planner-question")
    await stage.pilot.press("y")
    await stage.until(lambda: planner.launched is not None, "the launch")
    await stage.until(lambda: State.RUNNING in stage.states(), "a cell under way")
    await stage.take("planner-launched")


async def grid(stage: Stage) -> None:
    await stage.show("3", "partitions")
    await stage.take("partitions")
    await stage.pilot.resize_terminal(*NARROW)
    await stage.take("partitions-80x24")
    await stage.pilot.resize_terminal(*WIDE)


async def overview(stage: Stage) -> None:
    """With its causes of failure read."""
    await stage.show("1", "overview")
    store = stage.deck.overview
    await stage.until(
        lambda: (
            store.health and store.failed and {run.id for run in store.failed} <= {*store.errors}
        ),
        "what failed, and why",
    )
    await stage.take("overview")


async def failed_run(stage: Stage) -> None:
    """The log of the run that met the broken day, at its error, which is closed again.

    Its stack would show the paths of the machine the pictures are taken on.
    """
    newest = stage.deck.deployment.newest
    run = next(r for r in newest if r.status is RunStatus.FAILURE and INGEST in r.assets)
    stage.deck.open_run(run.id)
    await stage.until(lambda: isinstance(stage.deck.screen, RunScreen), "the run's screen")
    screen = stage.deck.screen
    assert isinstance(screen, RunScreen)
    await stage.until(lambda: screen.watched.interval is None, "its whole log")
    await stage.pilot.press("enter", "home", "w", "e", *["down"] * 4, *["up"] * 4)
    await stage.take("run")
    await stage.pilot.press("escape")
