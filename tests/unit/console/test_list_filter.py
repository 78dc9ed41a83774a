"""What `/` shows of a list, as written and on each screen that has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.list_filter import BadFilter, list_filter
from console.domain.runs.run import Run, RunStatus
from tests.unit.console.assets import deck_of, failed, graph_of, key, made, text_of

if TYPE_CHECKING:
    from console.app import Deck

EDGES = [("dlt_entries", "stg_entries"), ("stg_entries", "mrt_overview")]
LINES = ["dlt_entries late", "stg_entries fresh", "Mrt_overview late"]


def _kept(text: str) -> list[str]:
    return [line for line in LINES if list_filter(text).keeps(line)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", LINES),
        ("entries", LINES[:2]),
        ("entries late", LINES[:1]),
        ("!entries", LINES[2:]),
        ("late !mrt", LINES[:1]),
        ("Mrt", LINES[2:]),
        ("MRT", []),
        ("/^(dlt|stg)_/", LINES[:2]),
        ("!/^(dlt|stg)_/", LINES[2:]),
        ("/entries late$/", LINES[:1]),
        ("d.t", []),
        ("/^mrt\\D/", LINES[2:]),
        ("/^mrt\\DO/", []),
    ],
)
def test_words_inverse_and_regular_expressions(text: str, kept: list[str]) -> None:
    assert _kept(text) == kept


def test_an_invalid_regular_expression_is_told() -> None:
    with pytest.raises(BadFilter, match=r"`\[a` is no regular expression: unterminated"):
        list_filter("/[a/")


@given(st.text(), st.text())
def test_a_word_and_its_inverse_part_every_text(word: str, text: str) -> None:
    term = "".join(word.split()).strip("!/") or "a"
    if not term.split():
        return
    assert list_filter(term).keeps(text) is not list_filter(f"!{term}").keeps(text)


def _deck() -> Deck:
    statuses = [made("dlt_entries", 1.0), failed("stg_entries", 2.0), made("mrt_overview", 1.0)]
    return deck_of(graph_of(EDGES), statuses)


@pytest.mark.parametrize("screen", ["3", "6"])
async def test_the_list_in_view_shows_what_is_typed_and_escape_shows_all_again(screen: str) -> None:
    deck = _deck()
    async with deck.run_test(size=(100, 30)) as pilot:
        await pilot.press(screen, "slash", *"stg")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        shown = text_of(deck)
        assert "/stg 2 hidden" in shown
        assert "stg_entries" in shown
        assert "mrt_overview" not in shown
        await pilot.press("escape")
        await pilot.pause()
        assert "mrt_overview" in text_of(deck)
        assert "hidden" not in text_of(deck)


@pytest.mark.parametrize("screen", ["3", "6"])
async def test_a_filter_that_keeps_nothing_says_so(screen: str) -> None:
    deck = _deck()
    async with deck.run_test(size=(100, 30)) as pilot:
        await pilot.press(screen, "slash", *"nowhere")
        await pilot.pause()
        assert "/nowhere 3 hidden" in text_of(deck)
        assert "esc shows all" in text_of(deck)
        await pilot.press("escape")
        await pilot.pause()
        assert "mrt_overview" in text_of(deck)


async def test_an_invalid_filter_is_told_while_it_is_typed() -> None:
    deck = _deck()
    async with deck.run_test(size=(100, 30)) as pilot:
        await pilot.press("6", "slash", *"/[a/")
        await pilot.pause()
        assert "`[a` is no regular expression" in text_of(deck)


async def test_an_asset_that_is_gone_to_is_seen_though_the_filter_hid_it() -> None:
    deck = _deck()
    async with deck.run_test(size=(100, 30)) as pilot:
        await pilot.press("3", "slash", *"stg", "enter", "ctrl+f", *"mrt", "enter")
        await pilot.pause()
        assert "mrt_overview" in text_of(deck)


def _run(at: int, asset: str) -> Run:
    return Run(
        id=f"{at:08d}",
        job="__ASSET_JOB",
        status=RunStatus.SUCCESS,
        assets=(key(asset),),
        asset_count=1,
        created=float(at),
    )


async def test_runs_are_filtered_and_the_title_says_that_not_all_are_read() -> None:
    deck = _deck()
    async with deck.run_test(size=(100, 30)) as pilot:
        await pilot.press("4")
        await pilot.pause()
        screen = deck.screen_named("runs")
        feed = screen.feed  # type: ignore[attr-defined]  # the screen of runs
        feed.runs = [_run(at, "dlt_entries" if at % 4 else "mrt_overview") for at in range(12)]
        feed.asked = True
        screen.show_filtered()
        await pilot.press("slash", *"mrt", "enter", "end")
        await pilot.pause()
        assert "/mrt 9 of 12 read hidden" in text_of(deck)
        assert "dlt_entries" not in text_of(deck)
        assert screen.lines.cursor == 2  # type: ignore[attr-defined]  # likewise
        await pilot.press("escape")
        await pilot.pause()
        assert screen.lines.count == 12  # type: ignore[attr-defined]  # likewise
        assert screen._chosen() == feed.runs[8]  # type: ignore[attr-defined]  # likewise
