"""What needs somebody, beyond what every screen shows: failures, backfills, health.

It is asked only while it is looked at. A part that can't be had leaves the others alone.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from console.api import overview_queries
from console.api.errors import ApiError, Unreachable
from console.domain.causes import Cause, causes
from console.domain.health import code_locations, faults
from console.store.looked import Look
from console.store.signals import Signals, Topic

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from console.domain.events import ErrorInfo
    from console.domain.health import Fault, Health, Location
    from console.domain.runs import Backfill, Run
    from console.store.deployment import Deployment
    from console.store.looked import Looked

FIRST_LOOK_SECONDS = 86_400.0
"""Whoever looks for the first time is shown what failed in so long."""
HEALTH_SECONDS = 60.0
BACKFILL_SECONDS = 2.0
"""While a backfill is under way."""
MOST_FAILURES = 100
MOST_BACKFILLS = 25
ERRORS_AT_ONCE = 10
PARTS = ("failures", "errors", "backfills", "health")


class Overview:
    """Filled by `look`, which the poller calls while `seen`; listeners hear of every change."""

    def __init__(self, deployment: Deployment, looked: Looked | None = None) -> None:
        self.deployment = deployment
        self.signals = Signals()
        self.seen = False
        """Whether it is on screen."""
        self.first = looked.read() if looked else None
        """When somebody looked last; None when nobody did."""
        self.since = self.first.until if self.first else time.time() - FIRST_LOOK_SECONDS
        """Failures after this moment are shown, epoch seconds UTC."""
        self.failed: tuple[Run, ...] | None = None
        self.failed_in_all = 0
        self.errors: dict[str, str | None] = {}
        self.backfills: tuple[Backfill, ...] | None = None
        self.health: Health | None = None
        self.problems: dict[str, str] = {}
        """Why a part of `PARTS` could not be had the last time it was asked for."""
        self.asked: dict[str, float] = {}
        """When each part was last answered, epoch seconds UTC."""
        self._looked = looked
        self._shown: Look | None = None
        self._causes: list[Cause] | None = None
        """Kept till what they are made from changes: many failed cells take a while."""
        self._failures_until = self.since
        self._due = dict.fromkeys(PARTS, 0.0)
        self._forget = deployment.signals.listen(self._told)

    # when

    @property
    def interval(self) -> float | None:
        """Seconds till the next look; None when nobody is looking."""
        if not self.seen:
            return None
        return max(min(self._due.values()) - time.monotonic(), 0.0)

    def show_since(self, at: float) -> None:
        """Failures after `at` (epoch seconds UTC) are wanted from now on."""
        self.since, self.failed, self._causes = at, None, None
        self._due["failures"] = 0.0
        self.signals.tell(Topic.RUNS)

    def leave(self) -> None:
        """What was shown counts as seen, the next time the console opens."""
        if self._looked is not None and self._shown is not None:
            self._looked.write(self._shown)

    def _told(self, topic: Topic) -> None:
        if topic in (Topic.STATUS, Topic.STRUCTURE):
            self._causes = None
        if topic is Topic.STRUCTURE and self._is_old("health"):
            self._due["health"] = 0.0
        if topic is Topic.RUNS:
            if self.deployment.last_failure > self._failures_until:
                self._due["failures"] = 0.0
            if any(run.backfill for run in self.deployment.active):
                self._due["backfills"] = min(self._due["backfills"], time.monotonic())

    def _is_old(self, part: str) -> bool:
        """Not just asked, as at the start everything is at once."""
        return time.time() - self.asked.get(part, time.time()) > BACKFILL_SECONDS

    # asking

    async def look(self) -> None:
        """Ask for what is due, one after another so that the grid isn't kept waiting.

        Logs cost the server most, so the first look leaves them to the next. Raises Unreachable.
        """
        asks = {
            "failures": self._ask_failures,
            "health": self._ask_health,
            "backfills": self._ask_backfills,
            **({"errors": self._ask_errors} if self.asked else {}),
        }
        for name, ask in asks.items():
            if time.monotonic() >= self._due[name]:
                await self._part(name, ask)

    async def _part(self, name: str, ask: Callable[[], Awaitable[float]]) -> None:
        try:
            wait = await ask()
        except Unreachable:
            raise
        except ApiError as error:
            self.problems[name] = str(error)
            wait = HEALTH_SECONDS
        else:
            self.problems.pop(name, None)
            self.asked[name] = time.time()
        self._due[name] = time.monotonic() + wait
        self._causes = None
        self.signals.tell(Topic.RUNS)

    async def _ask_failures(self) -> float:
        since = self.since
        found, count = await overview_queries.failures(self.deployment.client, since, MOST_FAILURES)
        if since == self.since:
            self.failed, self.failed_in_all = found, count
            ended = (run.ended or 0.0 for run in found)
            self._failures_until = max([self.deployment.last_failure, since, *ended])
            self._due["errors"] = 0.0
            self._note_look(found)
        return float("inf")

    def _note_look(self, found: Iterable[Run]) -> None:
        """Dagster's own clock says what has been seen: the one here may be another."""
        moments = [run.updated or run.ended or 0.0 for run in (*self.deployment.newest, *found)]
        if self.seen and moments:
            self._shown = Look(time.time(), max(moments))

    async def _ask_errors(self) -> float:
        """A batch at a time, so that the first causes are there soon."""
        unread = [run.id for run in self.failed or () if run.id not in self.errors]
        batch = unread[:ERRORS_AT_ONCE]
        if not batch:
            return float("inf")
        self.errors |= await overview_queries.run_errors(self.deployment.client, batch)
        return 0.0 if len(unread) > len(batch) else float("inf")

    async def _ask_backfills(self) -> float:
        self.backfills = await overview_queries.active_backfills(
            self.deployment.client, MOST_BACKFILLS
        )
        return BACKFILL_SECONDS if self.backfills else HEALTH_SECONDS

    async def _ask_health(self) -> float:
        self.health = await overview_queries.health(self.deployment.client)
        return HEALTH_SECONDS

    async def load_error(self, location: str) -> ErrorInfo | None:
        """Why a code location failed to load, in full. Raises ApiError."""
        return await overview_queries.load_error(self.deployment.client, location)

    async def load(self) -> None:
        """Everything once, as far as it can be had. Raises Unreachable."""
        await asyncio.gather(
            self._part("health", self._ask_health), self._part("backfills", self._ask_backfills)
        )
        await self._part("failures", self._ask_failures)
        while self._due["errors"] <= time.monotonic():
            await self._part("errors", self._ask_errors)

    # what it comes to

    @property
    def causes(self) -> list[Cause]:
        """Why what failed has failed; empty while that isn't known."""
        if self._causes is None:
            deployment = self.deployment
            self._causes = causes(self.failed or (), self.errors, deployment.keys, deployment.rows)
        return self._causes

    @property
    def locations(self) -> list[Location]:
        """Every code location that is known."""
        deployment, structure = self.deployment, self.deployment.structure
        errors = structure.load_errors if structure else {}
        loading = self.health.loading if self.health else ()
        return code_locations(deployment.locations, errors, loading)

    @property
    def faults(self) -> list[Fault]:
        """What is not well in the deployment itself, or not yet."""
        return faults(self.locations, self.health)

    def past(self) -> Iterable[Run]:
        """Runs that tell how long others take."""
        return self.deployment.newest
