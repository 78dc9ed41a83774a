"""Questions about cells beyond their states: failed checks, rows, times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.api.queries import key_input
from console.api.reading import Json, any_items, items, key_of, milliseconds, seconds, strings, sub
from console.domain.checks import FailedCheck
from console.domain.rows import Span
from console.domain.status import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from console.api.client import Client
    from console.domain.keys import AssetKey

_FAILED = ("FAILED", "EXECUTION_FAILED")
ROW_LABELS = (
    "dagster/partition_row_count",
    "rows_loaded",
    "rows",
    "row_count",
    "dagster/row_count",
)
"""Integers of a materialization's metadata that tell its rows, the most telling first."""


@dataclass(frozen=True, slots=True)
class Made:
    """The last materialization of a partition: when, epoch seconds UTC; how many rows it says."""

    at: float
    run: str | None = None
    rows: int | None = None


async def checked(client: Client) -> list[AssetKey]:
    """The assets that have any check."""
    data = await client.ask("checked")
    return [key_of(node) for node in items(data.get("assetNodes")) if node.get("hasAssetChecks")]


async def failed_checks(
    client: Client, keys: Sequence[AssetKey], *, by_partition: bool
) -> dict[AssetKey, list[FailedCheck]]:
    """The checks of each asset that failed when they last ran.

    A server older than checks of partitions doesn't know what `by_partition` asks for.
    """
    name = "checks" if by_partition else "checks_whole"
    data = await client.ask(name, {"keys": [key_input(key) for key in keys]})
    return {
        key_of(node): [
            found
            for check in items(sub(node, "assetChecksOrError").get("checks"))
            if (found := _failed(check)) is not None
        ]
        for node in items(data.get("assetNodes"))
    }


def _failed(check: Json) -> FailedCheck | None:
    name = str(check.get("name"))
    form = sub(check, "partitionStatuses")
    if form:
        spans = tuple(_spans(form))
        return FailedCheck(name, spans) if spans else None
    execution = sub(check, "executionForLatestMaterialization")
    if execution.get("status") not in _FAILED:
        return None
    key = execution.get("partition")
    return FailedCheck(name, (Span(key, key, State.FAILED),) if isinstance(key, str) else ())


def _spans(form: Json) -> Iterator[Span]:
    for item in items(form.get("ranges")):
        if "secondaryDim" in item:
            start, end = str(item.get("primaryDimStartKey")), str(item.get("primaryDimEndKey"))
            for one in _spans(sub(item, "secondaryDim")):
                yield Span(start, end, one.state, (one.start, one.end))
        elif item.get("status") in _FAILED:
            yield Span(str(item.get("startKey")), str(item.get("endKey")), State.FAILED)
    for name in ("failedPartitions", "executionFailedPartitions"):
        for key in strings(form.get(name)):
            yield Span(key, key, State.FAILED)


async def made(
    client: Client, keys: Sequence[AssetKey], partitions: Sequence[str]
) -> dict[AssetKey, dict[str, Made]]:
    """When each of the partitions was last made, for partitioned assets; others are left out."""
    variables = {"keys": [key_input(key) for key in keys], "partitions": list(partitions)}
    data = await client.ask("readings", variables)
    found: dict[AssetKey, dict[str, Made]] = {}
    for node in items(data.get("assetNodes")):
        events = any_items(node, "latestMaterializationByPartition")
        pairs = zip(partitions, events, strict=False)
        found[key_of(node)] = {
            key: one for key, event in pairs if (one := _made(event)) is not None
        }
    return found


def _made(event: object) -> Made | None:
    if not isinstance(event, dict):
        return None
    at = milliseconds(event.get("timestamp"))
    run = event.get("runId")
    return None if at is None else Made(at, run if isinstance(run, str) else None, _rows(event))


def _rows(event: Json) -> int | None:
    told = {
        str(entry.get("label")): str(entry.get("intRepr"))
        for entry in items(event.get("metadataEntries"))
        if entry.get("intRepr") is not None
    }
    text = next((told[label] for label in ROW_LABELS if label in told), None)
    return int(text) if text is not None and text.isdecimal() else None


async def run_seconds(client: Client, ids: Sequence[str]) -> dict[str, float]:
    """How long each of these runs took; a run that has no end is left out."""
    data = await client.ask("run_times", {"ids": list(ids), "limit": len(ids)})
    found: dict[str, float] = {}
    for run in items(sub(data, "runsOrError").get("results")):
        started, ended = seconds(run.get("startTime")), seconds(run.get("endTime"))
        if started is not None and ended is not None:
            found[str(run.get("id"))] = ended - started
    return found
