"""RunsScreen."""

from __future__ import annotations

from console.screens.base import DeckScreen


class RunsScreen(DeckScreen):
    NAME = "runs"
