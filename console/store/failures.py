"""Which run failed a cell, and with what error.

The server names the last run of a partition only for runs of one partition; a run over a
range has to be found among the failed runs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from console.api import run_queries
from console.domain.runs import RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.api.run_queries import Cell
    from console.domain.keys import AssetKey
    from console.domain.runs import Run
    from console.store.deployment import Deployment

RUNS_SEARCHED = 200


class Failures:
    """Explains failed cells; what was read of a run is kept."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._errors: dict[str, str | None] = {}

    async def explain(self, asset: AssetKey, partition: str | None, cell: Cell) -> Cell:
        """The cell with the run that failed it and that run's error. Raises ApiError."""
        run = await self._run(asset, partition, cell)
        if run is None:
            return cell
        if run.id not in self._errors:
            self._errors[run.id] = await run_queries.first_error(self._deployment.client, run.id)
        return replace(cell, last_run=run, error=self._errors[run.id])

    async def _run(self, asset: AssetKey, partition: str | None, cell: Cell) -> Run | None:
        named = cell.last_run
        found = self._newest(asset, partition, self._deployment.newest)
        if found is None and named is not None and named.status is RunStatus.FAILURE:
            return named
        if found is None:
            client = self._deployment.client
            runs = await run_queries.runs(client, RUNS_SEARCHED, [RunStatus.FAILURE])
            found = self._newest(asset, partition, runs)
        return found

    def _newest(self, asset: AssetKey, partition: str | None, runs: Iterable[Run]) -> Run | None:
        failed = (run for run in runs if run.status is RunStatus.FAILURE and asset in run.assets)
        return next((run for run in failed if self._covers(run, asset, partition)), None)

    def _covers(self, run: Run, asset: AssetKey, partition: str | None) -> bool:
        keys, span = self._deployment.keys.get(asset), run.partition_range
        if partition is None or keys is None:
            return True
        if span is None:
            return False
        first, at, last = (keys.positions.get(key, -1) for key in (span[0], partition, span[1]))
        return -1 < first <= at <= last
