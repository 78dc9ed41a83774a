"""The request that makes what a backfill left: worked out from the server, by anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import run_queries
from console.domain.assets.keys import key_text
from console.domain.errors import NotFound
from console.planner.request import WHOLE, Request
from console.store.planning.backfill_cells import backfill_cells
from console.store.planning.selection import NothingToPartition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.runs.run import Backfill
    from console.planner.request import CellId
    from console.store.deployment import Deployment

LOOKED_THROUGH = 200
"""The newest backfills among which one is looked for."""


async def left_of(deployment: Deployment, backfill: str, among: Sequence[AssetKey] = ()) -> Request:
    """The cells that the backfill targets, less those it made and those it is making.

    Of all its assets, or of those of them in `among`. Raises NotFound, NothingToPartition
    where nothing is left, ApiError.
    """
    found = await run_queries.backfill(deployment.client, backfill)
    here = [key for key in deployment.graph.order if key in found.assets]
    wanted = [key for key in here if key in among] if among else here
    if not wanted:
        raise NothingToPartition(f"backfill {backfill} has none of these assets")
    await deployment.load_statuses(wanted)
    cells = await backfill_cells(deployment, backfill, wanted)
    only = {cell for key in wanted for cell in _named(deployment, key, cells[key].left)}
    if not only:
        raise NothingToPartition(f"nothing is left of backfill {backfill}: {_end(found)}")
    left = {key for key, _ in only}
    return Request(tuple(key for key in wanted if key in left), (), only=frozenset(only))


async def newest_left(deployment: Deployment, among: Sequence[AssetKey] = ()) -> str:
    """The newest backfill that didn't succeed, of these assets where some are named.

    Raises NotFound, ApiError.
    """
    for one in await run_queries.backfills(deployment.client, LOOKED_THROUGH):
        if not one.succeeded and (not among or set(among) & set(one.assets)):
            return one.id
    named = f" of {key_text(among[0])}" if among else ""
    raise NotFound(
        f"none of the newest {LOOKED_THROUGH} backfills{named} was left undone; "
        "`dagdeck backfills` lists them"
    )


def _named(deployment: Deployment, key: AssetKey, places: frozenset[int]) -> list[CellId]:
    keys = deployment.keys.get(key)
    return [(key, WHOLE if keys is None else keys.keys[at]) for at in sorted(places)]


def _end(found: Backfill) -> str:
    return "all its cells are made" if found.finished else "what isn't made yet is being made"
