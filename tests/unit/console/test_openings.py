"""What a screen can be opened with."""

from pathlib import Path
from typing import get_args

import pytest

from console.app import Deck
from console.screen_table import SCREENS
from console.screens.openings import Opening, ShowAsset, WatchBackfill
from console.settings import Settings


def _deck(home: Path) -> Deck:
    return Deck(Settings("http://127.0.0.1:9", read_only=True, ascii=False, home=home))


def test_every_opening_is_taken_by_a_screen(tmp_path: Path) -> None:
    deck = _deck(tmp_path)
    taken = {kind for name in SCREENS for kind in deck.screen_named(name).TAKES}
    assert taken == set(get_args(Opening))


def test_a_screen_that_is_opened_with_what_it_does_not_show_says_so(tmp_path: Path) -> None:
    deck = _deck(tmp_path)
    with pytest.raises(TypeError, match="overview can't be opened with ShowAsset"):
        deck.screen_named("overview").take(ShowAsset(("a",)))
    with pytest.raises(TypeError, match="assets can't be opened with WatchBackfill"):
        deck.screen_named("assets").take(WatchBackfill("b"))
