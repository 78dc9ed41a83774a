"""The mutations under way, kept outside of screens so that leaving a screen cancels none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from console.planner.launch_states import Unknown, in_flight, left_behind

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from console.app import Deck
    from console.store.runs.ending import Ending


class Mutations:
    """The mutations that were sent and have no answer yet."""

    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        self._tasks: set[asyncio.Task[Ending]] = set()
        self.leaving = False
        """Whether the user wants to leave and an answer is awaited."""

    @property
    def under_way(self) -> bool:
        """Whether a mutation was sent whose answer isn't known."""
        return in_flight(self._deck.launcher.state) or bool(self._tasks)

    @property
    def hold(self) -> bool:
        """Whether there is an answer to wait for before leaving."""
        return self.under_way and not isinstance(self._deck.launcher.state, Unknown)

    @property
    def left_behind(self) -> str:
        """The sentence for somebody who leaves now; empty if there is nothing to say."""
        state = self._deck.launcher.state
        return left_behind(state) if self.leaving or in_flight(state) else ""

    def see_through(self, work: Coroutine[Any, Any, Ending]) -> None:
        """Lets a mutation run to its end and shows its outcome."""
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
        """Waits until Dagster has answered every mutation."""
        await self._deck.launcher.answered()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def leave_when_answered(self) -> None:
        """Leaves the console as soon as Dagster has answered."""
        await self.answered()
        self._deck.last_words = self.left_behind
        self._deck.exit()
