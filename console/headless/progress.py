"""How far slow work is, on stderr; quick work says nothing."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from console.began import BEGAN
from console.headless.running import say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SILENT_SECONDS = 0.7
"""A command that takes no longer is done before anybody wonders."""
SECONDS_BETWEEN = 1.0


@asynccontextmanager
async def slow_work(first: str) -> AsyncIterator[Callable[[str], None]]:
    """Takes words for how far it is; the newest are said while the work goes on."""
    words = _Words(first)
    task = asyncio.create_task(words.say_on())
    try:
        yield words.tell
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class _Words:
    def __init__(self, first: str) -> None:
        self._newest, self._said = first, ""
        self._due = BEGAN + SILENT_SECONDS

    def tell(self, words: str) -> None:
        """Said at once where something is due: what follows may leave the loop no time."""
        self._newest = words
        if time.monotonic() >= self._due:
            self._say()

    async def say_on(self) -> None:
        while True:
            await asyncio.sleep(max(self._due - time.monotonic(), 0))
            if time.monotonic() >= self._due:
                self._say()

    def _say(self) -> None:
        if self._newest != self._said:
            say(f"{self._newest} …")
        self._said = self._newest
        self._due = time.monotonic() + SECONDS_BETWEEN
