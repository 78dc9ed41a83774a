"""When the jobs that make no asset last succeeded, which is what mends their failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import run_queries
from console.domain.runs.run import RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.runs.run import Run, RunTarget
    from console.store.deployment import Deployment

MOST_RUNS = 500


class JobSuccesses:
    """`succeeded` has when the last success was launched, epoch seconds UTC, by what it was for."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._succeeded: dict[RunTarget, float] = {}
        self.jobs: frozenset[str] = frozenset()
        """Whose successes were all read."""

    @property
    def succeeded(self) -> dict[RunTarget, float]:
        """The last successes, with those that the pulse has told since."""
        told = dict(self._succeeded)
        for target, at in self._newest(self._deployment.newest).items():
            told[target] = max(at, told.get(target, 0.0))
        return told

    async def read(self, failed: Iterable[Run]) -> bool:
        """Ask for the successes after each job's first failure; whether there was any to ask for.

        Raises ApiError.
        """
        first: dict[str, float] = {}
        for run in failed:
            if run.planned and not run.assets:
                first[run.job] = min(first.get(run.job, run.created), run.created)
        for job, since in first.items():
            found, whole = await run_queries.job_successes(
                self._deployment.client, job, since, MOST_RUNS
            )
            for target, at in self._newest(found).items():
                self._succeeded[target] = max(at, self._succeeded.get(target, 0.0))
            self.jobs |= {job} if whole else set()
        return bool(first)

    def _newest(self, runs: Iterable[Run]) -> dict[RunTarget, float]:
        newest: dict[RunTarget, float] = {}
        for run in runs:
            if run.status is RunStatus.SUCCESS:
                newest[run.target] = max(run.created, newest.get(run.target, 0.0))
        return newest
