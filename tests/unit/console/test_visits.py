"""Escape leads back through everything that was looked at; alt and an arrow, forward too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from console.domain.visits import MOST, Visit, Visits
from console.screens.base import DeckScreen
from console.screens.run.screen import RunScreen
from tests.unit.console.assets import deck_of, graph_of, made

if TYPE_CHECKING:
    from console.app import Deck

EDGES = [("dlt_entries", "stg_entries"), ("stg_entries", "mrt_overview")]


def _deck() -> Deck:
    return deck_of(graph_of(EDGES), [made(name, 1.0) for edge in EDGES for name in edge])


def _name(deck: Deck) -> str:
    assert isinstance(deck.screen, DeckScreen)
    return deck.screen.NAME


@given(st.lists(st.sampled_from("abcd"), max_size=MOST - 1))
def test_back_leads_through_all_that_was_looked_at_and_forward_to_it_again(names: str) -> None:
    visits = Visits(Visit("first"))
    seen = [visits.here]
    for name in names:
        visits.go(Visit(name))
        if visits.here != seen[-1]:
            seen.append(visits.here)
    back = [visits.here]
    while (visit := visits.step(-1)) is not None:
        back.append(visit)
    assert back == seen[::-1]
    forward = [visits.here]
    while (visit := visits.step(1)) is not None:
        forward.append(visit)
    assert forward == seen


def test_screens_ahead_are_forgotten_when_another_way_is_taken() -> None:
    visits = Visits(Visit("a"))
    visits.go(Visit("b"))
    visits.step(-1)
    visits.go(Visit("c"))
    assert visits.step(1) is None
    assert visits.step(-1) == Visit("a")


async def test_escape_leads_from_a_run_to_the_grid_and_to_the_overview() -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        deck.open_run("7c1f0000")
        await pilot.pause()
        assert isinstance(deck.screen, RunScreen)
        seen = []
        for _ in range(3):
            await pilot.press("escape")
            await pilot.pause()
            seen.append(_name(deck))
        assert seen == ["partitions", "overview", "overview"]


async def test_a_run_that_was_left_by_a_number_is_reached_again_by_escape() -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        deck.open_run("7c1f0000")
        await pilot.pause()
        await pilot.press("6", "4")
        assert _name(deck) == "runs"
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert isinstance(deck.screen, RunScreen)
        assert deck.screen.run_id == "7c1f0000"
        await pilot.press("alt+left", "alt+left")
        assert _name(deck) == "overview"
        await pilot.press("alt+right", "alt+right")
        await pilot.pause()
        assert _name(deck) == "run"


async def test_esc_leaves_the_state_of_a_screen_before_the_screen() -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press("6", "3", "v", "escape")
        assert _name(deck) == "partitions"
        await pilot.press("escape")
        assert _name(deck) == "freshness"
