"""Asks Dagster about assets and their partitions; answers are domain values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import freshness, permissions
from console.api.portions import in_portions
from console.api.reading import (
    Json,
    any_items,
    error_of,
    items,
    key_of,
    keys_of,
    milliseconds,
    seconds,
    strings,
    sub,
)
from console.domain.assets.graph import Asset, AssetGraph, BackfillPolicy, PartitionsDefinition
from console.domain.assets.structure import Structure
from console.domain.errors import Lacking
from console.domain.grid.asset_status import AssetStatus, Latest, NewestMaterialization
from console.domain.partitions.keys import PartitionKeys, product_of
from console.domain.runs.run import RunStatus
from console.domain.status.spans import Span
from console.domain.status.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from console.api.client import Client
    from console.domain.assets.keys import AssetKey

PAGE_OF_KEYS = 10_000
NEWEST_KEYS = 100
STALE_AT_ONCE = 100
COUNTS_AT_ONCE = 25
NEWEST_AT_ONCE = 500
_SPAN_STATES = {
    "MATERIALIZED": State.MATERIALIZED,
    "FAILED": State.FAILED,
    "MATERIALIZING": State.RUNNING,
}
_READ_FORMS = ("TimePartitionStatuses", "DefaultPartitionStatuses", "MultiPartitionStatuses")


def key_input(key: AssetKey) -> Json:
    return {"path": list(key)}


async def structure(client: Client) -> Structure:
    """The deployment's structure, asked for again if the server's version has changed."""
    data = await client.ask("structure")
    if await client.version_told(str(data.get("version"))):
        data = await client.ask("structure")
    assets: dict[AssetKey, Asset] = {}
    closed = permissions.forbidden_locations(data)
    for node in items(data.get("assetNodes")):
        asset = _asset(node, permissions.forbidden_asset(node, closed))
        if not asset.key:
            continue
        known = assets.get(asset.key)
        if known is None or (asset.materializable and not known.materializable):
            assets[asset.key] = asset
    instance = sub(data, "instance")
    queue = sub(instance, "runQueueConfig")
    limit = queue.get("maxConcurrentRuns")
    return Structure(
        AssetGraph(assets),
        str(data.get("version") or "unknown"),
        _load_errors(sub(data, "workspaceOrError")),
        limit if isinstance(limit, int) and limit >= 0 else None,
        str(queue.get("tagConcurrencyLimitsYaml") or ""),
        _pool_limits(instance, assets.values()),
        sub(instance, "poolConfig").get("poolGranularity") == "run",
        _loading(sub(data, "workspaceOrError")),
        client.server.missing if client.server else (),
        permissions.forbidden(data),
    )


async def statuses(
    client: Client, keys: Sequence[AssetKey], *, counted: bool = True
) -> list[AssetStatus]:
    """The status of each asset; without `counted` it lacks partition counts and costs a third."""

    async def ask(portion: list[AssetKey]) -> Json:
        variables = {"keys": [key_input(key) for key in portion], "counted": counted}
        return await client.ask("statuses", variables)

    all_statuses: list[AssetStatus] = []
    for _, data in await in_portions(keys, max(len(keys), 1), ask):
        latest = {key_of(item): _latest(item) for item in items(data.get("assetsLatestInfo"))}
        all_statuses += [_status(node, latest) for node in items(data.get("assetNodes"))]
    return all_statuses


async def newest(
    client: Client, keys: Sequence[AssetKey], samples: Sequence[AssetKey]
) -> tuple[dict[AssetKey, NewestMaterialization], dict[AssetKey, tuple[str | None, str | None]]]:
    """The newest materialization of each of `keys`, and the first and last partition of each of `samples`."""
    newest_by_asset: dict[AssetKey, NewestMaterialization] = {}
    ends_by_asset: dict[AssetKey, tuple[str | None, str | None]] = {}
    sampled = [key_input(key) for key in samples]

    async def ask(portion: list[AssetKey]) -> Json:
        first = sampled if portion and portion[0] == keys[0] else []
        key_inputs = [key_input(key) for key in portion]
        return await client.ask("newest", {"keys": key_inputs, "samples": first})

    for _, data in await in_portions(keys, NEWEST_AT_ONCE, ask):
        for node in items(data.get("assetNodes")):
            materialization = next(iter(items(node.get("assetMaterializations"))), {})
            materialized_at = milliseconds(materialization.get("timestamp"))
            newest_by_asset[key_of(node)] = NewestMaterialization(
                materialized_at, materialization.get("runId"), freshness.verdict(node)
            )
        for node in items(data.get("samples")):
            ends_by_asset[key_of(node)] = _end(node, "first"), _end(node, "last")
    return newest_by_asset, ends_by_asset


async def partition_counts(client: Client, keys: Sequence[AssetKey]) -> dict[AssetKey, int]:
    """The number of partitions of each partitioned asset."""
    counts: dict[AssetKey, int] = {}

    async def ask(portion: list[AssetKey]) -> Json:
        return await client.ask("partition_counts", {"keys": [key_input(key) for key in portion]})

    for _, data in await in_portions(keys, COUNTS_AT_ONCE, ask):
        for node in items(data.get("assetNodes")):
            total = sub(node, "partitionStats").get("numPartitions")
            if isinstance(total, int):
                counts[key_of(node)] = total
    return counts


async def partition_keys(client: Client, key: AssetKey) -> PartitionKeys:
    all_keys: list[str] = []
    cursor: str | None = None
    while True:
        variables = {"key": key_input(key), "limit": PAGE_OF_KEYS, "cursor": cursor}
        nodes = items((await client.ask("keys", variables)).get("assetNodes"))
        if nodes and "partitionKeys" in nodes[0]:
            return PartitionKeys(strings(nodes[0]["partitionKeys"]))
        page = sub(nodes[0], "partitionKeyConnection") if nodes else {}
        results = strings(page.get("results"))
        all_keys += results
        before, cursor = cursor, page.get("cursor")
        if not page.get("hasMore") or not results or cursor == before:
            return PartitionKeys(tuple(all_keys))


async def grown_keys(client: Client, key: AssetKey, known: PartitionKeys) -> PartitionKeys | None:
    """The keys after `known` has grown by at most NEWEST_KEYS; None where that isn't the case."""
    try:
        data = await client.ask("newest_keys", {"key": key_input(key), "limit": NEWEST_KEYS})
    except Lacking:
        return None
    for node in items(data.get("assetNodes"))[:1]:
        newest = strings(sub(node, "partitionKeyConnection").get("results"))
        if known.keys[-1] in newest:
            newer = newest[: newest.index(known.keys[-1])]
            return PartitionKeys((*known.keys, *reversed(newer)))
    return None


async def partition_keys_of_both(
    client: Client, key: AssetKey, primary: int
) -> PartitionKeys | None:
    """The keys of an asset with two dimensions; None where the server gives another number."""
    data = await client.ask("dimensions", {"key": key_input(key)})
    for node in items(data.get("assetNodes"))[:1]:
        keys_by_dimension = {
            str(dimension.get("name")): PartitionKeys(strings(dimension.get("partitionKeys")))
            for dimension in items(node.get("partitionKeysByDimension"))
        }
        if len(keys_by_dimension) == 2:
            first, second = (keys_by_dimension[name] for name in sorted(keys_by_dimension))
            return product_of(first, second, primary)
    return None


async def stale(
    client: Client, key: AssetKey, partitions: Sequence[str]
) -> dict[str, tuple[bool, str]]:
    """Whether each partition is stale, and the server's first cause in words."""
    verdicts_by_partition: dict[str, tuple[bool, str]] = {}

    async def ask(portion: list[str]) -> Json:
        return await client.ask("stale", {"key": key_input(key), "partitions": portion})

    for asked_partitions, data in await in_portions(partitions, STALE_AT_ONCE, ask):
        for node in items(data.get("assetNodes"))[:1]:
            verdicts = any_items(node, "staleStatusByPartition")
            causes = any_items(node, "staleCausesByPartition") or [[]] * len(verdicts)
            for partition, verdict, partition_causes in zip(
                asked_partitions, verdicts, causes, strict=False
            ):
                verdicts_by_partition[partition] = (
                    verdict == "STALE",
                    stale_reason(partition_causes),
                )
    return verdicts_by_partition


async def stale_whole(client: Client, keys: Sequence[AssetKey]) -> dict[AssetKey, tuple[bool, str]]:
    """`stale` for assets without partitions."""
    data = await client.ask("stale_whole", {"keys": [key_input(key) for key in keys]})
    return {
        key_of(node): (node.get("staleStatus") == "STALE", stale_reason(node.get("staleCauses")))
        for node in items(data.get("assetNodes"))
        if not node.get("isPartitioned")
    }


def stale_reason(causes: object) -> str:
    """The first cause in words: `updated data version: a/b 2026-11-20`."""
    for cause in items(causes)[:1]:
        where = "/".join(key_of(cause, "dependency") or key_of(cause, "key"))
        partition = cause.get("dependencyPartitionKey") or ""
        return f"{cause.get('reason') or 'changed'}: {where} {partition}".strip()
    return ""


def _asset(node: Json, forbidden: str) -> Asset:
    repository = sub(node, "repository")
    return Asset(
        key=key_of(node),
        group=str(node.get("groupName") or ""),
        kinds=tuple(sorted(strings(node.get("kinds")))),
        owners=tuple(_owner(owner) for owner in items(node.get("owners"))),
        tags=tuple((str(tag.get("key")), str(tag.get("value"))) for tag in items(node.get("tags"))),
        description=str(node.get("description") or ""),
        upstream=keys_of(node, "dependencyKeys"),
        downstream=keys_of(node, "dependedByKeys"),
        partitions=_definition(node),
        materializable=bool(node.get("isMaterializable")),
        backfill_policy=_backfill_policy(node.get("backfillPolicy")),
        freshness=freshness.policy(node),
        pools=strings(node.get("pools")),
        location=str(sub(repository, "location").get("name") or ""),
        repository=str(repository.get("name") or ""),
        forbidden=forbidden,
    )


def _owner(owner: Json) -> str:
    return str(owner.get("email") or "") or f"team:{owner.get('team') or ''}"


def _definition(node: Json) -> PartitionsDefinition | None:
    value = node.get("partitionDefinition")
    if not isinstance(value, dict):
        return PartitionsDefinition("UNKNOWN", "not known") if node.get("isPartitioned") else None
    dimensions = sorted(
        items(value.get("dimensionTypes")), key=lambda dimension: str(dimension.get("name"))
    )
    return PartitionsDefinition(
        str(value.get("type")),
        str(value.get("description") or ""),
        value.get("name"),
        next(
            (
                index
                for index, dimension in enumerate(dimensions)
                if dimension.get("isPrimaryDimension")
            ),
            0,
        ),
    )


def _backfill_policy(value: object) -> BackfillPolicy | None:
    if not isinstance(value, dict):
        return None
    most = value.get("maxPartitionsPerRun")
    return BackfillPolicy(most if isinstance(most, int) else None)


def _pool_limits(instance: Json, assets: Iterable[Asset]) -> dict[str, int]:
    """The limit of each pool that has one; a pool that was never set has the default limit."""
    default = sub(instance, "poolConfig").get("defaultPoolLimit")
    limits = {pool: default for asset in assets for pool in asset.pools}
    for item in items(instance.get("concurrencyLimits")):
        limits[str(item.get("concurrencyKey"))] = item.get("limit") or item.get("slotCount")
    return {pool: limit for pool, limit in limits.items() if isinstance(limit, int)}


def _load_errors(workspace: Json) -> dict[str, str]:
    errors = {}
    for entry in items(workspace.get("locationEntries")):
        loaded = sub(entry, "locationOrLoadError")
        error = error_of(loaded) if loaded.get("__typename") == "PythonError" else None
        if error is not None:
            errors[str(entry.get("name"))] = error.headline or "no reason given"
    return errors


def _loading(workspace: Json) -> tuple[str, ...]:
    """The locations that are still loading, which have neither a repository nor an error."""
    return tuple(
        str(entry.get("name"))
        for entry in items(workspace.get("locationEntries"))
        if not sub(entry, "locationOrLoadError").get("__typename")
    )


def _latest(item: Json) -> Latest:
    materialization, run = sub(item, "latestMaterialization"), sub(item, "latestRun")
    return Latest(
        materialized=milliseconds(materialization.get("timestamp")),
        run_id=materialization.get("runId"),
        partition=materialization.get("partition"),
        last_run_id=run.get("id"),
        last_run_status=RunStatus.read(run.get("status")) if run else None,
        last_run_ended=seconds(run.get("endTime")),
    )


def _status(node: Json, latest: dict[AssetKey, Latest]) -> AssetStatus:
    key = key_of(node)
    total = sub(node, "partitionStats").get("numPartitions")
    form = sub(node, "assetPartitionStatuses")
    return AssetStatus(
        key=key,
        partitioned=bool(node.get("isPartitioned")),
        total=total if isinstance(total, int) else None,
        first=_end(node, "first"),
        last=_end(node, "last"),
        spans=_spans(form),
        undecided=form.get("__typename") not in _READ_FORMS,
        both=form.get("__typename") == "MultiPartitionStatuses",
        latest=latest.get(key, Latest()),
        daemon_verdict=freshness.verdict(node),
    )


def _end(node: Json, name: str) -> str | None:
    """The `first` or `last` key, taken from all keys if the server doesn't page them."""
    page_keys = strings(sub(node, name).get("results"))
    all_keys = strings(node.get("partitionKeys"))
    return next(iter(page_keys or all_keys[:: -1 if name == "last" else 1]), None)


def _spans(form: Json) -> tuple[Span, ...]:
    """The spans of an answer; later spans win, so running partitions come last."""
    if form.get("__typename") == "MultiPartitionStatuses":
        return tuple(sorted(_both(form), key=lambda span: span.state))
    if form.get("__typename") == "TimePartitionStatuses":
        spans = [_span(item) for item in items(form.get("ranges"))]
        return tuple(sorted(spans, key=lambda span: span.state))
    return tuple(
        Span(key, key, state)
        for name, state in (
            ("materializedPartitions", State.MATERIALIZED),
            ("failedPartitions", State.FAILED),
            ("materializingPartitions", State.RUNNING),
        )
        for key in strings(form.get(name))
    )


def _both(form: Json) -> Iterator[Span]:
    for item in items(form.get("ranges")):
        start, end = str(item.get("primaryDimStartKey")), str(item.get("primaryDimEndKey"))
        for secondary_span in _spans(sub(item, "secondaryDim")):
            yield Span(start, end, secondary_span.state, (secondary_span.start, secondary_span.end))


def _span(item: Json) -> Span:
    state = _SPAN_STATES.get(str(item.get("status")), State.UNKNOWN)
    return Span(str(item.get("startKey")), str(item.get("endKey")), state)
