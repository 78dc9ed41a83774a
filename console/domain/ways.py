"""How one asset reaches another: the shortest ways, and all that lies on any way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.domain.assets import AssetGraph
    from console.domain.keys import AssetKey

    Following = Callable[[AssetKey], list[AssetKey]]


@dataclass(frozen=True, slots=True)
class Ways:
    """From `start` downstream to `end`."""

    start: AssetKey
    end: AssetKey
    hops: int
    """Edges of a shortest way."""
    count: int
    """How many shortest ways there are."""
    shortest: frozenset[AssetKey]
    every: frozenset[AssetKey]


def ways(graph: AssetGraph, one: AssetKey, other: AssetKey) -> Ways | None:
    """From whichever of the two is upstream; None when neither reaches the other."""
    return _ways(graph, one, other) or _ways(graph, other, one)


def _ways(graph: AssetGraph, start: AssetKey, end: AssetKey) -> Ways | None:
    down = _distances(start, graph.downstream)
    if end not in down:
        return None
    up = _distances(end, graph.upstream)
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
    return Ways(start, end, hops, count[end], frozenset(shortest), every)


def _distances(start: AssetKey, following: Following) -> dict[AssetKey, int]:
    found, edge = {start: 0}, [start]
    while edge:
        hop = found[edge[0]] + 1
        edge = list(dict.fromkeys(k for one in edge for k in following(one) if k not in found))
        found |= dict.fromkeys(edge, hop)
    return found
