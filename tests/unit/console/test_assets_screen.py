from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from console.api import run_queries
from console.domain.checks import AssetCheck
from console.domain.freshness.policy import TimeWindow
from console.domain.grid.asset_status import AssetStatus, Latest
from console.domain.grid.details import AssetDetail, CellDetail
from console.domain.status.states import Row, State
from console.screens.assets.screen import AssetsScreen
from console.screens.partitions.screen import PartitionsScreen
from console.store.signals import Topic
from tests.unit.console.assets import deck_of, failed, graph_of, key, made, take, text_of

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from console.api.client import Client
    from console.app import Deck
    from console.domain.assets.keys import AssetKey

HOUR = 3600.0
CHAIN = [
    ("dlt_entries", "stg_entries"),
    ("stg_entries", "fct_readings"),
    ("fct_readings", "daily_metrics"),
    ("fct_readings", "mrt_readings"),
]
DETAIL = AssetDetail(
    (AssetCheck("no_nulls", "failed", "WARN", True, "", 1.0),),
    CellDetail(1.0, "run", (("rows_loaded", "288"),)),
)


def _deck(**flags: bool) -> Deck:
    graph = graph_of(
        [*CHAIN, ("elsewhere", "")],
        {"stg_entries": TimeWindow(2 * HOUR)},
        partitioned=["dlt_entries"],
        external=["elsewhere"],
    )
    now = time.time()
    names = ["fct_readings", "daily_metrics", "mrt_readings"]
    statuses = [
        failed("stg_entries", now - HOUR, made_at=now - 2.8 * HOUR),
        *(made(name, now) for name in names),
        AssetStatus(key("elsewhere"), False),
    ]
    deck = deck_of(graph, statuses, **flags)
    cells = bytes([State.FAILED, State.FAILED, *[State.MATERIALIZED] * 7, State.MISSING])
    take(deck, made("dlt_entries", now, partitioned=True), cells)
    return deck


async def _open(pilot: Pilot[None], *keys: str) -> str:
    await pilot.press("2", *keys)
    await pilot.pause()
    await pilot.pause()
    return text_of(pilot.app)


async def test_the_whole_graph_opens_where_it_fits_with_the_most_urgent_asset_lit() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        shown = await _open(pilot)
        assert "assets · all 6 assets" in shown
        assert "║ stg_entries" in shown
        assert "assets · stg_entries · 2 hops around" in await _open(pilot, "enter")


async def test_groups_open_where_the_whole_graph_does_not_fit() -> None:
    graph = graph_of([(f"a{at}", f"a{at + 1}") for at in range(9)])
    for at, asset in enumerate(graph.assets.values()):
        graph.assets[asset.key] = replace(asset, group=f"g{at // 5}")
    deck = deck_of(graph, [])
    async with deck.run_test(size=(100, 30)) as pilot:
        shown = await _open(pilot)
        assert "assets · all 10 assets by group" in shown
        assert "║ ▸ g0" in shown


@pytest.mark.parametrize(("width", "beside"), [(99, False), (100, True)])
async def test_the_panel_stands_beside_the_map_from_100_columns_on(
    width: int, beside: bool
) -> None:
    deck = _deck()
    async with deck.run_test(size=(width, 30)) as pilot:
        shown = await _open(pilot)
        assert ("│ stg_entries" in shown.splitlines()[1]) is beside


async def test_boxes_are_joined_by_lines_with_arrows() -> None:
    deck = _deck()
    async with deck.run_test(size=(200, 40)) as pilot:
        shown = await _open(pilot, "minus")
        assert re.search(r"│ dlt_entries +├──+▶║ stg_entries +╟──+▶│ fct_readings", shown)


async def test_a_box_tells_counts_and_lateness() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        shown = await _open(pilot)
        assert "✗ 2 ■ 7 · 1" in shown
        assert re.search(r"✗ failed +late 4[78]m", shown)


async def test_ascii_draws_without_a_single_other_character() -> None:
    deck = _deck(ascii=True)
    async with deck.run_test(size=(160, 40)) as pilot:
        shown = await _open(pilot)
        body = "\n".join(shown.splitlines()[1:-1])
        assert body.isascii(), sorted(set(body) - set(map(chr, range(128))))
        assert re.search(r"># stg_entries", shown)


async def test_neighbours_out_of_sight_are_counted_on_the_box() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        shown = await _open(pilot, "enter", "minus")
        assert "2 more ▶" in shown
        shown = await _open(pilot, "plus")
        assert "more ▶" not in shown
        assert "mrt_readings" in shown


async def test_left_goes_upstream_and_right_downstream_and_enter_centres() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        assert "║ dlt_entries" in await _open(pilot, "left")
        assert "║ fct_readings" in await _open(pilot, "l", "l")
        assert "assets · fct_readings" in await _open(pilot, "enter")


async def test_the_chosen_box_stays_in_sight_on_a_small_terminal() -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 24)) as pilot:
        await _open(pilot)
        for way, name in (
            ("left", "dlt_entries"),
            ("right", "stg_entries"),
            ("right", "fct_readings"),
        ):
            shown = await _open(pilot, way)
            assert f"║ {name}" in shown
            assert f"\n {name}" in shown


async def test_the_panel_names_the_partitions_that_are_missing_and_failed() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        shown = await _open(pilot, "left")
        assert "[2026-11-01...2026-11-02]" in shown
        assert re.search(r"· missing +2026-11-10", shown)
        assert "10, Daily, starting 2026-11-01" in shown


async def test_the_panel_names_the_partitions_that_are_stale() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _open(pilot, "left")
        screen = deck.screen
        assert isinstance(screen, AssetsScreen)
        assert screen.asset is not None
        rows = deck.deployment.rows
        row = rows[screen.asset]
        rows[screen.asset] = Row(bytes([*row.states[:-1], State.STALE]), row.at)
        deck.deployment.signals.tell(Topic.STATUS)
        await pilot.pause()
        assert re.search(r"▒ stale +2026-11-10", text_of(deck))


async def test_the_panel_says_why_an_asset_is_late() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        shown = await _open(pilot)
        assert re.search(r"freshness +✗ late 4[78]m", shown)
        assert "at most 2h old" in shown
        assert re.search(r"because +last run 7c1f0000 failed at", shown)


async def test_an_external_asset_is_shown_as_one() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _open(pilot)
        deck.open_asset("assets", key("elsewhere"))
        shown = await _open(pilot)
        assert re.search(r"║ external ", shown)
        assert "missing" not in shown


async def test_a_status_that_is_not_known_yet_is_shown_as_unknown() -> None:
    deck = _deck()
    deck.deployment.rows.pop(key("fct_readings"))
    deck.deployment.statuses.pop(key("fct_readings"))
    async with deck.run_test(size=(160, 40)) as pilot:
        assert "? not known yet" in await _open(pilot)


async def test_a_failed_code_location_is_named_where_no_asset_can_be_shown() -> None:
    deck = deck_of(graph_of([]), [])
    assert deck.deployment.structure is not None
    deck.deployment.structure.load_errors["pipelines"] = "ModuleNotFoundError: dlt"
    async with deck.run_test(size=(140, 30)) as pilot:
        shown = await _open(pilot)
        assert "code location pipelines failed to load: ModuleNotFoundError: dlt" in shown


async def test_text_from_outside_cannot_steer_the_terminal() -> None:
    evil = "evil\x1b[2J\x07name"
    deck = deck_of(graph_of([(evil, "")]), [AssetStatus((evil,), False, latest=Latest(1.0))])
    async with deck.run_test(size=(160, 40)) as pilot:
        shown = await _open(pilot)
        assert "\x1b" not in shown
        assert "\x07" not in shown


async def test_a_wide_name_does_not_break_its_box() -> None:
    deck = deck_of(graph_of([("血糖値_データ", "")]), [made("血糖値_データ", 1.0)])
    async with deck.run_test(size=(160, 40)) as pilot:
        await _open(pilot)
        lines = [
            strip for strip in deck.screen._compositor.render_strips() if "血糖値" in strip.text
        ]
        assert lines
        assert all(strip.cell_length == 160 for strip in lines)


async def test_the_detail_is_asked_for_when_the_cursor_rests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[AssetKey] = []

    async def answer(_: Client, of: AssetKey) -> AssetDetail:
        asked.append(of)
        return DETAIL

    monkeypatch.setattr(run_queries, "asset_detail", answer)
    monkeypatch.setattr("console.screens.assets.resting_asset.REST_SECONDS", 3600.0)
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        assert re.search(r"checks +asking", await _open(pilot, "left", "right", "right"))
        assert asked == []
        monkeypatch.setattr("console.screens.assets.resting_asset.REST_SECONDS", 0.01)
        shown = await _open(pilot, "left", "right")
        for _ in range(100):
            await pilot.pause(0.02)
            shown = text_of(deck)
            if "rows_loaded" in shown:
                break
        assert asked[-1] == key("fct_readings")
        assert re.search(r"checks +✗ no_nulls failed, warn blocking", shown)
        assert re.search(r"rows_loaded +288", shown)


async def test_an_answer_for_an_asset_that_was_left_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def answer(*_: object) -> AssetDetail:
        return DETAIL

    monkeypatch.setattr(run_queries, "asset_detail", answer)
    monkeypatch.setattr("console.screens.assets.resting_asset.REST_SECONDS", 3600.0)
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _open(pilot)
        screen = deck.screen
        assert isinstance(screen, AssetsScreen)
        await screen.details.ask(key("dlt_entries"))
        await pilot.pause()
        assert "rows_loaded" not in text_of(deck)
        assert "rows_loaded" in await _open(pilot, "left")


async def test_p_opens_the_partitions_of_the_chosen_asset() -> None:
    deck = _deck()
    async with deck.run_test(size=(160, 40)) as pilot:
        await _open(pilot, "left", "p")
        assert isinstance(deck.screen, PartitionsScreen)


async def test_without_a_server_the_screen_says_so_in_a_sentence() -> None:
    deck = _deck()
    deck.deployment.structure = None
    deck.deployment.graph = graph_of([])
    async with deck.run_test(size=(100, 30)) as pilot:
        await _open(pilot)
        for _ in range(100):
            await pilot.pause(0.02)
            if deck.deployment.connection.problem:
                break
        assert "does not accept connections" in await _open(pilot)
