"""When cells were made, by which run, with how many rows: asked for what is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import cell_queries
from console.domain.errors import BadAnswer, ServerError
from console.store.signals import Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.grid.asset_status import Latest
    from console.domain.grid.metrics import CellMaterialization
    from console.store.deployment import Deployment

CELLS_AT_ONCE = 500
RUNS_AT_ONCE = 200


class CellMetrics:
    """A watch of the poller. What was read is kept till the asset is made anew."""

    name = "numbers of the cells"

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.made: dict[AssetKey, dict[str, CellMaterialization | None]] = {}
        """None for a partition of which nothing is told."""
        self.seconds: dict[str, float | None] = {}
        """How long runs took; None for one without an end."""
        self._latest: dict[AssetKey, Latest] = {}
        self._wanted: list[tuple[AssetKey, tuple[str, ...]]] = []
        self._with_times = False

    def want(
        self, cells: Sequence[tuple[AssetKey, tuple[str, ...]]], *, with_times: bool = False
    ) -> bool:
        """These partitions are in sight, the most wanted first; whether all are known already."""
        self._wanted, self._with_times = list(cells), with_times
        for key, _ in cells:
            status = self._deployment.statuses.get(key)
            if status is not None and self._latest.get(key) != status.latest:
                self._latest[key] = status.latest
                self.made.pop(key, None)
        return self.interval is None

    @property
    def interval(self) -> float | None:
        return 0.0 if self._next_cells() or self._next_runs() else None

    def _next_cells(self) -> tuple[list[AssetKey], tuple[str, ...]] | None:
        """The first partitions that aren't known, of all the assets that want the same."""
        for key, partitions in self._wanted:
            unknown = self._unknown(key, partitions)
            if unknown:
                most = max(CELLS_AT_ONCE // len(unknown), 1)
                alike = [k for k, p in self._wanted if self._unknown(k, p) == unknown]
                return alike[:most], unknown[:CELLS_AT_ONCE]
        return None

    def _unknown(self, key: AssetKey, partitions: tuple[str, ...]) -> tuple[str, ...]:
        known = self.made.get(key, {})
        return tuple(partition for partition in partitions if partition not in known)

    def _next_runs(self) -> list[str]:
        if not self._with_times:
            return []
        runs = {
            made.run: None
            for key, partitions in self._wanted
            for partition in partitions
            if (made := self.made.get(key, {}).get(partition)) is not None and made.run
        }
        return [run for run in runs if run not in self.seconds][:RUNS_AT_ONCE]

    async def look(self) -> None:
        """Ask once. Raises ApiError."""
        cells = self._next_cells()
        if cells is not None:
            await self._read_cells(*cells)
        elif runs := self._next_runs():
            found = await cell_queries.run_seconds(self._deployment.client, runs)
            self.seconds |= {run: found.get(run) for run in runs}
        else:
            return
        self._deployment.signals.tell(Topic.STATUS)

    async def _read_cells(self, keys: list[AssetKey], partitions: tuple[str, ...]) -> None:
        """A cell that the server can't tell counts as not told and is not asked for again."""
        try:
            found = await cell_queries.made(self._deployment.client, keys, partitions)
        except (ServerError, BadAnswer):
            found = {}
        for key in keys:
            told = found.get(key, {})
            known = self.made.setdefault(key, {})
            known.update({partition: told.get(partition) for partition in partitions})
