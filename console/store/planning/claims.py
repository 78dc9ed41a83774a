"""Which cells the active backfills will still make, so that nothing is launched twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import overview_queries, plan_queries, run_queries
from console.domain.partitions.coverage import covered
from console.domain.partitions.keys import BadPartitions
from console.domain.runs.run import BACKFILL_TAG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import KeyRanges, PartitionKeys
    from console.domain.runs.run import Backfill, Run
    from console.planner.request import CellId
    from console.store.deployment import Deployment

MOST_BACKFILLS = 100
RUNS_A_PAGE = 500
MOST_RUNS = 20_000
"""Of more runs the oldest aren't read; their cells count as still to be made, which blocks them."""
GOING_ON = "REQUESTED"
"""A backfill that is being cancelled launches nothing more."""


async def claimed_cells(deployment: Deployment, assets: Sequence[AssetKey]) -> dict[CellId, str]:
    """The cells of these assets that an active backfill hasn't launched yet, with its id.

    Raises ApiError.
    """
    active = await overview_queries.active_backfills(deployment.client, MOST_BACKFILLS)
    found: dict[CellId, str] = {}
    for backfill in active:
        wanted = [key for key in assets if key in backfill.assets]
        if wanted and backfill.status == GOING_ON:
            for cell in await _still_to_make(deployment, backfill, wanted):
                found.setdefault(cell, backfill.id)
    return found


async def _still_to_make(
    deployment: Deployment, backfill: Backfill, wanted: Sequence[AssetKey]
) -> list[CellId]:
    lists = {key: keys for key in wanted if (keys := deployment.keys.get(key)) is not None}
    ranges = await plan_queries.backfill_targets(deployment.client, backfill.id, list(lists))
    runs = await _runs(deployment, backfill.id)
    found: list[CellId] = []
    for key in wanted:
        keys = lists.get(key)
        targets = {0} if keys is None else _places(keys, ranges.get(key, []))
        for run in runs:
            if key in run.assets or run.asset_count > len(run.assets):
                targets.difference_update(covered(run, keys) or ())
        found += [(key, None if keys is None else keys.keys[at]) for at in sorted(targets)]
    return found


def _places(keys: PartitionKeys, ranges: KeyRanges) -> set[int]:
    """The places that the backfill targets; keys that the list lacks can't be planned either."""
    found: set[int] = set()
    for first, last in ranges:
        try:
            found.update(keys.between(first, last))
        except BadPartitions:
            continue
    return found


async def _runs(deployment: Deployment, backfill: str) -> list[Run]:
    """The runs that the backfill has launched so far, whatever became of them."""
    found: list[Run] = []
    while len(found) < MOST_RUNS:
        before = found[-1].id if found else None
        page = await run_queries.runs(
            deployment.client, RUNS_A_PAGE, (), before, {BACKFILL_TAG: backfill}
        )
        found += page
        if len(page) < RUNS_A_PAGE:
            break
    return found
