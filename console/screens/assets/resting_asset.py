"""Details of the asset under the cursor, asked for once the cursor rests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.errors import ApiError
from console.store.grid.details import asset_detail

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from console.domain.assets.keys import AssetKey
    from console.domain.grid.details import AssetDetail
    from console.screens.base import DeckScreen

REST_SECONDS = 0.15
"""How long the cursor must rest before the server is asked."""


class RestingAsset:
    """`answered` is told of an asset of which Dagster answered, be it with an error."""

    def __init__(self, screen: DeckScreen, answered: Callable[[AssetKey], None]) -> None:
        self._screen = screen
        self._answered = answered
        self._details: dict[AssetKey, tuple[object, AssetDetail]] = {}
        self._problem: tuple[AssetKey, str] | None = None
        self._resting: Timer | None = None

    def of(self, key: AssetKey) -> tuple[AssetDetail | None, str]:
        """What was answered last of the asset, and why it couldn't be asked again."""
        known = self._details.get(key)
        problem = self._problem[1] if self._problem and self._problem[0] == key else ""
        return known[1] if known else None, problem

    def follow(self, key: AssetKey) -> None:
        """The cursor is on this asset: ask, unless it was in the state that it has now."""
        known = self._details.get(key)
        if known is not None and known[0] == self._state(key):
            return
        if self._resting is not None:
            self._resting.stop()
        self._resting = self._screen.set_timer(
            REST_SECONDS,
            lambda: self._screen.run_worker(self.ask(key), group="detail", exclusive=True),
        )

    def _state(self, key: AssetKey) -> object:
        status = self._screen.deployment.statuses.get(key)
        return status.latest if status else None

    async def ask(self, key: AssetKey) -> None:
        """Ask Dagster now."""
        state = self._state(key)
        try:
            detail = await asset_detail(self._screen.deployment, key)
        except ApiError as error:
            self._problem = (key, str(error))
        else:
            self._problem = None
            self._details[key] = (state, detail)
        self._answered(key)
