from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest
from textual.command import CommandList
from textual.widgets import Input

from console.screens.freshness.screen import FreshnessScreen
from console.screens.modals.confirm import ConfirmScreen
from console.screens.modals.find import FindScreen
from console.screens.modals.help import HelpScreen
from console.screens.modals.palette import Palette
from console.screens.partitions.screen import PartitionsScreen
from console.store.signals import Topic
from tests.unit.console.assets import deck_of, graph_of, key, made, text_of

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from console.app import Deck
    from console.domain.assets.keys import AssetKey

EDGES = [("dlt_entries", "stg_entries"), ("stg_entries", "mrt_overview")]


def _deck(**flags: bool) -> Deck:
    return deck_of(graph_of(EDGES), [made(name, 1.0) for edge in EDGES for name in edge], **flags)


async def _offers(pilot: Pilot[None]) -> list[str]:
    """What the palette lists once it lists anything."""
    for _ in range(200):
        await pilot.pause()
        options = pilot.app.screen.query_one(CommandList).options
        if options:
            return [str(option.prompt) for option in options]
    raise AssertionError("the palette stays empty")


async def _first_offer(pilot: Pilot[None], words: str) -> None:
    for _ in range(100):
        if (await _offers(pilot))[0].startswith(words):
            return
        await pilot.pause(0.02)
    raise AssertionError(f"{words} is not offered first")


async def test_a_few_letters_and_enter_answer_with_the_asset() -> None:
    deck = _deck()
    answers: list[AssetKey | None] = []
    async with deck.run_test(size=(80, 24)) as pilot:
        deck.push_screen(FindScreen(deck), answers.append)
        await pilot.press("s", "t", "e", "enter")
        assert answers == [key("stg_entries")]


async def test_escape_answers_with_none() -> None:
    deck = _deck()
    answers: list[AssetKey | None] = []
    async with deck.run_test(size=(80, 24)) as pilot:
        deck.push_screen(FindScreen(deck), answers.append)
        await pilot.press("down", "escape")
        assert answers == [None]


async def test_the_cursor_chooses_among_what_is_found() -> None:
    deck = _deck()
    answers: list[AssetKey | None] = []
    async with deck.run_test(size=(80, 24)) as pilot:
        deck.push_screen(FindScreen(deck), answers.append)
        await pilot.press(*"entries", "down", "enter")
        assert answers == [key("stg_entries")]


async def test_enter_where_nothing_is_found_stays_and_says_so() -> None:
    deck = _deck()
    answers: list[AssetKey | None] = []
    async with deck.run_test(size=(80, 24)) as pilot:
        deck.push_screen(FindScreen(deck), answers.append)
        await pilot.press(*"zzz", "enter")
        assert answers == []
        assert "no asset is like that" in text_of(deck)


async def test_the_palette_offers_the_actions_of_the_screen_and_of_everywhere() -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 40)) as pilot:
        await pilot.press("6", "ctrl+p")
        offers = await _offers(pilot)
        assert any(offer.startswith("plan a backfill") and offer.endswith("b") for offer in offers)
        assert any(offer.startswith("ask Dagster now") for offer in offers)
        assert all(offer.startswith("next theme") for offer in offers if "theme" in offer.lower())


async def test_the_palette_offers_nothing_that_mutates_when_read_only() -> None:
    deck = _deck(read_only=True)
    async with deck.run_test(size=(80, 40)) as pilot:
        await pilot.press("6", "ctrl+p")
        assert not any("plan a backfill" in offer for offer in await _offers(pilot))


async def test_the_palette_runs_what_is_chosen() -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await _offers(pilot)
        await pilot.press(*"freshness")
        await _first_offer(pilot, "freshness")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(deck.screen, FreshnessScreen)


async def test_the_palette_goes_to_an_asset() -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await _offers(pilot)
        await pilot.press(*"mrto")
        await _first_offer(pilot, "go to asset mrt_overview")
        await pilot.press("enter")
        await pilot.pause()
        assert "assets · mrt_overview" in text_of(deck)


@pytest.mark.parametrize("keys", ["6", "1", "3"])
async def test_the_palette_opens_once_on_every_screen(keys: str) -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press(keys, "ctrl+p", "ctrl+p")
        assert isinstance(deck.screen, Palette)
        await pilot.press("escape")
        assert not isinstance(deck.screen, Palette | HelpScreen)


@pytest.mark.parametrize("screen", ["1", "2", "3", "4", "5", "6", "8"])
async def test_an_asset_is_found_from_every_screen(screen: str) -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press(screen, "ctrl+f", *"mrt")
        assert isinstance(deck.screen, FindScreen)
        await pilot.press("enter")
        await pilot.pause()
        assert "mrt_overview" in text_of(deck)


@pytest.mark.parametrize("entered_first", [False, True])
async def test_assets_that_come_to_be_known_are_found_without_another_key(
    entered_first: bool,
) -> None:
    deck = _deck()
    known, deck.deployment.graph = deck.deployment.graph, graph_of([])
    answers: list[AssetKey | None] = []
    async with deck.run_test(size=(80, 24)) as pilot:
        deck.push_screen(FindScreen(deck), answers.append)
        await pilot.press("s", "t", "e")
        assert "the assets are not known yet" in text_of(deck)
        if entered_first:
            await pilot.press("enter")
            assert answers == []
        deck.deployment.graph = known
        deck.deployment.signals.tell(Topic.STRUCTURE)
        if not entered_first:
            await pilot.press("enter")
        await pilot.pause()
        assert answers == [key("stg_entries")]


async def test_a_second_enter_on_its_way_leaves_a_window_once() -> None:
    deck = _deck()
    answers: list[AssetKey | None] = []
    async with deck.run_test(size=(80, 24)) as pilot:
        window = FindScreen(deck)
        deck.push_screen(window, answers.append)
        await pilot.press(*"ste")
        field = window.query_one(Input)
        field.post_message(Input.Submitted(field, "ste"))
        field.post_message(Input.Submitted(field, "ste"))
        await pilot.pause()
        assert deck.is_running
        assert answers == [key("stg_entries")]


async def test_what_the_palette_was_told_before_another_screen_was_shown_ends_nothing() -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await _offers(pilot)
        palette = deck.screen
        commands = palette.query_one(CommandList)
        deck.action_show_screen("runs")
        commands.post_message(CommandList.OptionSelected(commands, commands.options[0], 0))
        await pilot.pause()
        assert deck.is_running
        assert deck.current_mode == "runs"


@pytest.mark.parametrize("rounds_of_the_loop", range(4))
async def test_a_palette_that_is_left_before_it_is_there_ends_nothing(
    rounds_of_the_loop: int,
) -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 24)) as pilot:
        for window in (Palette, partial(ConfirmScreen, "launch?")):
            deck.push_screen(window())
            for _ in range(rounds_of_the_loop):
                await asyncio.sleep(0)
            deck.pop_screen()
            await pilot.pause()
        await pilot.press("3")
        await pilot.pause()
        assert isinstance(deck.screen, PartitionsScreen)
