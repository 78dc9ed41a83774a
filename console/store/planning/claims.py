"""Which cells the active backfills will still make, so that nothing is launched twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import overview_queries
from console.store.planning.backfill_cells import backfill_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.runs.run import Backfill
    from console.planner.request import CellId
    from console.store.deployment import Deployment

MOST_BACKFILLS = 100
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
    cells = await backfill_cells(deployment, backfill.id, wanted)
    found: list[CellId] = []
    for key in wanted:
        keys = deployment.keys.get(key)
        waiting = sorted(cells[key].never_started)
        found += [(key, None if keys is None else keys.keys[at]) for at in waiting]
    return found
