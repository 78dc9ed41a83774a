"""The row that somebody saw under the cursor when a key was pressed."""

from __future__ import annotations

import operator
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

REACTION_SECONDS = 0.5
"""A key that follows sooner on a change of the screen was meant for what stood there before."""


class LitRow:
    """Told what is drawn under the cursor and where somebody goes; None is no row.

    `same` tells whether two rows are one.
    """

    def __init__(self, same: Callable[[Any, Any], bool] = operator.eq) -> None:
        self._same = same
        self._chosen: object = None
        """The row that somebody went to."""
        self._drawn: object = None
        """The row that is drawn under the cursor, since `_since` by `time.monotonic()`."""
        self._since = float("-inf")

    def choose(self, row: object) -> None:
        """Somebody has moved the cursor to it."""
        self._chosen = row

    def draw(self, row: object) -> None:
        """It is under the cursor; where none was, nobody mistakes it for another."""
        if row is None or self._drawn is None:
            self._drawn, self._since = row, float("-inf")
        elif not self._same(self._drawn, row):
            self._drawn, self._since = row, time.monotonic()

    def is_lit(self, row: object) -> bool:
        """Whether `row`, under the cursor now, is the one that a key pressed now is meant for.

        It isn't while it has just taken the place of another.
        """
        if None not in (row, self._chosen) and self._same(self._chosen, row):
            return True
        self.draw(row)
        return time.monotonic() - self._since > REACTION_SECONDS
