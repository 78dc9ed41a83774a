"""AssetsScreen."""

from __future__ import annotations

from console.screens.base import DeckScreen


class AssetsScreen(DeckScreen):
    NAME = "assets"
