from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.graph import Asset, AssetGraph, PartitionsDefinition
from console.domain.checks import FailedChecks
from console.domain.grid.asset_status import AssetStatus
from console.domain.grid.details import CellDetail
from console.domain.partitions.keys import PartitionKeys, product_of
from console.domain.status.states import Row, State
from console.screens.partitions.screen import PartitionsScreen
from console.screens.planner.screen import PlannerScreen
from console.store.signals import Topic
from tests.unit.console.assets import RestingPoller, deck_of, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest
    from textual.pilot import Pilot

    from console.app import Deck
    from console.domain.assets.keys import AssetKey

M, N, F, S = State.MATERIALIZED, State.MISSING, State.FAILED, State.STALE
DAYS = PartitionKeys(
    tuple(f"2026-{month:02}-{day:02}" for month in (9, 10, 11) for day in range(1, 21))
)
CITIES = PartitionKeys(("Oslo", "Rome"))
DAILY = PartitionsDefinition("TIME_WINDOW", "daily")
KEYS: dict[str, PartitionKeys | None] = {
    "raw": DAYS,
    "clean": DAYS,
    "sales": product_of(CITIES, DAYS, 1),
    "mart": None,
}
GROUPS = {"raw": "in", "clean": "in", "sales": "out", "mart": "out"}


def _states() -> dict[str, bytearray]:
    made = {name: bytearray([M] * (len(keys) if keys else 1)) for name, keys in KEYS.items()}
    made["raw"][45] = F
    made["raw"][46] = N
    made["clean"][45] = S
    made["sales"][len(DAYS) + 3] = F
    return made


def _deck(states: dict[str, bytearray] | None = None, **flags: bool) -> Deck:
    graph = AssetGraph(
        {
            (name,): Asset(
                (name,), group=GROUPS[name], partitions=DAILY if keys else None, upstream=()
            )
            for name, keys in KEYS.items()
        }
    )
    deck = deck_of(graph, [], **flags)
    deck.poller = RestingPoller(deck.deployment)
    for name, cells in (states or _states()).items():
        _take(deck, name, KEYS[name], bytes(cells))
    return deck


def wide_deck(names: Sequence[str]) -> Deck:
    """A deck whose assets have these names and are materialized throughout."""
    assets: dict[AssetKey, Asset] = {
        (name,): Asset((name,), group="g", partitions=DAILY, upstream=()) for name in names
    }
    deck = deck_of(AssetGraph(assets), [])
    for name in names:
        _take(deck, name, DAYS, bytes([M] * len(DAYS)))
    return deck


def _take(deck: Deck, name: str, keys: PartitionKeys | None, states: bytes) -> None:
    deployment = deck.deployment
    deployment.statuses[(name,)] = AssetStatus((name,), keys is not None)
    deployment.keys[(name,)] = keys
    deployment.rows[(name,)] = Row(states, 0.0)
    deployment.signals.tell(Topic.STATUS)


async def _open(pilot: Pilot[None], deck: Deck, *keys: str) -> str:
    deck.action_show_screen("partitions")
    await pilot.pause()
    await pilot.press(*keys)
    await pilot.pause()
    return text_of(deck)


def _screen(deck: Deck) -> PartitionsScreen:
    assert isinstance(deck.screen, PartitionsScreen)
    return deck.screen


def _here(deck: Deck) -> tuple[str, str | None]:
    grid = _screen(deck).grid
    assert grid.row is not None
    return "/".join(grid.row.asset), grid.row.label(grid.column)


def _line(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if f" {name} " in line)


async def test_it_opens_on_the_newest_partition_of_the_first_asset() -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 24)) as pilot:
        await _open(pilot, deck)
        assert _here(deck)[1] == "2026-11-20"


async def test_it_opens_on_the_newest_partition_that_the_first_asset_has() -> None:
    deck = _deck()
    old = PartitionKeys(DAYS.keys[:20])
    async with deck.run_test(size=(80, 24)) as pilot:
        _take(deck, "clean", old, bytes([M] * 20))
        await _open(pilot, deck)
        assert _here(deck) == ("clean", "2026-09-20")


async def test_the_edges_say_how_many_columns_are_outside() -> None:
    deck = _deck()
    async with deck.run_test(size=(60, 24)) as pilot:
        await _open(pilot, deck)
        grid = _screen(deck).grid
        outside = grid.columns_in_sight.start
        assert outside > 0
        assert f"◂ {outside} " in text_of(deck).splitlines()[2]
        await pilot.press("home")
        await pilot.pause()
        line = text_of(deck).splitlines()[2]
        assert "◂" not in line
        assert f" {grid.grid.width - grid.columns_in_sight.stop} ▸" in line


async def test_the_modes_have_a_line_of_their_own_that_is_never_cut() -> None:
    deck = _deck()
    async with deck.run_test(size=(40, 24)) as pilot:
        before = (await _open(pilot, deck)).splitlines()[1]
        text = await _open(pilot, deck, "r", "B", "o", "z", "v", "left")
        shown = " ".join(line.strip() for line in text.splitlines()[1:4])
        for mode in ("reads rows", "only bad", "by name", "a week a column", "selected 1 × 2"):
            assert mode in shown
        assert before not in text.splitlines()[1]


async def test_zoomed_out_a_column_is_a_month_and_the_panel_tells_its_share() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        text = await _open(pilot, deck, "z", "z", "g", *"2026-11", "enter")
        assert "a month a column" in text
        await pilot.press("up") if _here(deck)[0] != "raw" else None
        _screen(deck).show_cell(("raw",), "2026-11-06")
        await pilot.pause()
        text = text_of(deck)
        assert "raw · 2026-11   ✗ failed" in text
        assert "18 of 20 done (90 %)  1 failed  1 missing" in text
        assert "failed: 2026-11-06" in text


async def test_zooming_and_back_keeps_the_cursor_in_its_time() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck)
        _screen(deck).show_cell(("raw",), "2026-10-15")
        await pilot.press("z", "z", "Z", "Z")
        assert (_here(deck)[1] or "").startswith("2026-10")


async def test_the_cursor_goes_along_with_a_partition_that_is_typed() -> None:
    deck = _deck()
    async with deck.run_test(size=(80, 24)) as pilot:
        await _open(pilot, deck, "g", *"2026-10")
        await pilot.pause()
        assert _here(deck)[1] == "2026-10-01"
        await pilot.press(*"-17", "enter")
        await pilot.pause()
        assert _here(deck)[1] == "2026-10-17"
        await pilot.press("left")
        assert _here(deck)[1] == "2026-10-16"


async def test_brackets_and_braces_go_to_the_next_bad_cell_along_a_line_or_a_column() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck)
        _screen(deck).show_cell(("raw",), "2026-09-01")
        await pilot.press("]")
        assert _here(deck) == ("raw", "2026-11-06")
        await pilot.press("]")
        assert _here(deck) == ("raw", "2026-11-07")
        await pilot.press("[")
        start = _here(deck)
        assert start == ("raw", "2026-11-06")
        lines = list(_screen(deck).grid.grid.rows)
        key = "}" if lines.index(("clean",)) > lines.index(("raw",)) else "{"
        await pilot.press(key)
        assert _here(deck) == ("clean", "2026-11-06")
        await pilot.press(*"]]")
        assert _here(deck) == ("clean", "2026-11-06")


async def test_only_bad_rows_says_how_many_are_left_out() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        text = await _open(pilot, deck, "B")
        assert " only bad (B)" in text.splitlines()[1]
        assert "1 of 4 left out" in text
        assert " mart " not in text


async def test_a_selection_in_dagsters_syntax_chooses_the_assets() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        text = await _open(pilot, deck, "s", *"group:in", "enter")
        assert list(_screen(deck).grid.grid.rows) == [("clean",), ("raw",)]
        assert " assets group:in (s)" in text.splitlines()[1]
        assert "partitions · 1 failed" in text
        assert "2 of 4 left out" in text


async def test_a_wrong_selection_is_refused_with_a_sentence_and_changes_nothing() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        text = await _open(pilot, deck, "s", *"group:inn", "enter")
        assert "did you mean" in text
        assert len(_screen(deck).grid.grid.rows) == 4
        await pilot.press("escape")
        await pilot.press("left")
        assert _here(deck)[1] == "2026-11-19"


async def test_a_group_folds_into_one_line_and_enter_unfolds_it() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck)
        _screen(deck).show_cell(("raw",), "2026-11-06")
        await pilot.press("f")
        await pilot.pause()
        text = text_of(deck)
        assert "▸ in" in text
        assert "in · 2026-11-06   2 assets, 3 bad partitions" in text
        assert "bad here: " in text
        await pilot.press("enter")
        assert ("raw",) in _screen(deck).grid.grid.rows


async def test_two_dimensions_open_into_a_line_for_each_key() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck)
        _screen(deck).show_cell(("sales",), "Rome|2026-09-04")
        await pilot.pause()
        text = text_of(deck)
        assert "sales · 2026-09-04   ✗ failed" in text
        assert "failed: Rome|2026-09-04" in text
        await pilot.press("e", "down", "down")
        await pilot.pause()
        assert "sales · Rome|2026-09-04   ✗ failed" in text_of(deck)


async def test_the_cells_of_a_state_are_copied_as_dagsters_own_text() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck)
        _screen(deck).show_cell(("raw",), "2026-11-06")
        await pilot.press("y")
        assert deck.clipboard == "2026-11-06"
        _screen(deck).show_cell(("raw",), "2026-09-01")
        await pilot.press("y")
        assert deck.clipboard == "[2026-09-01...2026-11-05], [2026-11-08...2026-11-20]"


async def test_a_retry_plans_just_the_failed_cells_of_the_line() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck)
        _screen(deck).show_cell(("raw",), "2026-11-20")
        await pilot.press("R")
        await pilot.pause()
        assert isinstance(deck.screen, PlannerScreen)
        request = deck.screen.request
        assert (request.assets, request.partitions) == ((("raw",),), ("2026-11-06",))
        assert request.run_states == {F}


async def test_a_selection_over_assets_is_planned_as_it_is() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck)
        first = next(iter(_screen(deck).grid.grid.rows))
        _screen(deck).show_cell(first, "2026-11-05")
        await pilot.press("v", "down", "right", "right")
        await pilot.pause()
        assert "2 lines × 3 columns selected: 3 of 6 done (50 %)" in text_of(deck)
        await pilot.press("b")
        await pilot.pause()
        assert isinstance(deck.screen, PlannerScreen)
        assert set(deck.screen.request.assets) == {("raw",), ("clean",)}
        assert deck.screen.request.partitions == ("2026-11-05", "2026-11-06", "2026-11-07")


async def test_a_failed_check_is_marked_and_named() -> None:
    deck = _deck()
    deck.checks.failed[("clean",)] = FailedChecks({"2026-11-19": ("not_null",)}, ("is_fresh",))
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck)
        _screen(deck).show_cell(("clean",), "2026-11-19")
        await pilot.pause()
        text = text_of(deck)
        assert "■!■" in _line(text, "clean")
        assert "!2 ▒1" in _line(text, "clean")
        assert "clean · 2026-11-19   ■ materialized   ! not_null failed" in text


async def test_a_list_that_grows_leaves_the_cursor_on_its_cell() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck)
        _screen(deck).show_cell(("raw",), "2026-11-06")
        grown = PartitionKeys((*DAYS.keys, "2026-11-21"))
        _take(deck, "raw", grown, bytes([*_states()["raw"], N]))
        await pilot.pause()
        assert _here(deck) == ("raw", "2026-11-06")
        await pilot.press("end")
        assert _here(deck) == ("raw", "2026-11-21")


async def test_a_step_is_drawn_in_one_go_and_then_nothing_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck, "left")
        shown: list[object] = []
        monkeypatch.setattr(deck, "_display", lambda _, what: shown.append(what) if what else None)
        await pilot.press("left")
        await pilot.pause()
        assert len(shown) == 1


async def test_everything_fits_80_columns_in_ascii() -> None:
    deck = _deck(ascii=True)
    async with deck.run_test(size=(80, 24)) as pilot:
        text = await _open(pilot, deck, "f", "z")
        assert all(len(line) <= 80 for line in text.splitlines())
        grid = "\n".join(text.splitlines()[1:20])
        assert grid.isascii()


async def test_the_copied_text_stays_in_the_panel_until_the_cursor_moves() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck, "left", "y")
        assert "partitions, copied" in text_of(deck)
        _screen(deck).shown.show_detail(CellDetail(materialized=1.0))
        _screen(deck).update_view()
        await pilot.pause()
        assert "partitions, copied" in text_of(deck)
        await pilot.press("left")
        await pilot.pause()
        assert "partitions, copied" not in text_of(deck)


async def test_the_message_of_one_asset_does_not_stay_on_the_next() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck, "left")
        _screen(deck).keys.say("no run is known for this cell")
        await pilot.press("down")
        await pilot.pause()
        assert "no run is known" not in text_of(deck)


def _is_read_on(line: str) -> bool:
    """Whether the line ends with a count that is marked."""
    return line.endswith("…") and line[-2:-1].isdigit()


async def test_a_count_says_that_it_is_read_on_till_its_stale_cells_are_judged() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, deck)
        name = next(iter(deck.deployment.rows))
        deck.deployment.staleness._due[name] = None
        _screen(deck).update_view()
        await pilot.pause()
        text = text_of(deck)
        marked = [line for line in text.splitlines() if _is_read_on(line)]
        assert len(marked) == 2, "its row and its group's heading"
        assert "…" in text.splitlines()[0]
        deck.deployment.staleness._due.clear()
        _screen(deck).update_view()
        await pilot.pause()
        assert not any(map(_is_read_on, text_of(deck).splitlines()))
