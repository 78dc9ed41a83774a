"""Which run failed a cell, and with what error.

The server names the last run of a partition only for runs of one partition; a run over a
range has to be found among the failed runs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from console.api import run_queries
from console.domain.partitions.coverage import covers
from console.domain.runs.run import RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.assets.keys import AssetKey
    from console.domain.grid.details import CellDetail
    from console.domain.runs.run import Run
    from console.store.deployment import Deployment

PAGE = 250
RUNS_SEARCHED = 10_000


class Failures:
    """Explains failed cells; what was read of a run is kept."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._errors: dict[str, str | None] = {}

    async def explain(self, asset: AssetKey, partition: str | None, cell: CellDetail) -> CellDetail:
        """The cell with the run that failed it and that run's error. Raises ApiError."""
        run = await self._run(asset, partition, cell)
        if run is None:
            return cell
        if run.id not in self._errors:
            self._errors[run.id] = await run_queries.first_error(self._deployment.client, run.id)
        return replace(cell, last_run=run, error=self._errors[run.id])

    async def _run(self, asset: AssetKey, partition: str | None, cell: CellDetail) -> Run | None:
        named = cell.last_run
        found = self._newest(asset, partition, self._deployment.newest)
        if found is None and named is not None and named.status is RunStatus.FAILURE:
            return named
        return found or await self._older(asset, partition)

    async def _older(self, asset: AssetKey, partition: str | None) -> Run | None:
        """A page after another, till a failed run covers the cell."""
        last: str | None = None
        for _ in range(RUNS_SEARCHED // PAGE):
            client = self._deployment.client
            page = await run_queries.runs(client, PAGE, [RunStatus.FAILURE], before=last)
            named = await self._deployment.run_assets.named(page)
            found = self._newest(asset, partition, named)
            if found is not None or len(page) < PAGE:
                return found
            last = page[-1].id
        return None

    def _newest(self, asset: AssetKey, partition: str | None, runs: Iterable[Run]) -> Run | None:
        failed = (run for run in runs if run.status is RunStatus.FAILURE and asset in run.assets)
        return next((run for run in failed if self._covers(run, asset, partition)), None)

    def _covers(self, run: Run, asset: AssetKey, partition: str | None) -> bool:
        keys = self._deployment.keys.get(asset)
        if partition is None or keys is None:
            return True
        return covers(run, keys, keys.positions.get(partition, -1))
