"""The runs of a backfill, each told once when it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import run_queries
from console.domain.runs.run import BACKFILL_TAG, RunStatus

if TYPE_CHECKING:
    from console.domain.runs.run import Run
    from console.store.deployment import Deployment

ENDED = (RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.CANCELED)
MOST_AT_ONCE = 500
"""Of more runs that end between two looks the oldest are told at the next."""
OVERLAP_SECONDS = 5.0
"""Asked for again, since what changed last may not have been visible yet."""


class EndedRuns:
    """Remembers which runs it has told."""

    def __init__(self, deployment: Deployment, backfill: str) -> None:
        self._deployment, self._backfill = deployment, backfill
        self._told: set[str] = set()
        self._since: float | None = None

    async def look(self) -> list[Run]:
        """The runs that have ended since the last look, in the order in which they ended.

        Raises ApiError.
        """
        tags = {BACKFILL_TAG: self._backfill}
        found = await run_queries.runs(
            self._deployment.client, MOST_AT_ONCE, ENDED, tags=tags, since=self._since
        )
        new = sorted((run for run in found if run.id not in self._told), key=_end)
        self._told.update(run.id for run in new)
        if found and len(found) < MOST_AT_ONCE:
            self._since = max(run.updated or 0.0 for run in found) - OVERLAP_SECONDS
        return new


def _end(run: Run) -> float:
    return run.ended or run.updated or run.created
