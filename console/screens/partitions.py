"""PartitionsScreen."""

from __future__ import annotations

from console.screens.base import DeckScreen


class PartitionsScreen(DeckScreen):
    NAME = "partitions"
