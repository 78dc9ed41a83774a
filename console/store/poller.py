"""The one place that polls: what is asked when, and what happens when nobody answers."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from console.domain.errors import ApiError, Slow, Unreachable
from console.store.heartbeat import Heartbeat
from console.store.watching import Backoff, Watching, wait_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from console.domain.assets.keys import AssetKey
    from console.store.deployment import Deployment
    from console.store.watching import Watch

IDLE_SECONDS = 10.0
BUSY_SECONDS = 2.0
AWAY_SECONDS = 30.0
"""Without focus nobody looks."""
NEWS_SECONDS = 60.0
"""Materializations that no run tells of, and new partitions, are found within this long."""
EVERYTHING_SECONDS = 600.0
"""What nothing at all tells of is found within this long."""
LAST_RETRY_SECONDS = 8.0
LAST_ERROR_RETRY_SECONDS = 60.0
"""What is answered with an error is seldom answered better soon."""
SHARE_OF_SERVER = 0.1
"""At most this share of one server process is spent on answering this console."""
STATES = "states of the assets"


class Poller:
    """Keeps a deployment up to date until it is cancelled.

    Each watch is asked in a task of its own, so that a slow or a failing one holds up no other.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._heartbeat = Heartbeat(deployment)
        self._wake = asyncio.Event()
        self._watched: dict[Watch, Watching] = {}
        self._tasks: dict[Watch, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._patient: set[Watch] = set()
        self._looked = asyncio.Event()
        self._everything_at = 0.0
        self._news_at = 0.0
        self._cost = 0.0
        self.away = False

    def wake(self) -> None:
        """Look now: something was just launched, or a person came back."""
        self._wake.set()
        for watching in self._watched.values():
            watching.look_now()

    def add(self, watch: Watch, *, patient: bool = False) -> None:
        """A `patient` watch waits till the states of all assets were asked for once."""
        self._watched[watch] = Watching(watch, partial(self._look_at, watch))
        if patient:
            self._patient.add(watch)
        self._start(watch)
        self.wake()

    def remove(self, watch: Watch) -> None:
        self._watched.pop(watch, None)
        self._patient.discard(watch)
        if task := self._tasks.pop(watch, None):
            task.cancel()
        self._deployment.succeeded(name_of(watch))

    @property
    def watches(self) -> tuple[Watch, ...]:
        return tuple(self._watched)

    async def run(self) -> None:
        """Look, wait, look again. An error is shown and tried again, with a growing wait."""
        self._wake.clear()
        try:
            async with asyncio.TaskGroup() as self._group:
                for watch in self._watched:
                    self._start(watch)
                self._group.create_task(self._heartbeat.run())
                await self._keep_looking()
        finally:
            self._group = None
            self._tasks.clear()

    def _start(self, watch: Watch) -> None:
        if self._group is not None:
            self._tasks[watch] = self._group.create_task(self._keep_watching(watch))

    async def _keep_watching(self, watch: Watch) -> None:
        if watch in self._patient:
            await self._looked.wait()
        await self._watched[watch].run()

    async def _keep_looking(self) -> None:
        backoff = Backoff()
        while True:
            self._wake.clear()
            started = time.monotonic()
            if await self._try(STATES, self._look, backoff):
                self._cost = time.monotonic() - started
            self._looked.set()
            self._nudge()
            await wait_for(self._wake, backoff.left or self._pause())

    async def _look_at(self, watch: Watch, backoff: Backoff) -> None:
        await self._try(name_of(watch), watch.look, backoff)
        self._nudge()

    def _nudge(self) -> None:
        for watching in self._watched.values():
            watching.look_again()

    async def _try(self, name: str, look: Callable[[], Awaitable[None]], backoff: Backoff) -> bool:
        """One look; whether it succeeded. What fails is told; nothing is raised."""
        try:
            await look()
        except Exception as error:
            self._failed(name, error, backoff)
            return False
        backoff.succeeded()
        self._deployment.succeeded(name)
        return True

    def _failed(self, name: str, error: Exception, backoff: Backoff) -> None:
        if isinstance(error, Unreachable) and not isinstance(error, Slow):
            backoff.failed(LAST_RETRY_SECONDS)
            self._deployment.failed(error)
            return
        backoff.failed(LAST_RETRY_SECONDS if name == STATES else LAST_ERROR_RETRY_SECONDS)
        if isinstance(error, ApiError):
            self._deployment.failed_alone(name, str(error))
        else:
            logging.getLogger(__name__).error("%s could not be read", name, exc_info=error)
            self._deployment.mistaken(name, error)

    def _pause(self) -> float:
        if self.away:
            return AWAY_SECONDS
        intervals = [watch.interval for watch in self._watched]
        watched = any(interval is not None and interval <= BUSY_SECONDS for interval in intervals)
        usual = BUSY_SECONDS if self._deployment.active or watched else IDLE_SECONDS
        return max(usual, self._cost / SHARE_OF_SERVER)

    async def _look(self) -> None:
        deployment = self._deployment
        touched = await deployment.load_runs()
        if deployment.structure_is_old:
            await deployment.load_structure()
            touched = self._all()
        elif time.monotonic() >= self._everything_at:
            touched = self._all()
        elif time.monotonic() >= self._news_at:
            self._news_at = time.monotonic() + NEWS_SECONDS
            touched = touched | await deployment.news()
        deployment.due |= touched
        due = [key for key in deployment.graph.order if key in deployment.due]
        await deployment.load_statuses(due)

    def _all(self) -> set[AssetKey]:
        now = time.monotonic()
        self._everything_at, self._news_at = now + EVERYTHING_SECONDS, now + NEWS_SECONDS
        return set(self._deployment.graph.assets)


def name_of(watch: Watch) -> str:
    """The name of a watch in sentences."""
    return str(getattr(watch, "name", type(watch).__name__.lower()))
