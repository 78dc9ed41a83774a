"""Sends what was confirmed and finds out what became of it; no screen or worker holds it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from console.api import launch_queries
from console.domain.errors import ApiError, OutcomeUnknown, ServerError
from console.domain.partitions.keys import BadPartitions
from console.planner.launch_states import (
    Ask,
    Confirm,
    Idle,
    Known,
    Looking,
    Lose,
    Send,
    Sent,
    Settle,
    Unknown,
    Withdraw,
    after,
)
from console.store.planning import launch, same_cells
from console.store.planning.selection import NothingToPartition
from console.store.signals import Signals, Topic

if TYPE_CHECKING:
    from console.domain.runs.launched import Launched
    from console.planner.launch_states import LaunchEvent, LaunchState
    from console.planner.plan import Plan
    from console.store.deployment import Deployment
    from console.store.planning.launch import Preview
    from console.store.planning.same_cells import Second

FIND_SECONDS = 2.0
"""Between two looks for a launch whose outcome isn't known."""
ABSENT_SECONDS = 60.0
"""A server that never answered may still take a launch up: it is absent after so long without it."""
BEFORE_SENDING = (launch.Drifted, ApiError, BadPartitions, NothingToPartition)


class Launcher:
    """One launch after another. `interval` and `look` make it a watch for the poller."""

    def __init__(self, deployment: Deployment) -> None:
        self.state: LaunchState = Idle()
        self.signals = Signals()
        self.error: Exception | None = None
        """Why the newest launch was not sent or not taken."""
        self.second: Second | None = None
        """Where somebody else launched the same cells first."""
        self.differences: list[str] = []
        """What the server made of the newest launch that differs from it, in sentences."""
        self._deployment = deployment
        self._plan: Plan | None = None
        self._anyway = False
        self._before: frozenset[str] = frozenset()
        self._absent_since: float | None = None
        self._task: asyncio.Task[None] | None = None

    def ask(self, name: str | None = None) -> str | None:
        """The id of a launch to be confirmed, `name` or a new one; None while another one is under way."""
        name = name or str(uuid4())
        return name if self._take(Ask(name)) else None

    def decline(self, name: str) -> None:
        self._take(Withdraw(name))

    def confirm(self, name: str, preview: Preview, *, anyway: bool = False) -> bool:
        """Launch it in the background, whatever becomes of who asked; whether it was begun."""
        if not self._take(Confirm(name)):
            return False
        self._task = asyncio.create_task(self._run(name, preview, anyway))
        return True

    async def launch(
        self, preview: Preview, *, anyway: bool = False, name: str | None = None
    ) -> None:
        """Launch what was confirmed and wait until it is sent and answered, or isn't.

        `state` and `error` tell what became of it.
        """
        name = self.ask(name)
        if name is not None and self._take(Confirm(name)):
            await self._run(name, preview, anyway)

    async def _run(self, name: str, preview: Preview, anyway: bool) -> None:
        self.error = self.second = self._absent_since = None
        self.differences, self._anyway = [], anyway
        try:
            self._before = await same_cells.under_way(self._deployment)
            made = await launch.look_again(self._deployment, preview)
        except BEFORE_SENDING as error:
            self.error = error
            self._take(Withdraw(name, str(error)))
            return
        except asyncio.CancelledError:
            self._take(Withdraw(name, "given up before it was sent"))
            raise
        if self._take(Send(name)):
            self._plan = made.plan
            await self._send(name, made.plan)
            await self._look_after()

    async def _send(self, name: str, plan: Plan) -> None:
        try:
            launched = await launch.send(self._deployment, plan, name)
        except OutcomeUnknown as error:
            self._take(Lose(name, str(error)))
        except ServerError as error:
            self.error = error
            self._take(Lose(name, str(error), answered=True))
        except (ApiError, BadPartitions) as error:
            self.error = error
            self._take(Settle(name, None, str(error)))
        except asyncio.CancelledError:
            self._take(Lose(name, "sent, no answer yet"))
            raise
        else:
            self._take(Settle(name, launched))

    # what became of it

    @property
    def interval(self) -> float | None:
        """Seconds till the next look; None where nothing is to be found out."""
        return FIND_SECONDS if isinstance(self.state, Unknown) else None

    async def look(self) -> None:
        """Look for a launch whose outcome isn't known, by its tag. Raises ApiError."""
        state = self.state
        if not isinstance(state, Unknown):
            return
        found = await launch_queries.find_launch(self._deployment.client, state.launch)
        if found is not None:
            self.error = None
            self._take(Settle(state.launch, found))
            await self._look_after()
        elif state.answered:
            self._take(Settle(state.launch, None, state.why))
        elif self._absent_for() >= ABSENT_SECONDS:
            why = f"{state.why}; Dagster has no backfill or run of it {ABSENT_SECONDS:.0f} s later"
            self._take(Settle(state.launch, None, why))

    def _absent_for(self) -> float:
        """How long the server has answered that there is none, seconds."""
        now = time.monotonic()
        if self._absent_since is None:
            self._absent_since = now
        return now - self._absent_since

    async def _look_after(self) -> None:
        """Compare what the server started with the plan, and look for rivals with the same cells."""
        state = self.state
        if not isinstance(state, Known) or state.launched is None or self._plan is None:
            return
        try:
            await self._compare(state.launched, self._plan)
        except ApiError as error:
            self.differences.append(f"not compared with what the server made of it: {error}")
        self.signals.tell(Topic.RUN)

    async def _compare(self, launched: Launched, plan: Plan) -> None:
        deployment = self._deployment
        rival = await same_cells.rival_of(deployment, launched, plan, self._before)
        if rival is not None and not self._anyway:
            self.second = await same_cells.take_back(deployment, launched, rival)
            return
        self.differences += await launch.compare(deployment, launched, plan)

    def give_up(self) -> None:
        """A launch that was confirmed and not sent yet is never sent."""
        if isinstance(self.state, Looking):
            self._take(Withdraw(self.state.launch, "the console was left before it was sent"))

    async def answered(self) -> None:
        """Wait for the answer to what was sent, at most till the client's time-out."""
        if isinstance(self.state, Sent) and self._task is not None:
            await asyncio.wait([self._task])

    def _take(self, event: LaunchEvent) -> bool:
        """Whether the event belonged to the state as it was."""
        before, self.state = self.state, after(self.state, event)
        changed = self.state is not before
        if changed:
            self.signals.tell(Topic.RUN)
        return changed
