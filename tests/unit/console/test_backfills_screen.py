"""The list of all backfills, over the fake Dagster."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from console.app import Deck
from console.screens.backfills.screen import BackfillsScreen
from console.screens.modals.confirm import ConfirmScreen
from console.screens.modals.text import TextScreen
from console.screens.planner.screen import PlannerScreen
from console.screens.runs.screen import RunsScreen
from console.settings import Settings
from tests.fake_dagster.server import FakeDagster
from tests.snapshots.deployment import NOW, deployment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from textual.pilot import Pilot

GOING_ON, DONE = "kqzmxwvn", "phdtrbci"


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeDagster]:
    with FakeDagster(deployment()) as running:
        yield running


@pytest.fixture(autouse=True)
def _standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)


async def until(pilot: Pilot[None], holds: Callable[[], object]) -> None:
    """Waits for a state of the screen; fails after 20 s."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        await pilot.pause(0.02)


@asynccontextmanager
async def opened(
    fake: FakeDagster, home: Path, *, read_only: bool = False
) -> AsyncIterator[tuple[Pilot[None], BackfillsScreen]]:
    deck = Deck(Settings(fake.url, read_only, False, home))
    async with deck.run_test(size=(120, 40)) as pilot:
        await pilot.press("8")
        await until(pilot, lambda: bool(drawn(deck)))
        screen = deck.screen
        assert isinstance(screen, BackfillsScreen)
        yield pilot, screen


def drawn(deck: Deck) -> list[str]:
    screen = deck.screen
    if not isinstance(screen, BackfillsScreen):
        return []
    return ["".join(text for text, _ in screen._draw(at, 120)) for at in range(screen.lines.count)]


async def test_each_backfill_is_told_with_how_far_it_is_and_who_launched_it(
    fake: FakeDagster, tmp_path: Path
) -> None:
    async with opened(fake, tmp_path) as (_, screen):
        first, second = drawn(screen.deck)
        assert "requested" in first
        assert "orders again" in first
        assert "24 of 60" in first
        assert first.rstrip().endswith("ann")
        assert "completed success" in second
        assert "14 of 14" in second


async def test_a_filter_keeps_the_backfills_that_have_the_word(
    fake: FakeDagster, tmp_path: Path
) -> None:
    async with opened(fake, tmp_path) as (pilot, screen):
        await pilot.press("slash", *"again", "enter")
        await until(pilot, lambda: len(drawn(screen.deck)) == 1)
        await pilot.press("escape")
        await until(pilot, lambda: len(drawn(screen.deck)) == 2)


async def test_its_cells_are_told_as_text(fake: FakeDagster, tmp_path: Path) -> None:
    async with opened(fake, tmp_path) as (pilot, screen):
        await pilot.press("c")
        await until(pilot, lambda: isinstance(screen.deck.screen, TextScreen))
        text = screen.deck.screen
        assert isinstance(text, TextScreen)
        await until(pilot, lambda: "of 30 done" in text._text)
        assert "never started" in text._text
        assert "by        ann" in text._text


async def test_what_is_going_on_can_be_cancelled_and_what_has_ended_is_said_to_have(
    fake: FakeDagster, tmp_path: Path
) -> None:
    async with opened(fake, tmp_path) as (pilot, screen):
        await pilot.press("x")
        await until(pilot, lambda: isinstance(screen.deck.screen, ConfirmScreen))
        await pilot.press("escape", "down", "x")
        await pilot.pause()
        assert screen.deck.screen is screen
        assert screen.keys._note == (
            f"backfill {DONE} has ended already: completed success",
            "text",
        )


async def test_read_only_offers_no_cancelling(fake: FakeDagster, tmp_path: Path) -> None:
    async with opened(fake, tmp_path, read_only=True) as (pilot, screen):
        await pilot.press("x", "b")
        await pilot.pause()
        assert screen.deck.screen is screen


async def test_enter_watches_it_and_r_shows_its_runs(fake: FakeDagster, tmp_path: Path) -> None:
    async with opened(fake, tmp_path) as (pilot, screen):
        deck = screen.deck
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(deck.screen, PlannerScreen))
        await pilot.press("8", "r")
        await until(pilot, lambda: isinstance(deck.screen, RunsScreen))
        runs = deck.screen
        assert isinstance(runs, RunsScreen)
        await until(pilot, lambda: len(runs._runs) == 2)
        assert {run.backfill for run in runs._runs} == {GOING_ON}


async def test_what_it_left_is_planned_and_nothing_else(fake: FakeDagster, tmp_path: Path) -> None:
    async with opened(fake, tmp_path) as (pilot, screen):
        deck = screen.deck
        await pilot.press("b")
        await until(pilot, lambda: isinstance(deck.screen, PlannerScreen))
        planner = deck.screen
        assert isinstance(planner, PlannerScreen)
        await until(pilot, lambda: planner.preview is not None)
        assert planner.request.only is not None
        assert planner.preview is not None
        planned = set(planner.preview.plan.by_id)
        assert planned == planner.request.only
        assert planned


async def test_of_a_backfill_that_made_all_its_cells_nothing_is_planned(
    fake: FakeDagster, tmp_path: Path
) -> None:
    async with opened(fake, tmp_path) as (pilot, screen):
        await pilot.press("down", "b")
        await pilot.pause()
        assert screen.deck.screen is screen
        assert screen.keys._note == (
            f"nothing is left of backfill {DONE}: all its cells are made",
            "text",
        )
