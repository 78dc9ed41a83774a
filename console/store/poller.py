"""The one place that polls: what is asked when, and what happens when nobody answers."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Protocol

from console.api.errors import ApiError

if TYPE_CHECKING:
    from console.domain.keys import AssetKey
    from console.store.deployment import Deployment

IDLE_SECONDS = 10.0
BUSY_SECONDS = 2.0
AWAY_SECONDS = 30.0
"""Without focus nobody looks."""
NEWS_SECONDS = 60.0
"""Materializations that no run tells of, and new partitions, are found within this long."""
EVERYTHING_SECONDS = 600.0
"""What nothing at all tells of is found within this long."""
FIRST_RETRY_SECONDS = 1.0
LAST_RETRY_SECONDS = 8.0
SHARE_OF_SERVER = 0.1
"""At most this share of one server process is spent on answering this console."""


class Watch(Protocol):
    """Something that wants more than the common look: the log of a run that is open."""

    @property
    def interval(self) -> float | None:
        """Seconds till the next look; None when there is nothing to wait for."""

    async def look(self) -> None:
        """Ask once. Raises ApiError."""


class Poller:
    """Keeps a deployment up to date until it is cancelled."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._wake = asyncio.Event()
        self._watches: list[Watch] = []
        self._everything_at = 0.0
        self._news_at = 0.0
        self._retry = FIRST_RETRY_SECONDS
        self._cost = 0.0
        self.away = False

    def wake(self) -> None:
        """Look now: something was just launched, or a person came back."""
        self._wake.set()

    def add(self, watch: Watch) -> None:
        self._watches.append(watch)
        self.wake()

    def remove(self, watch: Watch) -> None:
        if watch in self._watches:
            self._watches.remove(watch)

    async def run(self) -> None:
        """Look, wait, look again. An error is shown and tried again, with a growing wait."""
        self._wake.clear()
        _, pause = await asyncio.gather(self._watched(), self._common())
        due = time.monotonic() + pause
        while True:
            wait = await self._watched()
            if self._wake.is_set() or time.monotonic() >= due:
                self._wake.clear()
                due = time.monotonic() + await self._common()
                wait = min(wait, self._next_watch())
            await self._sleep(min(wait, max(due - time.monotonic(), 0.0)))

    def _next_watch(self) -> float:
        """Seconds till the first watch wants to look, which what was just read may have changed."""
        waits = (watch.interval for watch in self._watches)
        return min((wait for wait in waits if wait is not None), default=LAST_RETRY_SECONDS * 10)

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    async def _watched(self) -> float:
        waits = [LAST_RETRY_SECONDS * 10]
        for watch in list(self._watches):
            if watch.interval is None:
                continue
            try:
                await watch.look()
            except ApiError as error:
                self._deployment.failed(error)
                waits.append(self._retry)
                continue
            if watch.interval is not None:
                waits.append(watch.interval)
        return min(waits)

    async def _common(self) -> float:
        """One common look; the seconds till the next."""
        started = time.monotonic()
        try:
            await self._look()
        except ApiError as error:
            self._deployment.failed(error)
            self._retry = min(self._retry * 2, LAST_RETRY_SECONDS)
            return self._retry
        self._retry = FIRST_RETRY_SECONDS
        self._cost = time.monotonic() - started
        return self._pause()

    def _pause(self) -> float:
        if self.away:
            return AWAY_SECONDS
        intervals = [w.interval for w in self._watches if w.interval is not None]
        watched = any(interval <= BUSY_SECONDS for interval in intervals)
        usual = BUSY_SECONDS if self._deployment.active or watched else IDLE_SECONDS
        return max(usual, self._cost / SHARE_OF_SERVER)

    async def _look(self) -> None:
        deployment = self._deployment
        locations = deployment.locations
        touched = await deployment.load_runs()
        if deployment.structure is None or deployment.locations != locations:
            await deployment.load_structure()
            touched = self._all()
        elif time.monotonic() >= self._everything_at:
            touched = self._all()
        elif time.monotonic() >= self._news_at:
            self._news_at = time.monotonic() + NEWS_SECONDS
            touched = touched | await deployment.news()
        await deployment.load_statuses([key for key in deployment.graph.order if key in touched])

    def _all(self) -> set[AssetKey]:
        now = time.monotonic()
        self._everything_at, self._news_at = now + EVERYTHING_SECONDS, now + NEWS_SECONDS
        return set(self._deployment.graph.assets)
