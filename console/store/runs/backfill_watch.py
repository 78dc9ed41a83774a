"""One backfill that is looked at until it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import run_queries
from console.store.signals import Signals, Topic

if TYPE_CHECKING:
    from console.api.client import Client
    from console.domain.runs.run import Backfill

WATCH_SECONDS = 2.0


class BackfillWatch:
    """Reads a backfill's counts until it has ended."""

    name = "the backfill"

    def __init__(self, client: Client, backfill_id: str) -> None:
        self.id = backfill_id
        self.signals = Signals()
        self.backfill: Backfill | None = None
        self._client = client

    @property
    def interval(self) -> float | None:
        """Seconds till the next look; None when it has ended."""
        ended = self.backfill is not None and self.backfill.finished
        return None if ended else WATCH_SECONDS

    async def look(self) -> None:
        """Read it once. Raises ApiError."""
        found = await run_queries.backfill(self._client, self.id)
        if found != self.backfill:
            self.backfill = found
            self.signals.tell(Topic.RUN)
