"""Mutations under way. They belong to no screen, so that leaving one cancels none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from console.planner.launch_states import Unknown, in_flight, left_behind

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from console.app import Deck
    from console.store.runs.ending import Ending


class Mutations:
    """What was sent and has no answer yet; the console is left when there is one."""

    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        self._tasks: set[asyncio.Task[Ending]] = set()
        self.leaving = False
        """Somebody wants to leave, and an answer is waited for."""

    @property
    def under_way(self) -> bool:
        """Whether something was sent and its answer isn't known."""
        return in_flight(self._deck.launcher.state) or bool(self._tasks)

    @property
    def hold(self) -> bool:
        """Whether there is an answer to wait for before leaving."""
        return self.under_way and not isinstance(self._deck.launcher.state, Unknown)

    @property
    def left_behind(self) -> str:
        """What somebody must know who leaves now; empty for nothing."""
        state = self._deck.launcher.state
        return left_behind(state) if self.leaving or in_flight(state) else ""

    def see_through(self, work: Coroutine[Any, Any, Ending]) -> None:
        """Let a mutation run to its end and say what became of it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._seen_through)

    def _seen_through(self, task: asyncio.Task[Ending]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and self._deck.is_running:
            ending = task.result()
            self._deck.say(ending.words, ending.colour)
            self._deck.poller.wake()

    async def answered(self) -> None:
        """Wait until Dagster has answered all that was sent."""
        await self._deck.launcher.answered()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def leave_when_answered(self) -> None:
        """Leave the console as soon as Dagster has answered."""
        await self.answered()
        self._deck.last_words = self.left_behind
        self._deck.exit()
