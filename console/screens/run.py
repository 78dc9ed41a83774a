"""One run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.screens.base import DeckScreen

if TYPE_CHECKING:
    from console.app import Deck


class RunScreen(DeckScreen):
    NAME = "run"

    def __init__(self, deck: Deck, run_id: str) -> None:
        super().__init__(deck)
        self.run_id = run_id
