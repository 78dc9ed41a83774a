"""Asks Dagster the questions that only a plan needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.api.queries import key_input
from console.api.reading import (
    Json,
    defining_locations,
    items,
    key_of,
    keys_of,
    strings,
    sub,
    success,
)
from console.domain.partitions.keys import KeyRanges
from console.domain.text import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.api.client import Client
    from console.domain.assets.keys import AssetKey

TARGETS_AT_ONCE = 10
MOST_OF_A_CONDITION = 60
EVALUATING = ("AUTOMATION", "AUTO_MATERIALIZE")
"""The kinds of sensors that evaluate automation conditions."""


async def preview(
    client: Client, keys: Sequence[AssetKey], partitions: Sequence[str]
) -> dict[AssetKey, KeyRanges | None]:
    """The partitions that a backfill of the roots' `partitions` reaches by the server's mappings.

    Each reached asset has its ranges of keys, or None if it has no partitions. Raises ApiError.
    """
    params = {
        "partitionNames": list(partitions),
        "assetSelection": [key_input(key) for key in keys],
    }
    data = await client.ask("preview", {"params": params})
    return {
        key_of(item): _ranges(item.get("partitions"))
        for item in items(data.get("assetBackfillPreview"))
    }


async def required_with(client: Client, keys: Sequence[AssetKey]) -> tuple[AssetKey, ...]:
    """The assets that must be materialized together with `keys`. Raises ApiError."""
    data = await client.ask("required", {"keys": [key_input(key) for key in keys]})
    return keys_of(data, "assetNodeAdditionalRequiredKeys")


async def backfill_targets(
    client: Client, backfill: str, keys: Sequence[AssetKey]
) -> dict[AssetKey, KeyRanges]:
    """The partitions of these partitioned assets that a backfill targets. Raises ApiError."""
    targets: dict[AssetKey, KeyRanges] = {}
    for start in range(0, len(keys), TARGETS_AT_ONCE):
        asked = list(keys[start : start + TARGETS_AT_ONCE])
        padded = asked + asked[:1] * (TARGETS_AT_ONCE - len(asked))
        key_variables = {f"k{index}": key_input(key) for index, key in enumerate(padded)}
        data = await client.ask("backfill_targets", {"id": backfill, **key_variables})
        value = success(data, "partitionBackfillOrError", "PartitionBackfill")
        for index, key in enumerate(asked):
            targets[key] = _ranges(value.get(f"k{index}")) or []
    return targets


async def runs_that_made(client: Client, keys: Sequence[AssetKey], limit: int) -> tuple[str, ...]:
    """The ids of the runs of each asset's newest `limit` materializations, each once.

    Raises ApiError.
    """
    data = await client.ask("made_by", {"keys": [key_input(key) for key in keys], "limit": limit})
    events = [
        event
        for node in items(data.get("assetNodes"))
        for event in items(node.get("assetMaterializations"))
    ]
    return tuple(dict.fromkeys(str(event["runId"]) for event in events if event.get("runId")))


@dataclass(frozen=True, slots=True)
class Makers:
    """By asset, where it has them."""

    locations: dict[AssetKey, tuple[str, ...]]
    """The code locations of an asset that more than one defines."""
    others: dict[AssetKey, tuple[str, ...]]
    """What is switched on and makes it by itself, in words: schedule `nightly`."""


async def makers(client: Client, keys: Sequence[AssetKey]) -> Makers:
    """Where these assets are defined, and what else makes them. Raises ApiError."""
    data = await client.ask("makers", {"keys": [key_input(key) for key in keys]})
    others = {key_of(node): _others(node) for node in items(data.get("assetNodes"))}
    return Makers(defining_locations(data), {key: words for key, words in others.items() if words})


def _others(node: Json) -> tuple[str, ...]:
    """A condition makes nothing unless a sensor that evaluates conditions is on."""
    words = []
    for one in items(node.get("targetingInstigators")):
        kind = str(one.get("__typename")).lower()
        if sub(one, f"{kind}State").get("status") != "RUNNING":
            continue
        if one.get("sensorType") not in EVALUATING:
            words.append(f"{kind} `{one.get('name')}`")
        elif condition := sub(node, "automationCondition"):
            words.append(_condition(condition))
    return tuple(sorted(set(words)))


def _condition(value: Json) -> str:
    text = value.get("label") or " ".join(strings(value.get("expandedLabel")))
    return f"automation condition `{cut(str(text), MOST_OF_A_CONDITION)}`"


def _ranges(value: object) -> KeyRanges | None:
    """The ranges of keys, both ends included; None where the server names no partitions."""
    if not isinstance(value, dict):
        return None
    ranges = [(str(item.get("start")), str(item.get("end"))) for item in items(value.get("ranges"))]
    return ranges or [(key, key) for key in strings(value.get("partitionKeys"))]
