"""All runs that failed since a moment, read a page a look, and after that only what is new."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.api import overview_queries

if TYPE_CHECKING:
    from console.domain.runs.run import Run
    from console.store.deployment import Deployment

PAGE = 250
MOST_RUNS = 10_000
"""The newest so many are read; how many there are in all is told beside them."""
EVERYTHING_SECONDS = 600.0
"""Runs that were deleted meanwhile are gone from the list after this long."""
CLOCKS_APART = 60.0
"""Runs write the time of their changes themselves, on hosts whose clocks may differ so much."""


class FailedRuns:
    """`runs` newest first; `count` is how many there are on the server."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.runs: tuple[Run, ...] = ()
        self.count = 0
        self._found: dict[str, Run] = {}
        self._passed = 0
        """Runs that failed before and only changed since."""
        self._since = -1.0
        self._from = -1.0
        self._cursor: str | None = None
        self._reading = False
        self._everything_at = 0.0

    @property
    def more(self) -> bool:
        """Whether pages are left."""
        return self._reading

    async def read_page(self, since: float) -> None:
        """The next page of the failures after `since` (epoch seconds UTC). Raises ApiError."""
        if since != self._since or (not self._reading and time.monotonic() > self._everything_at):
            self._restart(since)
        elif not self._reading:
            self._from, self._cursor, self._reading = self._newest_change(), None, True
        asked = (self._since, self._from)
        found, count = await overview_queries.failures(
            self._deployment.client, self._from, PAGE, self._cursor
        )
        named = await self._deployment.run_assets.named(found)
        if asked == (self._since, self._from):
            self._take(named, count)

    def _restart(self, since: float) -> None:
        self._since = self._from = since
        self._found, self._passed = {}, 0
        self._cursor, self._reading = None, True
        self._everything_at = time.monotonic() + EVERYTHING_SECONDS

    def _newest_change(self) -> float:
        changes = (run.updated or run.ended or 0.0 for run in self.runs)
        return max(self._since, max(changes, default=0.0) - CLOCKS_APART)

    def _take(self, page: tuple[Run, ...], count: int) -> None:
        whole = self._from == self._since
        failed = [run for run in page if _failed_at(run) >= self._since]
        new = [run for run in failed if run.id not in self._found]
        self._found |= {run.id: run for run in failed}
        self._passed += len(page) - len(failed)
        self._cursor = page[-1].id if page else None
        self._reading = len(page) == PAGE and len(self._found) < MOST_RUNS
        self.count = max(count - self._passed if whole else self.count + len(new), len(self._found))
        self.runs = tuple(sorted(self._found.values(), key=_failed_at, reverse=True))


def _failed_at(run: Run) -> float:
    return run.ended or run.updated or run.created
