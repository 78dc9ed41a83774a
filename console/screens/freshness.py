"""FreshnessScreen."""

from __future__ import annotations

from console.screens.base import DeckScreen


class FreshnessScreen(DeckScreen):
    NAME = "freshness"
