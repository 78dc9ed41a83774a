"""The screens of the console; each is made once, at its first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.app import Deck
    from console.screens.base import DeckScreen

BETWEEN = "between"
"""The empty mode shown while the screens are replaced."""


class ScreenTable:
    """The app's modes, one for each screen in `SCREENS`."""

    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        self._made: dict[str, DeckScreen] = {}

    def named(self, name: str) -> DeckScreen:
        """The screen of that name, made at its first use."""
        if name not in self._made:
            self._made[name] = SCREENS[name](self._deck)
        return self._made[name]

    def bind_actions(self) -> None:
        """Binds the actions of all screens again, after the permissions have changed."""
        for screen in self._made.values():
            screen.bind_actions()

    def add_modes(self) -> None:
        for name in SCREENS:
            self._deck.add_mode(name, self._maker(name))

    async def make_anew(self, first: str) -> None:
        """Replaces all screens, as each keeps the deployment it was made for; then shows `first`."""
        self._deck.add_mode(BETWEEN, Screen)
        await self._deck.switch_mode(BETWEEN)
        for name in SCREENS:
            await self._deck.remove_mode(name)
        self._made.clear()
        self.add_modes()
        await self._deck.switch_mode(first)
        await self._deck.remove_mode(BETWEEN)

    def _maker(self, name: str) -> Callable[[], Screen[None]]:
        return lambda: self.named(name)


def _overview(deck: Deck) -> DeckScreen:
    from console.screens.overview.screen import OverviewScreen

    return OverviewScreen(deck)


def _assets(deck: Deck) -> DeckScreen:
    from console.screens.assets.screen import AssetsScreen

    return AssetsScreen(deck)


def _partitions(deck: Deck) -> DeckScreen:
    from console.screens.partitions.screen import PartitionsScreen

    return PartitionsScreen(deck)


def _runs(deck: Deck) -> DeckScreen:
    from console.screens.runs.screen import RunsScreen

    return RunsScreen(deck)


def _planner(deck: Deck) -> DeckScreen:
    from console.screens.planner.screen import PlannerScreen

    return PlannerScreen(deck)


def _freshness(deck: Deck) -> DeckScreen:
    from console.screens.freshness.screen import FreshnessScreen

    return FreshnessScreen(deck)


def _backfills(deck: Deck) -> DeckScreen:
    from console.screens.backfills.screen import BackfillsScreen

    return BackfillsScreen(deck)


SCREENS: dict[str, Callable[[Deck], DeckScreen]] = {
    "overview": _overview,
    "assets": _assets,
    "partitions": _partitions,
    "runs": _runs,
    "planner": _planner,
    "freshness": _freshness,
    "backfills": _backfills,
}
