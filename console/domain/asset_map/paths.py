"""The paths from one asset to another: the shortest ones, and all assets on any of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.assets.walk import distances

if TYPE_CHECKING:
    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey


@dataclass(frozen=True, slots=True)
class AssetPaths:
    """The assets on the paths from `start` downstream to `end`."""

    start: AssetKey
    end: AssetKey
    hops: int
    """The number of edges of a shortest path."""
    count: int
    """The number of shortest paths."""
    shortest: frozenset[AssetKey]
    every: frozenset[AssetKey]


def ways(graph: AssetGraph, start: AssetKey, end: AssetKey) -> AssetPaths | None:
    """The paths from the upstream one of both assets to the other; None when neither reaches the other."""
    return _ways(graph, start, end) or _ways(graph, end, start)


def _ways(graph: AssetGraph, start: AssetKey, end: AssetKey) -> AssetPaths | None:
    down = distances([start], graph.downstream)
    if end not in down:
        return None
    up = distances([end], graph.upstream)
    every = frozenset(key for key in down if key in up)
    hops = down[end]
    shortest = [key for key in every if down[key] + up[key] == hops]
    count = {start: 1}
    for key in sorted(shortest, key=down.__getitem__)[1:]:
        count[key] = sum(
            count.get(parent, 0)
            for parent in set(graph.upstream(key))
            if down.get(parent) == down[key] - 1
        )
    return AssetPaths(start, end, hops, count[end], frozenset(shortest), every)
