"""`c` in the grid: everything bad in sight or in the selection as one text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.graph import Asset, AssetGraph, PartitionsDefinition
from console.domain.grid.asset_status import AssetStatus
from console.domain.partitions.keys import PartitionKeys
from console.domain.status.states import Row, State
from console.screens.modals.bad import BadScreen
from console.screens.partitions.screen import PartitionsScreen
from console.screens.planner.screen import PlannerScreen
from console.store.needs import Needs
from console.store.signals import Topic
from tests.unit.console.assets import RestingPoller, deck_of, text_of

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from console.app import Deck

DAILY = PartitionsDefinition("TIME_WINDOW", "daily")
DAYS = PartitionKeys(tuple(f"2026-11-{day:02}" for day in range(1, 21)))
LETTERS = {
    "M": State.MATERIALIZED,
    "F": State.FAILED,
    "-": State.MISSING,
    "S": State.STALE,
}
ASSETS = {
    "raw": "----FMMMM-MMMMMMMMMM",
    "clean": "----MMMMSSMMMMMMMMMM",
    "mart": "MMMMMMMMMMMMMMMMMMMM",
}


def _deck(**flags: bool) -> Deck:
    graph = AssetGraph(
        {(name,): Asset((name,), group="g", partitions=DAILY, upstream=()) for name in ASSETS}
    )
    deck = deck_of(graph, [], **flags)
    deck.poller = RestingPoller(deck.deployment)
    deployment = deck.deployment
    for name, letters in ASSETS.items():
        deployment.statuses[(name,)] = AssetStatus((name,), partitioned=True)
        deployment.keys[(name,)] = DAYS
        deployment.rows[(name,)] = Row(bytes(LETTERS[letter] for letter in letters), 0.0)
    deployment.signals.tell(Topic.STATUS)
    return deck


async def _grid(pilot: Pilot[None], deck: Deck) -> PartitionsScreen:
    deck.action_show_screen("partitions")
    await pilot.pause()
    assert isinstance(deck.screen, PartitionsScreen)
    return deck.screen


async def _window(pilot: Pilot[None], deck: Deck, *keys: str) -> str:
    """The window once all is read, after these keys in it."""
    await pilot.press("c")
    while "need somebody" not in (text := text_of(deck)) or "reading …" in text:
        await pilot.pause(0.02)
    await pilot.press(*keys)
    await pilot.pause()
    return text_of(deck)


async def test_it_names_state_and_ranges_of_every_asset_in_sight_that_needs_somebody() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _grid(pilot, deck)
        text = await _window(pilot, deck)
        assert "2 of 3 assets need somebody · 2 stale · 1 failed · 1 missing · 8 not begun" in text
        assert "failed       1  2026-11-05" in text
        assert "missing      1  2026-11-10" in text
        assert "stale        2  [2026-11-09...2026-11-10]" in text


async def test_of_a_selection_it_tells_only_the_selected_cells() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        screen = await _grid(pilot, deck)
        await pilot.press("v")
        screen.grid.go(screen.grid.grid.rows[("raw",)], 8)
        text = await _window(pilot, deck)
        assert "2026-11-10" in text
        assert "2026-11-05" not in text


async def test_what_the_filter_keeps_is_copied_and_escape_takes_the_filter_first() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _grid(pilot, deck)
        text = await _window(pilot, deck, "slash", *"!raw", "enter", "y")
        assert " raw" not in text.split("hidden", 1)[1]
        assert deck.clipboard.startswith("clean\n")
        assert deck.clipboard.endswith("1 of 1 asset need somebody · 2 stale · 4 not begun")
        await pilot.press("escape")
        assert isinstance(deck.screen, BadScreen)
        await pilot.press("escape")
        assert not isinstance(deck.screen, BadScreen)


async def test_b_plans_just_what_is_shown() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _grid(pilot, deck)
        await _window(pilot, deck, "slash", *"clean", "enter", "b")
        assert isinstance(deck.screen, PlannerScreen)
        request = deck.screen.request
        assert request.assets == (("clean",),)


async def test_read_only_nothing_is_planned() -> None:
    deck = _deck(read_only=True)
    async with deck.run_test(size=(120, 30)) as pilot:
        await _grid(pilot, deck)
        await _window(pilot, deck, "b")
        assert isinstance(deck.screen, BadScreen)


def test_an_asset_still_being_read_says_so() -> None:
    deck = _deck()
    del deck.deployment.rows[("raw",)]
    (one,) = Needs(deck.deployment, deck.checks, deck.overview).of([("raw",)])
    assert one.problem == "its partitions are being read"
