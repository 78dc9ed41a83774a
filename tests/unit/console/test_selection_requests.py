"""From a selection to what the planner is asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import pytest

from console.domain.assets.graph import AssetGraph
from console.domain.errors import ServerError
from console.domain.partitions.keys import PartitionKeys
from console.domain.selection.evaluation import BadSelection
from console.domain.status.states import State
from console.screens.planner.screen import PlannerScreen
from console.store.planning import launch, selection
from console.store.status_words import facts
from tests.unit.console.assets import DAILY, deck_of, failed, graph_of, key, made, take, text_of

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from console.app import Deck
    from console.planner.request import Request
    from console.store.deployment import Deployment
    from console.store.planning.stale_cells import Tell

EDGES = [
    ("api", "dlt"),
    ("dlt", "stg"),
    ("stg", "fct"),
    ("fct", "weekly"),
    ("weekly", "mart"),
    ("fct", "mart"),
]
DAYS = ("dlt", "stg", "fct")


def _deck() -> Deck:
    graph = graph_of(EDGES, partitioned=[*DAYS, "weekly"], external=["api"])
    weekly = replace(graph[key("weekly")], partitions=replace(DAILY, description="Weekly."))
    deck = deck_of(AssetGraph({**graph.assets, key("weekly"): weekly}), [])
    for name in (*DAYS, "weekly"):
        take(deck, made(name, 1.0, partitioned=True))
    take(deck, failed("mart", 2.0))
    take(deck, made("api", None))
    deck.deployment.keys[key("weekly")] = PartitionKeys(("2026-11-01", "2026-11-08"))
    return deck


def test_a_name_is_just_that_asset() -> None:
    request = selection.request_for(_deck().deployment, "stg")
    assert (request.assets, request.downstream) == ((key("stg"),), False)


def test_with_all_downstream_the_servers_mappings_reach_it() -> None:
    request = selection.request_for(_deck().deployment, "fct+")
    assert (request.assets, request.downstream, request.within) == ((key("fct"),), True, None)


def test_assets_of_one_definition_are_chosen_side_by_side() -> None:
    request = selection.request_for(_deck().deployment, "dlt or fct")
    assert (request.assets, request.downstream) == ((key("dlt"), key("fct")), False)


def test_the_first_of_several_definitions_is_chosen_and_the_others_are_reached() -> None:
    deployment = _deck().deployment
    request = selection.request_for(deployment, "stg or weekly")
    assert request.assets == (key("stg"),)
    assert request.targets(deployment.graph) == [key("stg"), key("weekly")]


def test_definitions_side_by_side_that_differ_cannot_be_planned_together() -> None:
    deck = _deck()
    left = {k: replace(v, upstream=()) for k, v in deck.deployment.graph.assets.items()}
    deck.deployment.graph = AssetGraph({k: replace(v, downstream=()) for k, v in left.items()})
    with pytest.raises(selection.NothingToPartition, match="have different partitions"):
        selection.request_for(deck.deployment, "stg or weekly")


def test_assets_that_cannot_be_materialized_are_left_out_where_others_can() -> None:
    assert selection.request_for(_deck().deployment, "api+1").assets == (key("dlt"),)
    assert selection.request_for(_deck().deployment, "api").assets == (key("api"),)


def test_a_status_is_that_of_any_partition() -> None:
    deployment = _deck().deployment
    assert selection.request_for(deployment, "status:failed").assets == (key("mart"),)
    with pytest.raises(BadSelection, match="`status:running` selects no asset"):
        selection.request_for(deployment, "status:running")


def test_no_status_is_known_before_every_asset_was_told_of() -> None:
    deployment = _deck().deployment
    assert "failed" in facts(deployment).known
    assert State.FAILED.word in facts(deployment).statuses[key("mart")]
    deployment.rows.pop(key("dlt"))
    assert facts(deployment).known == frozenset()


async def _assets(pilot: Pilot[None], deck: Deck, text: str) -> str:
    names = {":": "colon", "+": "plus", " ": "space"}
    deck.action_show_screen("planner")
    await pilot.pause()
    await pilot.press("a", "ctrl+u", *(names.get(c, c) for c in text), "enter")
    await pilot.pause()
    return text_of(deck)


async def test_the_planner_says_how_far_its_reading_is(monkeypatch: pytest.MonkeyPatch) -> None:
    deck, go_on = _deck(), asyncio.Event()

    async def slow_preview(_: Deployment, __: Request, tell: Tell) -> NoReturn:
        tell("reading which cells are stale: 2000 of 600000")
        await go_on.wait()
        raise ServerError("no answer")

    monkeypatch.setattr(launch, "preview", slow_preview)
    async with deck.run_test(size=(100, 30)) as pilot:
        shown = await _assets(pilot, deck, "dlt")
        assert "reading which cells are stale: 2000 of 600000 …" in shown
        go_on.set()
        await pilot.pause()
        await pilot.pause()
        assert "reading which cells are stale" not in text_of(deck)
        assert "no answer" in text_of(deck)


async def test_the_planner_takes_a_selection_and_says_what_is_wrong_with_one() -> None:
    deck = _deck()
    async with deck.run_test(size=(100, 30)) as pilot:
        assert "did you mean `group:`?" in await _assets(pilot, deck, "gruop:x")
        await pilot.press("escape")
        shown = await _assets(pilot, deck, "fct+")
        assert "fct and all downstream" in shown
        assert isinstance(deck.screen, PlannerScreen)
        assert deck.screen.request.assets == (key("fct"),)


async def test_in_a_selection_the_word_that_is_typed_is_completed() -> None:
    deck = _deck()
    async with deck.run_test(size=(100, 30)) as pilot:
        deck.action_show_screen("planner")
        await pilot.pause()
        await pilot.press("a", "ctrl+u", *"dlt", "space", *"or", "space", *"wee")
        for _ in range(50):
            await pilot.pause(0.02)
            if "dlt or weekly" in text_of(deck):
                break
        await pilot.press("right", "enter")
        await pilot.pause()
        assert isinstance(deck.screen, PlannerScreen)
        assert deck.screen.selection == "dlt or weekly"
