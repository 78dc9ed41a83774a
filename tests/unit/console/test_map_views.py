"""The views of the map, by keys."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from console.domain.asset_map.alignment import BOX_HEIGHT
from console.domain.assets.graph import AssetGraph
from console.domain.checks import FailedChecks
from console.domain.grid.asset_status import AssetStatus
from console.domain.status.states import State
from console.screens.assets.screen import AssetsScreen
from console.screens.planner.screen import PlannerScreen
from console.store.status_words import facts
from console.widgets.asset_map.asset_map import AssetMap
from tests.unit.console.assets import deck_of, graph_of, key, made, take, text_of

if TYPE_CHECKING:
    from textual.geometry import Region
    from textual.pilot import Pilot

    from console.app import Deck

GROUPS = {
    "dlt_entries": "raw",
    "stg_entries": "bronze",
    "fct_readings": "silver",
    "daily_metrics": "gold",
    "mrt_readings": "gold",
    "elsewhere": "raw",
}
EDGES = [
    ("dlt_entries", "stg_entries"),
    ("stg_entries", "fct_readings"),
    ("fct_readings", "daily_metrics"),
    ("fct_readings", "mrt_readings"),
    ("daily_metrics", "mrt_readings"),
    ("elsewhere", ""),
]
CELLS = bytes([State.FAILED, State.FAILED, *[State.MATERIALIZED] * 7, State.MISSING])


def _deck(**flags: bool) -> Deck:
    plain = graph_of(EDGES, partitioned=["dlt_entries"], external=["elsewhere"])
    graph = AssetGraph({k: replace(one, group=GROUPS[one.name]) for k, one in plain.assets.items()})
    now = time.time()
    names = ["stg_entries", "fct_readings", "daily_metrics", "mrt_readings"]
    statuses = [*(made(name, now) for name in names), AssetStatus(key("elsewhere"), False)]
    deck = deck_of(graph, statuses, **flags)
    take(deck, made("dlt_entries", now, partitioned=True), CELLS)
    return deck


def _map(deck: Deck) -> AssetsScreen:
    assert isinstance(deck.screen, AssetsScreen)
    return deck.screen


async def _keys(pilot: Pilot[None], *keys: str) -> str:
    await pilot.press(*keys)
    await pilot.pause()
    await pilot.pause()
    return text_of(pilot.app)


async def _at(pilot: Pilot[None], deck: Deck, name: str) -> str:
    await pilot.press("1")
    deck.open_asset("assets", key(name))
    return await _keys(pilot)


async def test_the_whole_deployment_is_a_box_for_each_group() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _at(pilot, deck, "stg_entries")
        shown = await _keys(pilot, "g")
        assert "assets · all 6 assets by group" in shown
        assert re.search(r"│ ▸ raw +2 ├─+▶║ ▸ bronze +1 ╟─+▶│ ▸ silver +1 ├─+▶│ ▸ gold +2 │", shown)
        assert re.search(r"│ ✗ 2 ■ 7 · 1", shown)


async def test_a_group_unfolds_and_folds_and_escape_leads_back() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _at(pilot, deck, "daily_metrics")
        shown = await _keys(pilot, "g", "enter")
        assert re.search(r"║ daily_metrics", shown)
        assert "│ mrt_readings" in shown
        assert "▸ gold" not in shown
        assert "║ ▸ gold" in await _keys(pilot, "minus")
        assert "assets · daily_metrics · 2 hops around" in await _keys(pilot, "escape")


@pytest.mark.parametrize("wanted", ["t", "w", "c", "y", "p"])
async def test_an_action_that_needs_an_asset_says_so_on_a_group(wanted: str) -> None:
    deck = _deck()
    async with deck.run_test(size=(100, 40)) as pilot:
        await _at(pilot, deck, "dlt_entries")
        shown = await _keys(pilot, "g", wanted)
        assert "choose an asset; enter unfolds a group" in shown
        assert "assets · all 6 assets by group" in shown


async def test_the_panel_of_a_group_names_its_worst_assets_first() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _at(pilot, deck, "dlt_entries")
        shown = await _keys(pilot, "g")
        assert "2 assets of pipelines" in shown
        assert shown.index("dlt_entries") < shown.index("elsewhere")


async def test_a_tree_shows_both_ways_and_marks_what_is_repeated() -> None:
    deck = _deck()
    async with deck.run_test(size=(99, 40)) as pilot:
        await _at(pilot, deck, "stg_entries")
        shown = await _keys(pilot, "t")
        assert "assets · stg_entries · tree" in shown
        assert re.search(r"made from *\n └─ dlt_entries +✗ 2 ■ 7 · 1", shown)
        assert re.search(r"\n +├─ daily_metrics .*\n +│  └─ mrt_readings ", shown)
        assert re.search(r"└─ mrt_readings  ↑ above", shown)


async def test_in_a_tree_enter_follows_and_left_goes_to_what_it_stands_under() -> None:
    deck = _deck()
    async with deck.run_test(size=(100, 40)) as pilot:
        await _at(pilot, deck, "stg_entries")
        await _keys(pilot, "t", *["down"] * 5)
        assert _map(deck).asset == key("daily_metrics")
        await _keys(pilot, "left")
        assert _map(deck).asset == key("fct_readings")
        assert "assets · fct_readings · tree" in await _keys(pilot, "enter")
        assert "assets · fct_readings · 2 hops around" in await _keys(pilot, "t")


async def test_the_ways_from_one_asset_to_another() -> None:
    deck = _deck()
    async with deck.run_test(size=(200, 40)) as pilot:
        await _at(pilot, deck, "mrt_readings")
        shown = await _keys(pilot, "w", *"dlt", "enter")
        assert "dlt_entries → mrt_readings · 1 shortest way of 3 steps" in shown
        assert "│ daily_metrics" not in shown
        shown = await _keys(pilot, "w")
        assert "dlt_entries → mrt_readings · 5 assets on any way" in shown
        assert "│ daily_metrics" in shown


async def test_where_there_is_no_way_it_is_said() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _at(pilot, deck, "mrt_readings")
        shown = await _keys(pilot, "w", *"elsew", "enter")
        assert "of mrt_readings and elsewhere neither is made from the other" in shown
        assert "mrt_readings · 2 hops around" in shown


async def _typed(pilot: Pilot[None], text: str) -> str:
    names = {":": "colon", "+": "plus", "_": "underscore", " ": "space"}
    return await _keys(pilot, *(names.get(letter, letter) for letter in text), "enter")


async def test_a_selection_is_shown_on_the_map() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _at(pilot, deck, "stg_entries")
        await _keys(pilot, "s")
        shown = await _typed(pilot, "group:silver+")
        assert "assets · group:silver+ · 3 assets" in shown
        assert "stg_entries ├" not in shown
        await _keys(pilot, "s", "ctrl+u")
        assert "assets · status:failed · 1 asset" in await _typed(pilot, "status:failed")


async def test_a_wrong_selection_is_not_taken_and_says_why() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _at(pilot, deck, "stg_entries")
        await _keys(pilot, "s")
        assert "no attribute `gruop:`; did you mean `group:`?" in await _typed(pilot, "gruop:x")
        assert "stg_entries · 2 hops around" in await _keys(pilot, "escape")


async def test_the_cells_of_a_state_are_shown_and_copied() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _at(pilot, deck, "dlt_entries")
        shown = await _keys(pilot, "c")
        assert re.search(r"✗ failed +2 partitions", shown)
        assert "[2026-11-01...2026-11-02]" in shown
        assert "[2026-11-01...2026-11-02]" in (await _keys(pilot, "y")).splitlines()[-1]
        assert deck.clipboard == "[2026-11-01...2026-11-02]"
        assert re.search(r"· missing +1 partition\b", await _keys(pilot, "c"))
        assert "materialized" in await _keys(pilot, "escape")


async def test_the_cells_of_a_state_are_planned() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _at(pilot, deck, "dlt_entries")
        await _keys(pilot, "c", "b")
        assert isinstance(deck.screen, PlannerScreen)
        assert deck.screen.request.partitions == ("2026-11-01", "2026-11-02")


async def test_an_asset_without_such_cells_says_so() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _at(pilot, deck, "stg_entries")
        assert "no partition of it is failed, missing" in await _keys(pilot, "c")


async def test_an_asset_that_is_gone_leaves_the_view_of_the_most_urgent() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _at(pilot, deck, "elsewhere")
        left = {k: v for k, v in deck.deployment.graph.assets.items() if k != key("elsewhere")}
        deck.deployment.graph = AssetGraph(left)
        take(deck, made("stg_entries", 1.0))
        assert "elsewhere" not in await _keys(pilot)


async def test_a_step_draws_only_the_two_boxes_and_their_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _at(pilot, deck, "stg_entries")
        await _keys(pilot, "right", "left")
        drawn: list[Region] = []
        refresh = AssetMap.refresh

        def watched(self: AssetMap, *regions: Region, **flags: bool) -> AssetMap:
            drawn.extend(regions or [self.region])
            return refresh(self, *regions, **flags)

        monkeypatch.setattr(AssetMap, "refresh", watched)
        await _keys(pilot, "right")
        assert isinstance(deck.screen, AssetsScreen)
        boxes = list(deck.screen.map.layout_of_boxes.boxes.values())
        two = 2 * max(box.width for box in boxes) * BOX_HEIGHT
        assert drawn
        assert sum(region.area for region in drawn) <= two + 80


async def test_failed_checks_are_told_on_the_box_and_select_the_asset() -> None:
    deck = _deck()
    deck.checks.failed[key("dlt_entries")] = FailedChecks({"2026-11-03": ("no_nulls",)})
    async with deck.run_test(size=(160, 40)) as pilot:
        shown = await _at(pilot, deck, "dlt_entries")
        assert "║ ! 1 ✗ 2 ■ 7 · 1" in shown
        assert "║ ! 1 ✗ 2 ■ 7 · 1" in await _keys(pilot, "g")
        known = facts(deck.deployment, deck.checks)
        assert "check_failed" in known.statuses[key("dlt_entries")]
        assert "check_failed" not in known.known


async def test_every_view_is_drawn_in_ascii_too() -> None:
    deck = _deck(ascii=True)
    async with deck.run_test(size=(160, 40)) as pilot:
        await _at(pilot, deck, "dlt_entries")
        for keys in (["g"], ["enter"], ["escape", "t"], ["t", "c"]):
            body = "\n".join((await _keys(pilot, *keys)).splitlines()[1:-1])
            assert body.isascii(), sorted(set(body) - set(map(chr, range(128))))
