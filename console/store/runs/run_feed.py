"""The runs, newest first, as far back as was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import run_queries
from console.domain.runs.question import RunQuestion
from console.domain.runs.run import RunStatus

if TYPE_CHECKING:
    from console.domain.runs.run import Run
    from console.store.deployment import Deployment

PAGE = 50
MOST_AT_ONCE = 500
FILTERS: dict[str, tuple[RunStatus, ...]] = {
    "": (),
    "failed": (RunStatus.FAILURE,),
    "active": (
        RunStatus.QUEUED,
        RunStatus.NOT_STARTED,
        RunStatus.STARTING,
        RunStatus.STARTED,
        RunStatus.CANCELING,
    ),
    "success": (RunStatus.SUCCESS,),
}
"""Failed is failed: a cancelled run is not among them."""


class RunFeed:
    """Asks the server, never filters by itself, so that what is shown is all there is."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._client = deployment.client
        self.filter = ""
        self.question = RunQuestion()
        self.runs: list[Run] = []
        self.counts: dict[str, int] = {}
        """How many runs each filter has in all."""
        self.all_loaded = False
        self.asked = False
        """Whether the filter was answered since it was chosen."""
        self._loading = False

    def choose(self, name: str) -> None:
        """Another filter; what was loaded for the one before is forgotten."""
        self.filter, self.runs = name, []
        self.all_loaded = self.asked = False

    def put(self, question: RunQuestion) -> bool:
        """Ask for just these runs from now on; whether that is another question."""
        if question == self.question:
            return False
        self.question = question
        self.choose(self.filter)
        return True

    @property
    def _wanted(self) -> tuple[str, RunQuestion]:
        return self.filter, self.question

    def position(self, run_id: str) -> int | None:
        return next((at for at, run in enumerate(self.runs) if run.id == run_id), None)

    async def refresh(self) -> bool:
        """Ask again for what may have changed; False when the filter changed meanwhile.

        Raises ApiError.
        """
        wanted = self._wanted
        open_runs = [at for at, run in enumerate(self.runs) if not run.status.ended]
        limit = min(max(PAGE, max(open_runs, default=0) + 1), MOST_AT_ONCE)
        found = await self._ask(limit)
        tags, job = dict(wanted[1].tags), wanted[1].job
        counts = await run_queries.run_counts(self._client, FILTERS, tags, job)
        await self._deployment.name_backfills(found)
        if wanted != self._wanted:
            return False
        self.counts = counts
        older = [] if len(found) < limit else _older(self.runs, found)
        self.all_loaded = len(found) < limit or bool(older and self.all_loaded)
        self.runs = [*found, *older]
        self.asked = True
        return True

    async def more(self) -> bool:
        """The next page; whether it brought anything. Raises ApiError."""
        if self.all_loaded or self._loading or not self.runs:
            return False
        wanted, last = self._wanted, self.runs[-1].id
        self._loading = True
        try:
            found = await self._ask(PAGE, last)
        finally:
            self._loading = False
        if wanted != self._wanted or not self.runs or self.runs[-1].id != last:
            return False
        self.all_loaded = len(found) < PAGE
        self.runs += found
        return bool(found)

    async def _ask(self, limit: int, before: str | None = None) -> tuple[Run, ...]:
        question = self.question
        found = await run_queries.runs(
            self._client,
            limit,
            FILTERS[self.filter],
            before,
            dict(question.tags),
            job=question.job,
        )
        return await self._deployment.run_assets.named(found)


def _older(known: list[Run], found: tuple[Run, ...]) -> list[Run]:
    """The runs loaded beyond the last run of a page that was asked for again."""
    if not found:
        return []
    last = found[-1]
    at = next((at for at, run in enumerate(known) if run.id == last.id), None)
    return known[at + 1 :] if at is not None else []
