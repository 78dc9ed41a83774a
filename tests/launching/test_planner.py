"""The planner on Dagster's own webserver: what it shows, refuses, and doesn't fall over."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from dagster._core.execution.backfill import BulkActionStatus

from console.app import Deck
from console.domain.assets.graph import AssetGraph
from console.planner.plan import CellAction
from console.screens.modals.confirm import ConfirmScreen
from console.screens.modals.text import TextScreen
from console.screens.planner.screen import PlannerScreen
from console.settings import Settings
from console.store.planning import launch
from console.store.signals import Topic
from console.widgets.common.bars import KeyBar
from tests.launching.test_bad_lines import planned, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.launching.webserver import Webserver

DAYS = ["2025-06-01", "2025-06-02"]
LAUNCH = """mutation($backfill: LaunchBackfillParams!) {
    launchPartitionBackfill(backfillParams: $backfill) {
        __typename ... on LaunchBackfillSuccess { backfillId } ... on Error { message } } }"""


@pytest.fixture
async def pilot(dagster: Webserver, tmp_path: Path) -> AsyncIterator[Pilot[None]]:
    deck = Deck(Settings(dagster.url, False, False, tmp_path))
    async with deck.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: len(deck.deployment.keys) == 7)
        yield pilot


def deck_of(pilot: Pilot[None]) -> Deck:
    assert isinstance(pilot.app, Deck)
    return pilot.app


def planner_of(pilot: Pilot[None]) -> PlannerScreen:
    planner = deck_of(pilot).screen_named("planner")
    assert isinstance(planner, PlannerScreen)
    return planner


def text_of(planner: PlannerScreen) -> str:
    """The head and the lines, as text."""
    head = ["".join(text for text, _ in parts) for parts in planner.head._lines]
    lines = planner.lines
    drawn = (planner._draw(at, 100) for at in range(lines.count))
    return "\n".join([*head, *("".join(text for text, _ in parts) for parts in drawn)])


def said(keys: KeyBar) -> str:
    return keys._note[0] if keys._note else ""


async def launched_elsewhere(pilot: Pilot[None], *days: str) -> str:
    """A backfill that is told to Dagster by somebody else; its id."""
    from console.api import commands

    deployment = deck_of(pilot).deployment
    return await commands.launch_backfill(
        deployment.client, {("readings",): days}, deployment.keys, launch="elsewhere"
    )


async def test_a_running_backfill_shows_its_assets_and_how_far_they_are(
    pilot: Pilot[None],
) -> None:
    planner = planner_of(pilot)
    backfill = await launched_elsewhere(pilot, *DAYS)
    deck_of(pilot).watch_backfill(backfill)
    await until(pilot, lambda: planner.lines.count == 1)
    text = text_of(planner)
    assert f"backfill {backfill} requested   0 of 2 done" in text
    assert "readings" in text
    assert "0 of 2 done" in text.splitlines()[-1]


async def test_no_line_of_an_older_plan_stands_under_a_running_backfill(
    pilot: Pilot[None],
) -> None:
    deck, planner = deck_of(pilot), planner_of(pilot)
    deck.plan((("totals",),), None)
    await until(pilot, lambda: planner.preview is not None)
    backfill = await launched_elsewhere(pilot, *DAYS)
    deck.watch_backfill(backfill)
    await until(pilot, lambda: planner.lines.count == 1)
    assert "totals" not in text_of(planner)


async def ask_to_cancel(pilot: Pilot[None]) -> None:
    await pilot.press("x")
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))


async def test_a_running_backfill_is_cancelled_by_x_and_y(
    pilot: Pilot[None], dagster: Webserver
) -> None:
    planner = planner_of(pilot)
    backfill = await launched_elsewhere(pilot, *DAYS)
    deck_of(pilot).watch_backfill(backfill)
    await until(pilot, lambda: planner.is_current)
    await ask_to_cancel(pilot)
    await pilot.press("y")
    await until(pilot, lambda: dagster.status(backfill) == "CANCELING")


async def test_a_backfill_that_ended_while_the_dialog_stood_open_keeps_its_outcome(
    pilot: Pilot[None], dagster: Webserver
) -> None:
    planner = planner_of(pilot)
    backfill = await launched_elsewhere(pilot, *DAYS)
    deck_of(pilot).watch_backfill(backfill)
    await until(pilot, lambda: planner.lines.count == 1)
    await ask_to_cancel(pilot)
    found = dagster.instance.get_backfill(backfill)
    assert found is not None
    ended = found.with_status(BulkActionStatus.COMPLETED_SUCCESS).with_end_timestamp(time.time())
    dagster.instance.update_backfill(ended)
    await pilot.press("y")
    await until(pilot, lambda: "nothing was sent" in said(planner.keys))
    assert f"backfill {backfill} has ended meanwhile (completed success)" in said(planner.keys)
    assert dagster.status(backfill) == "COMPLETED_SUCCESS"


async def test_a_number_at_once_that_no_rule_holds_is_not_launched(
    pilot: Pilot[None], dagster: Webserver
) -> None:
    before = dagster.launched()
    planner = await planned(deck_of(pilot), pilot, "2025-06-10")
    await pilot.press("plus", "plus")
    await until(pilot, lambda: planner.request.parallel == 2 and not planner.planning)
    assert planner.preview is not None
    assert planner.preview.obstacles == ()
    await pilot.press("plus")
    await until(pilot, lambda: planner.request.parallel == 3 and not planner.planning)
    assert "no rule of the run queue holds 3 runs at once" in text_of(planner)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
    assert dagster.launched() == before


async def test_missing_configuration_is_known_before_launching(pilot: Pilot[None]) -> None:
    planner = planner_of(pilot)
    deck_of(pilot).plan((("forecasts",),), ("2025-06-10",))
    await until(pilot, lambda: planner.preview is not None)
    assert "configuration is missing" in text_of(planner)


async def test_a_request_made_before_its_partitions_are_read_is_planned_afterwards(
    dagster: Webserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck = Deck(Settings(dagster.url, False, False, tmp_path))
    may_read = asyncio.Event()
    load_statuses = deck.deployment.load_statuses

    async def later(*arguments: object) -> None:
        await may_read.wait()
        await load_statuses(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(deck.deployment, "load_statuses", later)
    async with deck.run_test(size=(100, 30)) as pilot:
        await pilot.press("5")
        await until(pilot, lambda: deck.deployment.structure is not None)
        await pilot.press("a", *"readings", "enter")
        planner = planner_of(pilot)
        await until(pilot, lambda: "still reading" in said(planner.keys))
        may_read.set()
        await until(pilot, lambda: planner.preview is not None)
        assert planner.request.assets == (("readings",),)


async def test_an_asset_that_disappears_is_said_to_be_gone_and_the_rest_stays(
    pilot: Pilot[None],
) -> None:
    deck, planner = deck_of(pilot), planner_of(pilot)
    deck.plan((("readings",), ("totals",)), ("2025-06-11",))
    await until(pilot, lambda: planner.preview is not None)
    left = dict(deck.deployment.graph.assets)
    del left[("totals",)]
    deck.deployment.graph = AssetGraph(left)
    deck.deployment.signals.tell(Topic.STRUCTURE)
    await until(pilot, lambda: "totals is gone from the deployment" in text_of(planner))
    assert planner.preview is not None
    assert planner.preview.plan.counts[CellAction.RUN] == 1


async def test_when_nothing_of_a_plan_is_left_that_is_said(pilot: Pilot[None]) -> None:
    deck, planner = deck_of(pilot), planner_of(pilot)
    deck.plan((("totals",),), None)
    await until(pilot, lambda: planner.preview is not None)
    deck.deployment.graph = AssetGraph({})
    deck.deployment.signals.tell(Topic.STRUCTURE)
    await until(pilot, lambda: planner.problem == "totals is gone from the deployment")


async def test_a_change_of_the_request_is_planned_from_what_was_read(
    pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    deck, planner = deck_of(pilot), planner_of(pilot)
    days = ("2025-03-01", "2025-03-02", "2025-03-03")
    deck.plan((("readings",),), days)
    await until(pilot, lambda: planner.preview is not None and not planner.planning)
    asked: list[str] = []
    client = deck.deployment.client
    ask = client.ask

    async def noted(name: str, *given: Any, **named: Any) -> dict[str, Any]:
        asked.append(name)
        return await ask(name, *given, **named)

    monkeypatch.setattr(client, "ask", noted)
    await pilot.press("e", "pagedown", "space")
    assert planner.preview is not None
    assert planner.preview.plan.counts[CellAction.RUN] == 2
    await pilot.press("plus")
    assert planner.preview.plan.request.parallel == 1
    assert planner.preview.waves == 2
    assert {"statuses", "preview", "runs", "keys", "stale"}.isdisjoint(asked)
    await pilot.press("M")
    assert planner.preview.plan.counts[CellAction.RUN] == 0
    assert {"statuses", "preview", "runs", "keys", "stale"}.isdisjoint(asked)


async def test_what_was_read_long_ago_is_read_anew(
    pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    deck, planner = deck_of(pilot), planner_of(pilot)
    deck.plan((("readings",),), ("2025-03-01",))
    await until(pilot, lambda: planner.preview is not None and not planner.planning)
    before = planner.preview
    assert before is not None
    monkeypatch.setattr(launch, "KEPT_SECONDS", 0.0)
    await pilot.press("plus")
    await until(pilot, lambda: planner.preview is not before and not planner.planning)
    assert planner.preview is not None
    assert planner.preview.read > before.read


async def test_the_cells_are_put_together_by_asset_reason_and_run_and_told_in_full(
    pilot: Pilot[None],
) -> None:
    deck, planner = deck_of(pilot), planner_of(pilot)
    deck.plan((("readings",),), ("2025-03-01", "2025-03-02"))
    await until(pilot, lambda: planner.preview is not None and not planner.planning)
    await pilot.press("g")
    assert text_of(planner).splitlines()[-2].startswith(" run: missing")
    await pilot.press("g")
    assert text_of(planner).splitlines()[-2].startswith(" 1. 2 runs, at once")
    await pilot.press("w")
    await until(pilot, lambda: isinstance(deck.screen, TextScreen))
    shown = deck.screen
    assert isinstance(shown, TextScreen)
    assert "readings 2025-03-02\n  missing, run: missing" in shown._text
