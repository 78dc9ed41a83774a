"""One thing that is asked again and again, at its own pace and with its own waits after errors."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FIRST_RETRY_SECONDS = 1.0
NEVER = float("inf")


class Watch(Protocol):
    """Something that wants more than the common look: the log of a run that is open."""

    @property
    def interval(self) -> float | None:
        """Seconds till the next look; None when there is nothing to wait for."""

    async def look(self) -> None:
        """Ask once. Raises ApiError."""


class Backoff:
    """How long to wait after failures, each time twice as long as before."""

    def __init__(self) -> None:
        self._next = FIRST_RETRY_SECONDS
        self._until = 0.0

    @property
    def left(self) -> float:
        """Seconds till it may be tried again."""
        return max(self._until - time.monotonic(), 0.0)

    def succeeded(self) -> None:
        self._next, self._until = FIRST_RETRY_SECONDS, 0.0

    def failed(self, most: float) -> None:
        """`most` is the longest wait, in seconds."""
        wait = min(self._next, most)
        self._next, self._until = wait * 2, time.monotonic() + wait


class Watching:
    """Looks whenever `watch` is due; `look` is given the wait to lengthen when it fails."""

    def __init__(self, watch: Watch, look: Callable[[Backoff], Awaitable[object]]) -> None:
        self.watch = watch
        self._look = look
        self._backoff = Backoff()
        self._due = 0.0
        self._nudge = asyncio.Event()

    def look_now(self) -> None:
        """Look as soon as the wait after a failure has passed."""
        self._due = 0.0
        self._nudge.set()

    def look_again(self) -> None:
        """Compute the wait anew, since another answer may have changed it."""
        self._nudge.set()

    async def run(self) -> None:
        """Runs until it is cancelled."""
        while True:
            self._nudge.clear()
            wait = self._wait()
            if wait is not None and wait <= 0:
                self._due = NEVER
                await self._look(self._backoff)
                await asyncio.sleep(0)
            else:
                await wait_for(self._nudge, wait)

    def _wait(self) -> float | None:
        """Seconds till the next look; None when only a nudge leads to one."""
        interval, now = self.watch.interval, time.monotonic()
        if interval is None:
            self._due = NEVER
            return None
        self._due = min(self._due, now + interval)
        return max(self._due - now, self._backoff.left)


async def wait_for(event: asyncio.Event, seconds: float | None) -> None:
    """Until the event, or for so long.

    `asyncio.wait_for` of Python 3.11 loses a cancellation that comes together with the event.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
