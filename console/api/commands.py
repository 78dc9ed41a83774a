"""Mutations. Each is checked before it is sent; `Client` records it, or refuses it if read-only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from console.api.journal import user_name
from console.api.queries import key_input
from console.api.reading import items, success
from console.domain.assets.keys import key_text
from console.domain.errors import Refused
from console.domain.partitions.keys import BadPartitions, contiguous_ranges
from console.domain.runs.run import BY_TAG, MOST_PARALLEL, PARALLEL_TAG

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.api.client import Client
    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys

Tags = Iterable[tuple[str, str]]
LAUNCH_TAG = "dagdeck/launch"
"""The tag by which a launch can be looked up; its value is made before the launch is sent."""


async def launch_backfill(
    client: Client,
    targets: Mapping[AssetKey, Sequence[str | None]],
    keys: Mapping[AssetKey, PartitionKeys | None],
    *,
    launch: str,
    title: str = "",
    parallel: int | None = None,
    tags: Tags = (),
    config: str = "",
) -> str:
    """Starts a backfill of exactly these cells, tagged with `launch`; returns its id. Raises ApiError.

    An empty target and an unknown key are refused here, as the server would accept them and
    run something else.
    """
    if not targets:
        raise Refused("nothing to run: the plan has no cell to run")
    params: dict[str, Any] = {
        "partitionsByAssets": [
            target(asset, partitions, keys.get(asset)) for asset, partitions in targets.items()
        ],
        "tags": [*_tags(launch, tags), *_parallel_tags(parallel)],
    }
    if title:
        params["title"] = title
    if config:
        params["runConfigData"] = json.loads(config)
    data = await client.command("launch_backfill", {"params": params})
    return str(success(data, "launchPartitionBackfill", "LaunchBackfillSuccess")["backfillId"])


async def launch_whole(
    client: Client,
    graph: AssetGraph,
    assets: Sequence[AssetKey],
    *,
    launch: str,
    tags: Tags = (),
    config: str = "",
) -> str:
    """Starts one run of unpartitioned assets of one code location; returns its id. Raises ApiError."""
    code_locations = {(graph[key].location, graph[key].repository) for key in assets}
    if len(code_locations) != 1:
        raise Refused("these assets are in several code locations, so one run can't make them")
    location, repository = code_locations.pop()
    selector = {
        "jobName": "__ASSET_JOB",
        "repositoryLocationName": location,
        "repositoryName": repository,
        "assetSelection": [key_input(key) for key in assets],
    }
    metadata = {"tags": _tags(launch, tags)}
    params: dict[str, Any] = {"selector": selector, "executionMetadata": metadata}
    if config:
        params["runConfigData"] = json.loads(config)
    data = await client.command("launch_run", {"params": params})
    return str(success(data, "launchRun", "LaunchRunSuccess")["run"]["id"])


async def terminate_run(client: Client, run_id: str) -> None:
    """Asks a run to end. Raises ApiError with the server's reason."""
    variables = {"ids": [run_id], "policy": "SAFE_TERMINATE"}
    data = await client.command("terminate_runs", variables)
    answer = success(data, "terminateRuns", "TerminateRunsResult")
    for result in items(answer.get("terminateRunResults")):
        success({"result": result}, "result", "TerminateRunSuccess")


async def cancel_backfill(client: Client, backfill_id: str) -> None:
    """Stops a backfill: no further run starts, and those under way are ended. Raises ApiError."""
    data = await client.command("cancel_backfill", {"id": backfill_id})
    success(data, "cancelPartitionBackfill", "CancelBackfillSuccess")


def target(
    asset: AssetKey, partitions: Sequence[str | None], keys: PartitionKeys | None
) -> dict[str, Any]:
    """The asset's part of `partitionsByAssets`. Raises Refused for an unknown partition."""
    target: dict[str, Any] = {"assetKey": key_input(asset)}
    if keys is None:
        if any(partition is not None for partition in partitions):
            raise Refused(f"{key_text(asset)}: its partitions are not known")
        return target
    try:
        positions = [keys.position(partition) for partition in partitions if partition is not None]
    except BadPartitions as error:
        raise Refused(f"{key_text(asset)}: {error}") from error
    if not positions:
        raise Refused(f"{key_text(asset)}: no partition named, which would run all of them")
    ranges = [
        {"start": keys.keys[first], "end": keys.keys[last]}
        for first, last in _ranges(positions, keys)
    ]
    return {**target, "partitions": {"ranges": ranges}}


def _ranges(positions: Sequence[int], keys: PartitionKeys) -> list[tuple[int, int]]:
    """The ranges of the positions; in two dimensions, where a range is a rectangle, each has one first key."""
    if keys.sides is None:
        return contiguous_ranges(positions)
    width = len(keys.sides[1])
    rows: dict[int, list[int]] = {}
    for position in positions:
        rows.setdefault(position // width, []).append(position)
    return [
        stretch for row_positions in rows.values() for stretch in contiguous_ranges(row_positions)
    ]


def _tags(launch: str, tags: Tags) -> list[dict[str, str]]:
    own_tags = ((LAUNCH_TAG, launch), (BY_TAG, user_name()))
    return [{"key": key, "value": value} for key, value in (*own_tags, *tags)]


def _parallel_tags(parallel: int | None) -> list[dict[str, str]]:
    if parallel is None:
        return []
    key = PARALLEL_TAG.format(min(max(parallel, 1), MOST_PARALLEL))
    return [{"key": key, "value": uuid4().hex[:12]}]
