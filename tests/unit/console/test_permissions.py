"""What the server lets a user do is said in its own words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from console.api.permissions import forbidden, forbidden_asset, forbidden_locations
from console.domain.assets.graph import AssetGraph
from tests.unit.console.assets import deck_of, failed, graph_of, key

if TYPE_CHECKING:
    from console.app import Deck

Json = dict[str, Any]


def _one(value: bool, why: str = "") -> Json:
    return {"permission": "launch_partition_backfill", "value": value, "disabledReason": why}


def _told(whole: bool, **locations: bool) -> Json:
    entries = [{"name": name, "permissions": [_one(may)]} for name, may in locations.items()]
    return {
        "permissions": [_one(whole, "Viewer")],
        "workspaceOrError": {"locationEntries": entries},
    }


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (_told(False), "the server allows no launch (Viewer)"),
        (_told(False, here=False), "the server allows no launch (Viewer)"),
        (_told(False, here=False, there=True), ""),
        (_told(True, here=False), ""),
        ({}, ""),
        ({"permissions": [{"permission": "edit_workspace", "value": False}]}, ""),
    ],
    ids=["nowhere", "no location", "one location", "all but one", "not told", "of something else"],
)
def test_nothing_may_be_launched_only_where_no_location_allows_it(told: Json, words: str) -> None:
    assert forbidden(told) == words


def test_a_location_where_nothing_may_be_launched_is_named_with_the_reason() -> None:
    entries = [
        {"name": "money", "permissions": [_one(False, "ask finance")]},
        {"name": "old", "permissions": [_one(False)]},
        {"name": "toys", "permissions": [_one(True)]},
        {"name": "silent"},
    ]
    assert forbidden_locations({"workspaceOrError": {"locationEntries": entries}}) == {
        "money": " (code location money: ask finance)",
        "old": " (code location old)",
    }


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (False, "the server doesn't let you materialize it (code location money)"),
        (True, ""),
        (None, ""),
    ],
)
def test_an_asset_is_kept_from_a_user_only_where_the_server_says_so(
    value: bool | None, words: str
) -> None:
    node = {
        "hasMaterializePermission": value,
        "repository": {"name": "r", "location": {"name": "money"}},
    }
    assert forbidden_asset(node, {"money": " (code location money)"}) == words


def _deck(*kept: str) -> Deck:
    """Two failed assets, of which the server keeps some from us."""
    whole = graph_of([("first", ""), ("second", "")])
    assets = {
        one: replace(asset, forbidden="the server says no" if one[0] in kept else "")
        for one, asset in whole.assets.items()
    }
    return deck_of(AssetGraph(assets), [failed("first", 2.0), failed("second", 1.0)])


def _offered(deck: Deck) -> set[str]:
    bar = deck.screen.keys  # type: ignore[attr-defined]  # a DeckScreen
    return {action.id for action in bar.offered}


@pytest.mark.parametrize("screen", ["2", "3", "6"])
@pytest.mark.parametrize("kept", [True, False])
async def test_the_keys_that_plan_are_bound_where_an_asset_may_be_made(
    screen: str, kept: bool
) -> None:
    deck = _deck(*(("first", "second") if kept else ()))
    async with deck.run_test(size=(160, 30)) as pilot:
        await pilot.press(screen, "up")
        await pilot.pause()
        assert ("plan" not in _offered(deck)) is kept
        await pilot.press("b")
        await pilot.pause()
        assert (deck.screen.NAME != "planner") is kept  # type: ignore[attr-defined]  # likewise


async def test_the_keys_follow_the_cursor_from_one_asset_to_the_next() -> None:
    deck = _deck("first")
    async with deck.run_test(size=(160, 30)) as pilot:
        await pilot.press("6")
        offered = {}
        for move in ("home", "end"):
            await pilot.press(move)
            await pilot.pause()
            (asset,) = deck.screen.assets_to_plan()  # type: ignore[attr-defined]  # likewise
            offered[asset] = "plan" in _offered(deck)
    assert offered == {key("first"): False, key("second"): True}
