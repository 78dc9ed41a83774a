"""All backfills, the console's and others', and what became of one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.api import run_queries
from console.domain.errors import NotFound
from console.domain.runs.backfill_cells import CellsOfAsset, cells_of
from console.store.planning import backfill_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.runs.run import Backfill, Run, RunStatus
    from console.store.deployment import Deployment

PAGE = 50
MOST_AT_ONCE = 500
AT_ONCE = 100
MOST_LOOKED_THROUGH = 2_000


class BackfillFeed:
    """The backfills, newest first, as far back as was asked for."""

    def __init__(self, deployment: Deployment) -> None:
        self._client = deployment.client
        self.backfills: list[Backfill] = []
        self.all_loaded = False
        self.asked = False
        """Whether the server has answered once."""
        self._loading = False

    async def refresh(self) -> None:
        """Ask again for the newest, down to the oldest that hasn't ended. Raises ApiError."""
        going_on = [at for at, one in enumerate(self.backfills) if not one.finished]
        limit = min(max(PAGE, max(going_on, default=0) + 1), MOST_AT_ONCE)
        found = await run_queries.backfills(self._client, limit)
        older = [] if len(found) < limit else _older(self.backfills, found)
        self.all_loaded = len(found) < limit or bool(older and self.all_loaded)
        self.backfills = [*found, *older]
        self.asked = True

    async def more(self) -> bool:
        """The next page; whether it brought anything. Raises ApiError."""
        if self.all_loaded or self._loading or not self.backfills:
            return False
        last = self.backfills[-1].id
        self._loading = True
        try:
            found = await run_queries.backfills(self._client, PAGE, last)
        finally:
            self._loading = False
        if self.backfills[-1].id != last:
            return False
        self.all_loaded = len(found) < PAGE
        self.backfills += found
        return bool(found)


def _older(known: list[Backfill], found: Sequence[Backfill]) -> list[Backfill]:
    """Those loaded beyond the last one of a page that was asked for again."""
    ids = [one.id for one in known]
    return known[ids.index(found[-1].id) + 1 :] if found and found[-1].id in ids else []


@dataclass(frozen=True)
class BackfillOutcome:
    """One backfill with its runs, and its cells by asset."""

    backfill: Backfill
    runs: Sequence[Run]
    cells: dict[AssetKey, CellsOfAsset]
    unread: tuple[AssetKey, ...]
    """Its assets that the deployment doesn't have any more."""

    @property
    def run_counts(self) -> Counter[RunStatus]:
        return Counter(run.status for run in self.runs)

    @property
    def left(self) -> int:
        """The number of cells that are neither made nor being made by it."""
        return sum(len(cells.left) for cells in self.cells.values())


async def newest(deployment: Deployment, limit: int) -> Sequence[Backfill]:
    """At most so many backfills, newest first. Raises ApiError."""
    return await run_queries.backfills(deployment.client, limit)


async def outcome(deployment: Deployment, backfill_id: str) -> BackfillOutcome:
    """What became of a backfill. Raises NotFound, ApiError."""
    found = await run_queries.backfill(deployment.client, backfill_id)
    here = [key for key in deployment.graph.order if key in found.assets]
    await deployment.load_statuses(here)
    runs = await backfill_cells.backfill_runs(deployment, found.id)
    targets = await backfill_cells.targets_of(deployment, found.id, here)
    cells = cells_of(targets, {key: deployment.keys.get(key) for key in here}, runs)
    gone = tuple(key for key in found.assets if key not in deployment.graph)
    return BackfillOutcome(found, runs, cells, gone)


async def named(deployment: Deployment, beginning: str) -> str:
    """The id that begins so, of the newest backfills. Raises NotFound, ApiError."""
    looked = 0
    before: str | None = None
    newest = ""
    while looked < MOST_LOOKED_THROUGH:
        page = await run_queries.backfills(deployment.client, AT_ONCE, before)
        found = [one.id for one in page if one.id.startswith(beginning)]
        if found:
            return _only(beginning, found)
        newest = newest or (page[0].id if page else "")
        looked += len(page)
        if len(page) < AT_ONCE:
            break
        before = page[-1].id
    hint = f"; the newest is {newest}" if newest else "; there are none"
    raise NotFound(f"no backfill `{beginning}` at {deployment.client.place}{hint}")


def _only(beginning: str, found: Sequence[str]) -> str:
    if beginning in found or len(found) == 1:
        return beginning if beginning in found else found[0]
    raise NotFound(f"`{beginning}` is the beginning of {len(found)} backfills: {', '.join(found)}")
