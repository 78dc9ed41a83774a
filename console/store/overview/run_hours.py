"""The runs that ended in the last day, for the picture of runs an hour."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.api import overview_queries
from console.domain.errors import ApiError, Slow, Unreachable
from console.domain.runs.hours import HOUR, RunHour, run_hours

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.domain.runs.hours import RunEnd
    from console.store.deployment import Deployment

MOST_RUNS = 1_000
AGAIN_SECONDS = 300.0
HOURS = 24


class RunHours:
    """Asked while `wanted`, every five minutes; a watch of the poller. `told` hears of an answer."""

    name = "runs an hour"

    def __init__(
        self, deployment: Deployment, wanted: Callable[[], bool], told: Callable[[], None]
    ) -> None:
        self.ends: tuple[RunEnd, ...] | None = None
        """None until they were read."""
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

    def hours(self, now: float) -> tuple[RunHour, ...]:
        """The last 24, oldest first; empty until they were read. `now` is epoch seconds UTC."""
        if self.ends is None:
            return ()
        return run_hours(self.ends, now, HOURS, whole=len(self.ends) < MOST_RUNS)

    async def look(self) -> None:
        """Ask once. What was read stays where the server can't tell. Raises Unreachable."""
        since = time.time() - HOURS * HOUR
        self._again_at = time.monotonic() + AGAIN_SECONDS
        try:
            self.ends = await overview_queries.run_ends(self._deployment.client, since, MOST_RUNS)
        except ApiError as error:
            if isinstance(error, Unreachable) and not isinstance(error, Slow):
                self._again_at = 0.0
                raise
        else:
            self._told()
