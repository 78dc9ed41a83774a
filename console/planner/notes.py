"""The warnings of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import key_text
from console.domain.partitions.edge_mapping import EdgeMapping
from console.domain.status.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set

    from console.domain.assets.keys import AssetKey
    from console.planner.request import Snapshot


def unfed(running: Mapping[AssetKey, Set[int]], snapshot: Snapshot) -> list[str]:
    """A warning for each parent that lacks a partition which is read and would not be made."""
    counts: dict[tuple[AssetKey, bool], int] = {}
    for asset, parent, mapping in _edges(running, snapshot):
        row = snapshot.rows.get(parent)
        if row is None or mapping.upstreams is None or parent == asset:
            continue
        parent_running = running.get(parent, frozenset())
        absent = frozenset(
            position
            for position, state in enumerate(row.states)
            if state in (State.MISSING, State.FAILED) and position not in parent_running
        )
        if without := mapping.made_from(absent, running[asset]):
            several = any(len(mapping.upstreams[position]) > 1 for position in without)
            counts[parent, several] = counts.get((parent, several), 0) + len(without)
    return [
        f"{count} cell{'s' * (count != 1)} would run without "
        f"{f'some partitions of {key_text(parent)}, which are' if several else f'{key_text(parent)}, which is'} not there"
        for (parent, several), count in counts.items()
    ]


def unread(running: Mapping[AssetKey, Set[int]], snapshot: Snapshot) -> list[str]:
    """A warning for each edge between what would run whose mapping isn't known."""
    return [
        f"how {key_text(asset)} is made from {key_text(parent)} can't be read: "
        "it is taken to be from all of it"
        for asset, parent, mapping in _edges(running, snapshot)
        if mapping.upstreams is None and running.get(parent)
    ]


def lacking(running: Mapping[AssetKey, Set[int]], snapshot: Snapshot) -> list[str]:
    """A warning for each edge where Dagster gives the backfill up unless the mapping allows it."""
    return [
        f"{key_text(parent)} lacks partitions that {key_text(asset)} is made from: "
        "the backfill fails unless their mapping allows that"
        for asset, parent, mapping in _edges(running, snapshot)
        if mapping.may_lack and not mapping.lacking.isdisjoint(running[asset])
    ]


def made_anyway(running: Mapping[AssetKey, Set[int]], snapshot: Snapshot) -> list[str]:
    """A warning for each schedule, sensor or automation condition that makes what would run."""
    assets: dict[str, list[str]] = {}
    for asset, places in running.items():
        for other in snapshot.others.get(asset, ()) if places else ():
            assets.setdefault(other, []).append(key_text(asset))
    return [
        f"{other} is on and may make {names[0]}{f' and {len(names) - 1} more' if names[1:] else ''} too"
        for other, names in assets.items()
    ]


def _edges(
    running: Mapping[AssetKey, Set[int]], snapshot: Snapshot
) -> Iterator[tuple[AssetKey, AssetKey, EdgeMapping]]:
    for asset, places in running.items():
        if places:
            for parent in snapshot.graph.upstream(asset):
                yield asset, parent, snapshot.mapping(asset, parent)
