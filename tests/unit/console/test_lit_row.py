"""A key acts on what was lit when it was pressed, not on what a poll has just put there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.partitions.keys import PartitionKeys
from console.domain.status.states import Row, State
from console.planner.plan import CellAction, Plan, PlanCell
from console.planner.request import Request
from console.screens.partitions.screen import PartitionsScreen
from console.screens.planner.screen import PlannerScreen
from console.store.planning.launch import Preview
from console.store.signals import Topic
from tests.unit.console.assets import text_of
from tests.unit.console.test_partitions_screen import DAYS, wide_deck

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from console.app import Deck

TOLD = "another line has just come under the cursor"
M, N = State.MATERIALIZED, State.MISSING


def take_away(deck: Deck, name: str) -> None:
    """A poll finds that the asset is gone."""
    deck.deployment.graph = type(deck.deployment.graph)(
        {key: asset for key, asset in deck.deployment.graph.assets.items() if key != (name,)}
    )
    for known in (deck.deployment.statuses, deck.deployment.keys, deck.deployment.rows):
        known.pop((name,), None)
    deck.deployment.signals.tell(Topic.STATUS)


async def grid_of(deck: Deck, pilot: Pilot[None]) -> PartitionsScreen:
    deck.action_show_screen("partitions")
    await pilot.pause()
    await pilot.press("down", "up")
    await pilot.pause()
    assert isinstance(deck.screen, PartitionsScreen)
    return deck.screen


async def test_what_a_poll_puts_under_the_cursor_of_the_grid_is_not_planned() -> None:
    deck = wide_deck(["a", "b", "c"])
    async with deck.run_test(size=(100, 24)) as pilot:
        screen = await grid_of(deck, pilot)
        assert screen.grid.row is not None
        assert screen.grid.row.asset == ("a",)
        take_away(deck, "a")
        await pilot.press("b")
        assert deck.screen is screen
        assert TOLD in text_of(deck)
        await pilot.press("down", "up", "b")
        await pilot.pause()
        assert isinstance(deck.screen, PlannerScreen)


async def test_a_row_that_moves_in_the_grid_with_the_cursor_is_acted_on_at_once() -> None:
    deck = wide_deck(["a", "b", "c"])
    async with deck.run_test(size=(100, 24)) as pilot:
        screen = await grid_of(deck, pilot)
        await pilot.press("down")
        take_away(deck, "a")
        assert screen.grid.row is not None
        assert screen.grid.row.asset == ("b",)
        await pilot.press("b")
        await pilot.pause()
        assert isinstance(deck.screen, PlannerScreen)


async def test_a_partition_that_comes_under_the_cursor_is_another_cell() -> None:
    deck = wide_deck(["a"])
    async with deck.run_test(size=(100, 24)) as pilot:
        screen = await grid_of(deck, pilot)
        fewer = PartitionKeys(DAYS.keys[:-1])
        deck.deployment.keys["a",] = fewer
        deck.deployment.rows["a",] = Row(bytes([M] * len(fewer)), 1.0)
        deck.deployment.signals.tell(Topic.STATUS)
        await pilot.press("b")
        assert deck.screen is screen
        assert TOLD in text_of(deck)


async def test_what_a_persons_own_key_brings_under_the_cursor_is_acted_on_at_once() -> None:
    deck = wide_deck(["a", "b", "c"])
    async with deck.run_test(size=(100, 24)) as pilot:
        screen = await grid_of(deck, pilot)
        await pilot.press("f", "f", "f")
        assert screen.view.folded == {"g"}
        assert TOLD not in text_of(deck)


def _preview(*assets: str) -> Preview:
    cells = tuple(PlanCell((name,), None, N, CellAction.RUN, "missing") for name in assets)
    plan = Plan(Request(tuple((name,) for name in assets), ()), cells)
    return Preview(plan, (), len(cells), 1, None, None, ())


async def test_a_line_that_a_new_plan_puts_under_the_cursor_is_not_excluded() -> None:
    deck = wide_deck(["a", "b", "c"])
    async with deck.run_test(size=(100, 24)) as pilot:
        deck.action_show_screen("planner")
        await pilot.pause()
        screen = deck.screen
        assert isinstance(screen, PlannerScreen)
        screen.show_plan(_preview("a", "b", "c"))
        await pilot.pause()
        screen.show_plan(_preview("b", "c"))
        await pilot.press("space")
        assert screen.request.excluded == frozenset()
        assert TOLD in text_of(deck)


async def test_the_cursor_stays_on_its_line_of_a_plan_when_others_go() -> None:
    deck = wide_deck(["a", "b", "c"])
    async with deck.run_test(size=(100, 24)) as pilot:
        deck.action_show_screen("planner")
        await pilot.pause()
        screen = deck.screen
        assert isinstance(screen, PlannerScreen)
        screen.show_plan(_preview("a", "b", "c"))
        await pilot.pause()
        await pilot.press("down", "down")
        screen.show_plan(_preview("b", "c"))
        assert screen.shown.row(screen.lines.cursor) == ("b",)
