"""What GraphQL says of the fake's assets: a value, or a function of arguments, for each field."""

from __future__ import annotations

import hashlib
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.fake_dagster.assets import Asset
    from tests.fake_dagster.partitions import Partitions

Json = dict[str, Any]
LOCATION = {"name": "lakehouse"}
LETTERS = {
    "materializedPartitions": "M",
    "failedPartitions": "F",
    "materializingPartitions": "R",
    "unmaterializedPartitions": "-",
}


def node(asset: Asset, run_of: Callable[[str], Json | None], now: float) -> Json:
    """An `AssetNode`; `run_of` finds a run by its id."""
    partitions = asset.partitions
    position = partial(_position, partitions)
    return {
        "assetKey": asset.key,
        "id": asset.name,
        "groupName": asset.group,
        "kinds": list(asset.kinds),
        "owners": [{"__typename": "TeamAssetOwner", "team": "data"}],
        "description": asset.description or f"Made for every partition of {asset.group}.",
        "dependencyKeys": [parent.key for parent in asset.parents],
        "dependedByKeys": [child.key for child in asset.children],
        "dependencies": [{"asset": {"assetKey": parent.key}} for parent in asset.parents],
        "isMaterializable": asset.materializable,
        "isExecutable": asset.materializable,
        "hasMaterializePermission": asset.materializable,
        "isPartitioned": partitions is not None,
        "partitionDefinition": partitions and partitions.definition,
        "backfillPolicy": {"maxPartitionsPerRun": None, "policyType": "SINGLE_RUN"},
        "internalFreshnessPolicy": _policy(asset),
        "freshnessStatusInfo": _verdict(asset, now),
        "repository": {"name": "__repository__", "location": LOCATION},
        "partitionStats": partitions and _stats(asset),
        "partitionKeys": list(partitions.keys) if partitions else [],
        "partitionKeysByDimension": [
            {"name": name, "partitionKeys": list(keys), "type": "STATIC"}
            for name, keys in (partitions.dimensions if partitions else {}).items()
        ],
        "partitionKeyConnection": partitions.connection if partitions else None,
        "assetPartitionStatuses": lambda: _statuses(asset),
        "latestMaterializationByPartition": lambda partitions=None: [
            _event(asset, at) for at in _positions(asset, partitions)
        ],
        "latestRunForPartition": lambda partition: run_of(asset.run_id(position(partition))),
        "staleStatus": "FRESH",
        "staleStatusByPartition": lambda partitions=None: [
            _stale_status(asset, at) for at in _positions(asset, partitions)
        ],
        "staleCausesByPartition": lambda partitions=None: [
            _stale_causes(asset, at) for at in _positions(asset, partitions)
        ],
        "assetChecksOrError": {"__typename": "AssetChecks", "checks": _checks(asset)},
        "assetMaterializations": lambda **_: [found] if (found := latest_event(asset)) else [],
    }


def latest_event(asset: Asset) -> Json | None:
    """The materialization made last of all, a `MaterializationEvent`."""
    newest = range(max(asset.count - 40, 0), asset.count)
    times = [(asset.made_at(at) or 0.0, at) for at in newest]
    return _event(asset, max(times)[1])


def _event(asset: Asset, position: int | None) -> Json | None:
    at = None if position is None else asset.made_at(position)
    if at is None or position is None:
        return None
    run = asset.run_id(position)
    return {
        "__typename": "MaterializationEvent",
        "timestamp": str(int(at * 1000)),
        "runId": run,
        "assetKey": asset.key,
        "partition": asset.partitions.keys[position] if asset.partitions else None,
        "tags": lambda: _tags(asset, position, run),
        "metadataEntries": [
            {"__typename": "IntMetadataEntry", "label": "rows", "intRepr": str(1000 + position)},
            {"__typename": "TextMetadataEntry", "label": "table", "text": f"raw.{asset.name}"},
        ],
    }


def _tags(asset: Asset, position: int, run: str) -> list[Json]:
    """As a run writes them for an asset without a declared code version."""
    found = {
        "dagster/code_version": run,
        "dagster/data_version": _version(asset, position),
        "dagster/data_version_is_user_provided": "false",
    }
    for parent in asset.parents:
        pointer = str(1000 + position) if parent.materializable else "NULL"
        found[f"dagster/input_data_version/{parent.name}"] = _read(asset, parent, position)
        found[f"dagster/input_event_pointer/{parent.name}"] = pointer
    return [{"key": key, "value": value} for key, value in found.items()]


def _version(asset: Asset, position: int, made: float | None = None) -> str:
    at = made or asset.made_at(min(position, asset.count - 1))
    return hashlib.sha256(f"{asset.name} {position} {at}".encode()).hexdigest()


def _read(asset: Asset, parent: Asset, position: int) -> str:
    """The hash of what the asset read of a parent, which may have been made again since."""
    if not parent.materializable:
        return "INITIAL"
    now, own = parent.made_at(min(position, parent.count - 1)), asset.made_at(position)
    before = own - 1 if now and own and now > own else now
    return hashlib.sha256(_version(parent, position, before).encode()).hexdigest()


def _position(partitions: Partitions | None, key: str) -> int:
    return partitions.keys.index(key) if partitions and key in partitions.keys else 0


def _positions(asset: Asset, wanted: Sequence[str] | None) -> Sequence[int | None]:
    if asset.partitions is None:
        return [0]
    if wanted is None:
        return range(asset.count)
    places = {key: at for at, key in enumerate(asset.partitions.keys)}
    return [places.get(key) for key in wanted]


def _stale_status(asset: Asset, position: int | None) -> str:
    if position is None or asset.made_at(position) is None:
        return "MISSING"
    return "STALE" if asset.stale_by(position) else "FRESH"


def _stale_causes(asset: Asset, position: int | None) -> list[Json]:
    parent = None if position is None else asset.stale_by(position)
    if parent is None or position is None:
        return []
    return [
        {
            "key": asset.key,
            "partitionKey": parent.partitions and parent.partitions.keys[position],
            "category": "DATA",
            "reason": "has a new materialization",
            "dependency": parent.key,
            "dependencyPartitionKey": parent.partitions and parent.partitions.keys[position],
        }
    ]


def _policy(asset: Asset) -> Json | None:
    if asset.policy_hours is None:
        return None
    return {
        "__typename": "TimeWindowFreshnessPolicy",
        "failWindowSeconds": asset.policy_hours * 3600,
        "warnWindowSeconds": asset.policy_hours * 2700,
    }


def _verdict(asset: Asset, now: float) -> Json | None:
    if asset.policy_hours is None:
        return None
    newest = max(asset.made_at(at) or 0.0 for at in range(max(asset.count - 40, 0), asset.count))
    late = now - newest > asset.policy_hours * 3600
    return {"freshnessStatus": "DEGRADED" if late else "HEALTHY"}


def _stats(asset: Asset) -> Json:
    return {
        "numPartitions": asset.count,
        "numMaterialized": asset.outcomes.count(b"M"),
        "numFailed": asset.outcomes.count(b"F"),
        "numMaterializing": asset.outcomes.count(b"R"),
    }


def _statuses(asset: Asset) -> Json:
    partitions = asset.partitions
    if partitions is None:
        return {"__typename": "DefaultPartitionStatuses"}
    if partitions.type == "TIME_WINDOW":
        return {"__typename": "TimePartitionStatuses", "ranges": list(asset.ranges())}
    if partitions.dimensions:
        return {
            "__typename": "MultiPartitionStatuses",
            "primaryDimensionName": next(iter(partitions.dimensions)),
            "ranges": list(_ranges_of_two(asset)),
        }
    return {
        "__typename": "DefaultPartitionStatuses",
        **{field: asset.keys_of(letter) for field, letter in LETTERS.items()},
    }


def _ranges_of_two(asset: Asset) -> Iterator[Json]:
    """Stretches of primary keys below which the secondary ones look alike; empty ones left out."""
    assert asset.partitions is not None
    primary, secondary = asset.partitions.dimensions.values()
    width = len(secondary)
    slices = [bytes(asset.outcomes[at * width : (at + 1) * width]) for at in range(len(primary))]
    at = 0
    for cells, alike in groupby(slices):
        length = len(list(alike))
        if set(cells) != {ord("-")}:
            yield {
                "primaryDimStartKey": primary[at],
                "primaryDimEndKey": primary[at + length - 1],
                "secondaryDim": {
                    "__typename": "DefaultPartitionStatuses",
                    **{
                        field: [
                            k for k, c in zip(secondary, cells, strict=True) if chr(c) == letter
                        ]
                        for field, letter in LETTERS.items()
                    },
                },
            }
        at += length


def _checks(asset: Asset) -> list[Json]:
    if asset.parents or asset.policy_hours is None:
        return []
    return [
        {
            "name": "no_nulls",
            "description": "Every row has its key.",
            "blocking": True,
            "executionForLatestMaterialization": {
                "status": "SUCCEEDED",
                "timestamp": asset.made,
                "runId": asset.run_id(asset.count - 1),
                "evaluation": {"severity": "ERROR", "success": True},
            },
        }
    ]
