"""Asks Dagster what each partition was last made from."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from console.api.portions import in_portions
from console.api.queries import key_input
from console.api.reading import (
    Json,
    any_items,
    items,
    key_of,
    seconds,
    sub,
    success,
)
from console.domain.staleness.lineage import Dependency, Lineage, MaterializationEvent
from console.domain.staleness.lookups import GONE, Past, Point, RunFacts
from console.domain.staleness.materializations import LastMaterializations, Observed, nothing_made
from console.domain.staleness.provenance import provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.api.client import Client
    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.staleness.provenance import Provenance

RUNS_AT_ONCE = 100
POINTERS_AT_ONCE = 10
EVENTS_OF_A_PAGE = 1000
MOST_OBSERVATIONS = 3000
_BOTH = ["MATERIALIZATION", "OBSERVATION"]


async def lineage(client: Client) -> dict[AssetKey, Lineage]:
    """The lineage of every asset; for a key in several locations, of the materializable one."""
    lineages: dict[AssetKey, Lineage] = {}
    for node in items((await client.ask("lineage")).get("assetNodes")):
        key, asset_lineage = key_of(node), _lineage(node)
        if key not in lineages or asset_lineage.materializable:
            lineages[key] = asset_lineage
    return lineages


def _lineage(node: Json) -> Lineage:
    definition = sub(node, "partitionDefinition")
    names = (str(dimension.get("name")) for dimension in items(definition.get("dimensionTypes")))
    return Lineage(
        bool(node.get("isMaterializable")),
        node.get("opVersion"),
        str(definition.get("type") or ""),
        tuple(sorted(names)),
        tuple(_dependency(dependency) for dependency in items(node.get("dependencies"))),
        str(node.get("opName") or ""),
    )


def _dependency(value: Json) -> Dependency:
    mapping = sub(value, "partitionMapping")
    return Dependency(
        key_of(sub(value, "asset")),
        str(mapping.get("className") or ""),
        str(mapping.get("description") or ""),
    )


async def made(
    client: Client,
    keys: Sequence[AssetKey],
    counts: Sequence[int],
    *,
    tags: bool,
    partitions: Sequence[str] | None = None,
) -> dict[AssetKey, LastMaterializations]:
    """The last materialization of each partition; an asset with another count is left out.

    `partitions` names the keys, in case a list has changed but not its length.
    """
    data = await client.ask(
        "made", {"keys": [key_input(key) for key in keys], "partitions": partitions, "tags": tags}
    )
    expected = dict(zip(keys, counts, strict=True))
    last_by_asset = {}
    for node in items(data.get("assetNodes")):
        events = any_items(node, "latestMaterializationByPartition")
        if len(events) == expected.get(key_of(node)):
            last_by_asset[key_of(node)] = _made(events, tags)
    return last_by_asset


def _made(events: Sequence[object], tags: bool) -> LastMaterializations:
    result = nothing_made(len(events))
    run_numbers: dict[str, int] = {}
    for position, event in enumerate(events):
        if not isinstance(event, dict):
            continue
        run_id = str(event.get("runId"))
        result.times[position] = _time(event)
        run = result.runs[position] = run_numbers.setdefault(run_id, len(run_numbers))
        if tags:
            keep(result, position, run, provenance(_tags(event)))
    result.run_ids[:] = run_numbers
    return result


def keep(
    materializations: LastMaterializations, position: int, run: int, known: Provenance
) -> None:
    """Keeps a provenance once for each run, or in `odd` if it differs from its run's."""
    materializations.odd.pop(position, None)
    if materializations.by_run.setdefault(run, known) != known:
        materializations.odd[position] = known


async def provenances(
    client: Client, key: AssetKey, partitions: Sequence[str]
) -> list[Provenance | None]:
    """The provenance of the last materialization of each of these partitions."""

    async def ask(portion: list[str]) -> Json:
        variables = {"keys": [key_input(key)], "partitions": portion, "tags": True}
        return await client.ask("made", variables)

    all_provenances: list[Provenance | None] = []
    for portion, data in await in_portions(partitions, max(len(partitions), 1), ask):
        node = next(iter(items(data.get("assetNodes"))), {})
        events = any_items(node, "latestMaterializationByPartition")
        if len(events) != len(portion):
            return []
        all_provenances += [
            provenance(_tags(event)) if isinstance(event, dict) else None for event in events
        ]
    return all_provenances


async def made_whole(
    client: Client, keys: Sequence[AssetKey]
) -> dict[AssetKey, tuple[LastMaterializations, str | None]]:
    """The last materialization and the data version of each asset without partitions."""
    data = await client.ask("made_whole", {"keys": [key_input(key) for key in keys]})
    return {
        key_of(node): (
            _made((any_items(node, "assetMaterializations") or [None])[:1], tags=True),
            node.get("dataVersion"),
        )
        for node in items(data.get("assetNodes"))
    }


async def newest_events(client: Client, key: AssetKey, limit: int) -> list[MaterializationEvent]:
    """The asset's newest materializations, newest first."""
    page, _ = await _page(client, key, ["MATERIALIZATION"], limit, None)
    return [
        MaterializationEvent(
            _time(event), str(event.get("runId")), event.get("partition"), provenance(_tags(event))
        )
        for event in page
    ]


async def observed(client: Client, key: AssetKey, keys: PartitionKeys) -> Observed:
    """All observations of an external asset, unless there are too many to read."""
    observations: dict[int, list[tuple[int, str | None]]] = {}
    cursor, read, complete, reported = None, 0, False, False
    while not complete and read < MOST_OBSERVATIONS:
        page, cursor = await _page(client, key, _BOTH, EVENTS_OF_A_PAGE, cursor)
        for event in page:
            position = keys.positions.get(str(event.get("partition")))
            if event.get("__typename") == "MaterializationEvent":
                reported = True
            elif position is not None:
                known = provenance(_tags(event))
                observations.setdefault(position, []).append((_time(event), known.data_version))
        read += len(page)
        complete = len(page) < EVENTS_OF_A_PAGE
    oldest_first = {position: events[::-1] for position, events in observations.items()}
    return Observed(oldest_first, complete, reported)


async def _page(
    client: Client, key: AssetKey, types: list[str], limit: int, cursor: str | None
) -> tuple[list[Json], str | None]:
    variables = {"key": key_input(key), "types": types, "limit": limit, "cursor": cursor}
    history = sub(sub(await client.ask("history", variables), "assetOrError"), "assetEventHistory")
    return items(history.get("results")), history.get("cursor")


async def past(
    client: Client, key: AssetKey, keys: PartitionKeys, pointer: int, limit: int
) -> Past:
    """Each partition's data version at a pointer, from at most `limit` events."""
    page, _ = await _page(client, key, ["MATERIALIZATION"], limit, _cursor(pointer + 1))
    versions: dict[int, str | None] = {}
    for event in page:
        position = keys.positions.get(str(event.get("partition")))
        if position is not None:
            versions.setdefault(position, provenance(_tags(event)).data_version)
    return Past(versions, len(page) < limit)


async def points(
    client: Client, key: AssetKey, keys: PartitionKeys | None, pointers: Sequence[int]
) -> dict[int, Point]:
    """The asset's event with each of these storage ids, or the last one before it."""
    points_by_pointer: dict[int, Point] = {}
    for start in range(0, len(pointers), POINTERS_AT_ONCE):
        asked = list(pointers[start : start + POINTERS_AT_ONCE])
        padded = asked + asked[:1] * (POINTERS_AT_ONCE - len(asked))
        cursors = {f"c{index}": _cursor(pointer + 1) for index, pointer in enumerate(padded)}
        data = await client.ask("pointers", {"key": key_input(key), "types": _BOTH, **cursors})
        value = sub(data, "assetOrError")
        if value.get("__typename") == "Asset":
            for index, pointer in enumerate(asked):
                points_by_pointer[pointer] = _point(
                    items(sub(value, f"c{index}").get("results")), keys
                )
    return points_by_pointer


def _cursor(storage_id: int) -> str:
    """The cursor, in the form of `EventLogCursor`, that asks for events before this id."""
    return base64.b64encode(
        json.dumps({"type": "STORAGE_ID", "value": storage_id}).encode()
    ).decode()


def _point(events: list[Json], keys: PartitionKeys | None) -> Point:
    if not events:
        return GONE
    event = events[0]
    position = keys.positions.get(str(event.get("partition"))) if keys else None
    return Point(_time(event), str(event.get("runId")), position)


async def run_facts(client: Client, run_ids: Iterable[str]) -> dict[str, RunFacts]:
    """The start of each run, in epoch milliseconds UTC, and whether it had a single partition."""
    all_ids, facts_by_run = list(run_ids), {}
    for start in range(0, len(all_ids), RUNS_AT_ONCE):
        asked = all_ids[start : start + RUNS_AT_ONCE]
        runs = success(await client.ask("run_facts", {"ids": asked}), "runsOrError", "Runs")
        facts_by_run.update(dict.fromkeys(asked, RunFacts(None, False)))
        for run in items(runs.get("results")):
            tags, started = _tags(run), seconds(run.get("startTime"))
            facts_by_run[str(run.get("id"))] = RunFacts(
                started * 1000 if started else None, "dagster/partition" in tags
            )
    return facts_by_run


def _time(event: Json) -> int:
    text = str(event.get("timestamp"))
    return int(text) if text.isdecimal() else 0


def _tags(event: Json) -> dict[str, str]:
    return {str(tag.get("key")): str(tag.get("value")) for tag in items(event.get("tags"))}
