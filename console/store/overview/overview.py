"""The overview's own parts: failures, backfills, health.

It is asked only while it is looked at. A part that can't be had leaves the others alone.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from console.api import overview_queries
from console.domain.errors import ApiError, Slow, Unreachable
from console.domain.health import Condition, code_locations, faults
from console.domain.reading import FINAL, Reading
from console.domain.runs.failure_groups import FailureGroup, causes
from console.domain.runs.recovery import RecoveryFacts
from console.store.overview.failed_runs import FailedRuns
from console.store.overview.job_successes import JobSuccesses
from console.store.overview.last_backfills import LastBackfills
from console.store.overview.last_seen import LastSeen
from console.store.overview.run_hours import RunHours
from console.store.signals import Signals, Topic

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from console.domain.health import Fault, Health, Location
    from console.domain.runs.events import ErrorInfo
    from console.domain.runs.run import Backfill, Run
    from console.store.deployment import Deployment
    from console.store.overview.last_seen import LastSeenRecord

FIRST_LOOK_SECONDS = 86_400.0
"""Whoever looks for the first time is shown what failed in so long."""
HEALTH_SECONDS = 60.0
BACKFILL_SECONDS = 2.0
"""While a backfill is under way."""
MOST_BACKFILLS = 25
FIRST_ERRORS = 10
MOST_ERRORS_AT_ONCE = 80
ERRORS_SECONDS = 1.0
"""The server should answer a batch of errors within this; what logs cost it is very uneven."""
MOST_ERRORS = 5_000
"""Of the newest so many failed runs the log is read."""
TOLD_SECONDS = 0.5
"""While many errors are read, what came is told this often."""
DAEMONS = "daemons"
"""Among what was not read: their health."""
PARTS = ("failures", "errors", "jobs", "backfills", "health")


class Overview:
    """Filled by `look`, which the poller calls while `seen`; listeners hear of every change."""

    name = "failures and health"

    def __init__(self, deployment: Deployment, looked: LastSeenRecord | None = None) -> None:
        self.deployment = deployment
        self.signals = Signals()
        self.seen = False
        """Whether it is on screen."""
        self.first = looked.read() if looked else None
        """When somebody looked last; None when nobody did."""
        self.since = self.since_last_look
        """Failures after this moment are shown, epoch seconds UTC."""
        self.acknowledged = frozenset(looked.acknowledged() if looked else ())
        """Failed runs that somebody has said to know of."""
        self.failed: tuple[Run, ...] | None = None
        self.failed_in_all = 0
        self.errors: dict[str, str | None] = {}
        self.backfills: tuple[Backfill, ...] | None = None
        self.health: Health | None = None
        self.problems: dict[str, str] = {}
        """Why a part of `PARTS` could not be had the last time it was asked for."""
        self.asked: dict[str, float] = {}
        """When each part was last answered, epoch seconds UTC."""
        beside = (deployment, lambda: self.seen, lambda: self.signals.tell(Topic.RUNS))
        self.run_hours = RunHours(*beside)
        self.last_backfills = LastBackfills(*beside)
        self._looked = looked
        self._shown: LastSeen | None = None
        self._causes: list[FailureGroup] | None = None
        """Kept till what they are made from changes: many failed cells take a while."""
        self._failed_runs = FailedRuns(deployment)
        self._job_successes = JobSuccesses(deployment)
        self._errors_at_once = FIRST_ERRORS
        self._told_at = 0.0
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

    @property
    def since_last_look(self) -> float:
        """A day back at least: failing stays failing, whoever has seen it."""
        day = time.time() - FIRST_LOOK_SECONDS
        return min(self.first.until, day) if self.first else day

    def is_new(self, cause: FailureGroup) -> bool:
        """Whether it has failed since somebody looked last."""
        return self.first is not None and cause.last > self.first.until

    def is_acknowledged(self, cause: FailureGroup) -> bool:
        """Whether somebody knows of every one of its runs."""
        return all(run.id in self.acknowledged for run in cause.runs)

    def acknowledge(self, cause: FailureGroup) -> None:
        """Somebody knows of it, here and the next time the console opens."""
        runs = [run.id for run in cause.runs]
        self.acknowledged |= frozenset(runs)
        if self._looked is not None:
            self._looked.acknowledge(runs)
        self.signals.tell(Topic.RUNS)

    def leave(self) -> None:
        """Failures shown so far count as seen the next time the console opens."""
        if self._looked is not None and self._shown is not None:
            self._looked.write(self._shown)

    def _told(self, topic: Topic) -> None:
        if topic in (Topic.STATUS, Topic.STRUCTURE):
            self._causes = None
        if topic is Topic.STRUCTURE and self._is_old("health"):
            self._due["health"] = 0.0
        if topic is Topic.RUNS:
            self._causes = None
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
            "jobs": self._ask_jobs,
            **({"errors": self._ask_errors} if self.asked else {}),
        }
        for name, ask in asks.items():
            if time.monotonic() >= self._due[name]:
                await self._part(name, ask)

    async def _part(self, name: str, ask: Callable[[], Awaitable[float]]) -> None:
        try:
            wait = await ask()
        except ApiError as error:
            if isinstance(error, Unreachable) and not isinstance(error, Slow):
                raise
            self.problems[name] = str(error)
            wait = HEALTH_SECONDS
        else:
            self.problems.pop(name, None)
            self.asked[name] = time.time()
        now = time.monotonic()
        self._due[name] = now + wait
        if wait > 0 or now - self._told_at > TOLD_SECONDS:
            self._told_at = now
            self._causes = None
            self.signals.tell(Topic.RUNS)

    async def _ask_failures(self) -> float:
        """A page a look, so that the newest are there soon."""
        since = self.since
        await self._failed_runs.read_page(since)
        if since == self.since:
            found = self._failed_runs.runs
            self.failed, self.failed_in_all = found, self._failed_runs.count
            ended = (run.ended or 0.0 for run in found)
            self._failures_until = max([self.deployment.last_failure, since, *ended])
            self._due["errors"] = self._due["jobs"] = 0.0
            self._note_look(found)
        return 0.0 if self._failed_runs.more else float("inf")

    def _note_look(self, found: Iterable[Run]) -> None:
        """Dagster's own clock says what has been seen: the one here may be another."""
        moments = [run.updated or run.ended or 0.0 for run in (*self.deployment.newest, *found)]
        if self.seen and moments:
            self._shown = LastSeen(time.time(), max(moments))

    async def _ask_errors(self) -> float:
        """A batch at a time, the newest first, so that the first causes are there soon."""
        unread = [run.id for run in (self.failed or ())[:MOST_ERRORS] if run.id not in self.errors]
        batch = unread[: self._errors_at_once]
        if not batch:
            return float("inf")
        began = time.monotonic()
        self.errors |= await overview_queries.run_errors(self.deployment.client, batch)
        quick = time.monotonic() - began < ERRORS_SECONDS / 2
        slow = time.monotonic() - began > ERRORS_SECONDS
        size = self._errors_at_once * 2 if quick else self._errors_at_once // (1 + slow)
        self._errors_at_once = max(min(size, MOST_ERRORS_AT_ONCE), 1)
        return 0.0 if len(unread) > len(batch) else float("inf")

    async def _ask_jobs(self) -> float:
        """Whether jobs without assets have succeeded since they failed."""
        asked = await self._job_successes.read(self.failed or ())
        return HEALTH_SECONDS if asked else float("inf")

    async def _ask_backfills(self) -> float:
        before = {one.id for one in self.backfills or ()}
        self.backfills = await overview_queries.active_backfills(
            self.deployment.client, MOST_BACKFILLS
        )
        if before - {one.id for one in self.backfills}:
            self.last_backfills.one_ended()
        return BACKFILL_SECONDS if self.backfills else HEALTH_SECONDS

    async def _ask_health(self) -> float:
        self.health = await overview_queries.health(self.deployment.client)
        return HEALTH_SECONDS

    async def load_error(self, location: str) -> ErrorInfo | None:
        """Why a code location failed to load, in full. Raises ApiError."""
        return await overview_queries.load_error(self.deployment.client, location)

    async def load(self) -> None:
        """Everything once, as far as it can be had; `problems` has why the rest can't."""
        await asyncio.gather(
            self._once("health", self._ask_health), self._once("backfills", self._ask_backfills)
        )
        while self._due["failures"] <= time.monotonic():
            await self._once("failures", self._ask_failures)
        await self._once("jobs", self._ask_jobs)
        while self._due["errors"] <= time.monotonic():
            await self._once("errors", self._ask_errors)
        self._causes = None

    async def _once(self, name: str, ask: Callable[[], Awaitable[float]]) -> None:
        try:
            await self._part(name, ask)
        except Unreachable as error:
            self.problems[name], self._due[name] = str(error), float("inf")

    # what it comes to

    @property
    def causes(self) -> list[FailureGroup]:
        """Why what failed has failed; empty while that isn't known."""
        if self._causes is None:
            self._causes = causes(self.failed or (), self.errors, self._recovery_facts())
        return self._causes

    @property
    def reasons(self) -> Reading:
        """How far it has been read which runs failed, and why."""
        if self.failed is None:
            return self._part_unread("failures", "failures")
        unread = [run for run in self.failed if run.id not in self.errors]
        return self._part_unread("errors", "why runs failed") if unread else FINAL

    @property
    def all_clear(self) -> Reading:
        """How far everything has been read that "nothing needs you" claims."""
        reading = self.deployment.reading
        found = reading.deadlines | reading.all_states
        if self.failed is None:
            found |= self._part_unread("failures", "failures")
        health = self.health
        if health is None:
            found |= self._part_unread("health", DAEMONS)
        else:
            found |= Reading((), _not_told(health))
        if any(one.condition is Condition.NOT_YET for one in self.locations):
            found |= Reading(("code locations, which are being loaded",))
        return found

    def _part_unread(self, part: str, words: str) -> Reading:
        return Reading((), (words,)) if part in self.problems else Reading((words,))

    @property
    def errors_read(self) -> int:
        """The number of failed runs whose log was read."""
        return sum(run.id in self.errors for run in self.failed or ())

    @property
    def reading_words(self) -> str:
        """The unread part of the failures in words; empty when all are read."""
        told = []
        shown = len(self.failed or ())
        if shown < self.failed_in_all:
            told.append(f"newest {shown:,} of {self.failed_in_all:,}")
        if self.errors_read < shown:
            told.append(f"why: {self.errors_read:,} of {shown:,} read")
        return ", ".join(told)

    def _recovery_facts(self) -> RecoveryFacts:
        deployment = self.deployment
        statuses = deployment.statuses.items()
        return RecoveryFacts(
            deployment.keys,
            deployment.rows,
            {key: status.latest.materialized for key, status in statuses},
            self._job_successes.succeeded,
            self._job_successes.jobs,
            frozenset(run.target for run in deployment.active),
        )

    @property
    def locations(self) -> list[Location]:
        """Every code location that is known."""
        deployment, structure = self.deployment, self.deployment.structure
        errors = structure.load_errors if structure else {}
        loading = self.health.loading if self.health else ()
        return code_locations(deployment.locations, errors, loading)

    @property
    def faults(self) -> list[Fault]:
        """The faults of the deployment itself, those of its start included."""
        return faults(self.locations, self.health)

    def past(self) -> Iterable[Run]:
        """Runs that tell how long others take."""
        return self.deployment.newest


def _not_told(health: Health) -> tuple[str, ...]:
    """The parts that the server left out of its answer."""
    parts = {DAEMONS: health.daemons, "schedules and sensors": health.ticking}
    return tuple(name for name, told in parts.items() if told is None)
