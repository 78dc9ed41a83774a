"""The help: it scrolls to its end and is filtered."""

from __future__ import annotations

from console.screens.modals.help import HelpScreen
from tests.unit.console.assets import deck_of, graph_of, text_of


async def test_the_filter_keeps_the_keys_whose_words_have_it_and_escape_takes_it_away() -> None:
    deck = deck_of(graph_of([("a", "b")]), [])
    async with deck.run_test(size=(100, 40)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert "its partitions" in text_of(deck)
        await pilot.press("slash", *"theme", "enter")
        await pilot.pause()
        text = text_of(deck)
        assert "next theme" in text
        assert "plan a retry" not in text.split("next theme")[0].split("everywhere")[-1]
        await pilot.press("escape")
        await pilot.pause()
        assert "its partitions" in text_of(deck)
        await pilot.press("escape")
        assert not isinstance(deck.screen, HelpScreen)


async def test_its_end_and_its_beginning_are_a_key_away() -> None:
    deck = deck_of(graph_of([("a", "b")]), [])
    async with deck.run_test(size=(80, 20)) as pilot:
        await pilot.press("question_mark", "end")
        await pilot.pause()
        assert "a check failed" in text_of(deck)
        await pilot.press("home")
        await pilot.pause()
        assert "line above" in text_of(deck)
