"""PlannerScreen."""

from __future__ import annotations

from console.screens.base import DeckScreen


class PlannerScreen(DeckScreen):
    NAME = "planner"
