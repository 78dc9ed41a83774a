"""The cells that a backfill targets and the runs that it launched, read from the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import plan_queries, run_queries
from console.domain.partitions.keys import BadPartitions
from console.domain.runs.backfill_cells import CellsOfAsset, cells_of
from console.domain.runs.run import BACKFILL_TAG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import KeyRanges, PartitionKeys
    from console.domain.runs.run import Run
    from console.store.deployment import Deployment

RUNS_A_PAGE = 500
MOST_RUNS = 20_000
"""Of more runs the oldest aren't read; their cells count as never started."""


async def backfill_cells(
    deployment: Deployment, backfill: str, assets: Sequence[AssetKey]
) -> dict[AssetKey, CellsOfAsset]:
    """What became of the backfill's cells of these assets; of each the keys must be known.

    Raises ApiError.
    """
    targets = await targets_of(deployment, backfill, assets)
    lists = {key: deployment.keys.get(key) for key in assets}
    return cells_of(targets, lists, await backfill_runs(deployment, backfill))


async def targets_of(
    deployment: Deployment, backfill: str, assets: Sequence[AssetKey]
) -> dict[AssetKey, frozenset[int]]:
    """The places that the backfill targets of these assets. Raises ApiError."""
    lists = {key: keys for key in assets if (keys := deployment.keys.get(key)) is not None}
    ranges = await plan_queries.backfill_targets(deployment.client, backfill, list(lists))
    return {
        key: places_of(lists[key], ranges.get(key, [])) if key in lists else frozenset((0,))
        for key in assets
    }


def places_of(keys: PartitionKeys, ranges: KeyRanges) -> frozenset[int]:
    """The places that the ranges name; keys that the list lacks can't be planned either."""
    found: set[int] = set()
    for first, last in ranges:
        try:
            found.update(keys.between(first, last))
        except BadPartitions:
            continue
    return frozenset(found)


async def backfill_runs(deployment: Deployment, backfill: str) -> list[Run]:
    """The runs that the backfill has launched so far, whatever became of them. Raises ApiError."""
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
