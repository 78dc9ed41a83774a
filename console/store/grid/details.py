"""Details of one cell or one asset, asked for when somebody looks at it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from console.api import run_queries

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
    from console.domain.grid.details import AssetDetail, CellDetail
    from console.store.deployment import Deployment


async def asset_detail(deployment: Deployment, asset: AssetKey) -> AssetDetail:
    """The checks of an asset and its last materialization. Raises ApiError."""
    return await run_queries.asset_detail(deployment.client, asset)


async def cell_detail(deployment: Deployment, asset: AssetKey, partition: str | None) -> CellDetail:
    """The last materialization and run of a cell, and why it is stale. Raises ApiError.

    `partition` is None for an asset without partitions.
    """
    if partition is None:
        cell = (await asset_detail(deployment, asset)).materialization
    else:
        cell = await run_queries.cell(deployment.client, asset, partition)
    stale = deployment.stale_reason(asset, partition) or cell.stale
    newer = deployment.staleness.hint(asset, partition)
    return replace(cell, stale=stale, newer_upstream="" if stale else newer)
