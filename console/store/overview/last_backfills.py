"""The last backfills that ended, for the overview."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.api import run_queries
from console.domain.errors import ApiError, Slow, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.domain.runs.run import Backfill
    from console.store.deployment import Deployment

MOST_SHOWN = 3
MOST_READ = 10
"""Of the newest so many those are taken that have ended."""
AGAIN_SECONDS = 300.0


class LastBackfills:
    """Asked while `wanted`, every five minutes and when `one_ended`; a watch of the poller."""

    name = "last backfills"

    def __init__(
        self, deployment: Deployment, wanted: Callable[[], bool], told: Callable[[], None]
    ) -> None:
        self.found: tuple[Backfill, ...] = ()
        """The one that ended last first."""
        self._deployment = deployment
        self._wanted = wanted
        self._told = told
        self._again_at = 0.0

    @property
    def interval(self) -> float | None:
        """Seconds till the next look; None when nobody looks."""
        if not self._wanted():
            return None
        return max(self._again_at - time.monotonic(), 0.0)

    def one_ended(self) -> None:
        """Ask again soon."""
        self._again_at = 0.0

    async def look(self) -> None:
        """Ask once. What was read stays where the server can't tell. Raises Unreachable."""
        self._again_at = time.monotonic() + AGAIN_SECONDS
        try:
            newest = await run_queries.backfills(self._deployment.client, MOST_READ)
        except ApiError as error:
            if isinstance(error, Unreachable) and not isinstance(error, Slow):
                self._again_at = 0.0
                raise
            return
        ended = [one for one in newest if one.finished]
        ended.sort(key=lambda one: one.ended or one.created, reverse=True)
        self.found = tuple(ended[:MOST_SHOWN])
        self._told()
