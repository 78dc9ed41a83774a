"""Details of the cell under the cursor, asked for once the cursor rests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.domain.assets.keys import AssetKey
from console.domain.errors import ApiError
from console.domain.status.states import State
from console.store.grid.details import cell_detail
from console.store.runs.failed_cells import Failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from console.domain.grid.details import CellDetail
    from console.screens.base import DeckScreen

CellAddress = tuple[AssetKey, str | None]
REST_SECONDS = 0.15
"""A cursor that rests this long is looked up; one that moves on asks nothing."""


class RestingCell:
    """`cell` is what was answered of the cell that is followed; None till then."""

    def __init__(self, screen: DeckScreen, answered: Callable[[CellDetail], None]) -> None:
        self.cell: CellDetail | None = None
        self._screen = screen
        self._answered = answered
        self._failures = Failures(screen.deployment)
        self._followed: tuple[CellAddress | None, State] = (None, State.OUTSIDE)
        self._timer: Timer | None = None
        self._rests_at = 0.0
        self._waiting: CellAddress | None = None

    def follow(self, here: CellAddress, state: State) -> None:
        """The cursor is here: ask only when that is another cell, or it looks otherwise now."""
        if (here, state) == self._followed:
            return
        if here != self._followed[0]:
            self.cell = None
        self._followed = (here, state)
        if state is not State.OUTSIDE:
            self._ask_when_resting(here)

    def leave(self) -> None:
        """The cursor is on no single cell."""
        self.cell, self._followed = None, (None, State.OUTSIDE)

    def _ask_when_resting(self, here: CellAddress) -> None:
        """One timer serves any number of steps: when it ends too early, it is set again."""
        self._rests_at = time.monotonic() + REST_SECONDS
        self._waiting = here
        if self._timer is None:
            self._timer = self._screen.set_timer(REST_SECONDS, self._rested)

    def _rested(self) -> None:
        self._timer = None
        left, here = self._rests_at - time.monotonic(), self._waiting
        if left > 0.005:
            self._timer = self._screen.set_timer(left, self._rested)
        elif here is not None and here == self._followed[0]:
            self._screen.run_worker(self._ask(here), group="cell", exclusive=True)

    async def _ask(self, here: CellAddress) -> None:
        """An answer for a cell that was left is dropped."""
        try:
            cell = await self._read(*here)
        except ApiError as error:
            self._screen.keys.say(str(error), "bad")
            return
        if here == self._followed[0]:
            self.cell = cell
            self._answered(cell)

    async def _read(self, asset: AssetKey, partition: str | None) -> CellDetail:
        cell = await cell_detail(self._screen.deployment, asset, partition)
        if self._followed[1] is State.FAILED:
            cell = await self._failures.explain(asset, partition, cell)
        return cell
