"""Two sizes on their way at once don't keep a screen laying itself out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import Resize
from textual.geometry import Size

from tests.unit.console.test_partitions_screen import wide_deck

if TYPE_CHECKING:
    from textual.screen import Screen

SIZES = (Size(90, 20), Size(70, 30))
MOST_LAYOUTS = 30


@pytest.mark.parametrize("window", ["", "?"])
async def test_sizes_that_are_no_longer_the_terminals_lay_nothing_out(window: str) -> None:
    deck = wide_deck(["a", "b"])
    async with deck.run_test(size=(100, 24)) as pilot:
        deck.action_show_screen("assets")
        await pilot.pause()
        await pilot.press(*filter(None, [window]))
        await pilot.pause()
        screen: Screen[object] = deck.screen
        layouts: list[Screen[object]] = []

        def laid_out(laid: Screen[object]) -> None:
            layouts.append(laid)
            if len(layouts) > MOST_LAYOUTS:
                laid.disable_messages(Resize)

        screen.screen_layout_refresh_signal.subscribe(screen, laid_out, immediate=True)
        for size in SIZES:
            screen.post_message(Resize(size, size))
            screen.call_later(lambda: None)
        await pilot.pause()
        assert len(layouts) <= MOST_LAYOUTS, "it lays itself out without end"
        assert screen.size == deck.size == Size(100, 24)
        assert deck.screen_stack[0].size == Size(100, 24)
