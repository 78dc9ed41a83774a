"""Asks about metrics of cells: rows and times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api.queries import key_input
from console.api.reading import Json, any_items, items, key_of, milliseconds, seconds, sub
from console.domain.grid.metrics import CellMaterialization

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.api.client import Client
    from console.domain.assets.keys import AssetKey

ROW_LABELS = (
    "dagster/partition_row_count",
    "rows_loaded",
    "rows",
    "row_count",
    "dagster/row_count",
)
"""The metadata labels that may hold a materialization's row count, the most reliable first."""


async def made(
    client: Client, keys: Sequence[AssetKey], partitions: Sequence[str]
) -> dict[AssetKey, dict[str, CellMaterialization]]:
    """The last materialization of each partition, for partitioned assets; others are left out."""
    variables = {"keys": [key_input(key) for key in keys], "partitions": list(partitions)}
    data = await client.ask("readings", variables)
    cells_by_asset: dict[AssetKey, dict[str, CellMaterialization]] = {}
    for node in items(data.get("assetNodes")):
        events = any_items(node, "latestMaterializationByPartition")
        pairs = zip(partitions, events, strict=False)
        cells_by_asset[key_of(node)] = {
            key: materialization
            for key, event in pairs
            if (materialization := _made(event)) is not None
        }
    return cells_by_asset


def _made(event: object) -> CellMaterialization | None:
    if not isinstance(event, dict):
        return None
    time = milliseconds(event.get("timestamp"))
    run = event.get("runId")
    return (
        None
        if time is None
        else CellMaterialization(time, run if isinstance(run, str) else None, _rows(event))
    )


def _rows(event: Json) -> int | None:
    numbers_by_label = {
        str(entry.get("label")): str(entry.get("intRepr"))
        for entry in items(event.get("metadataEntries"))
        if entry.get("intRepr") is not None
    }
    text = next(
        (numbers_by_label[label] for label in ROW_LABELS if label in numbers_by_label), None
    )
    return int(text) if text is not None and text.isdecimal() else None


async def run_seconds(client: Client, ids: Sequence[str]) -> dict[str, float]:
    """The seconds that each of these runs took; a run without an end is left out."""
    data = await client.ask("run_times", {"ids": list(ids), "limit": len(ids)})
    seconds_by_run: dict[str, float] = {}
    for run in items(sub(data, "runsOrError").get("results")):
        started, ended = seconds(run.get("startTime")), seconds(run.get("endTime"))
        if started is not None and ended is not None:
            seconds_by_run[str(run.get("id"))] = ended - started
    return seconds_by_run
