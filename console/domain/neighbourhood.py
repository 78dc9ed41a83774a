"""The part of the asset graph around one asset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.assets import AssetGraph
    from console.domain.keys import AssetKey

MOST_BOXES = 400
"""Nobody can read more; those nearest to the centre go first."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What is made into an asset and out of it, within so many hops."""

    keys: tuple[AssetKey, ...]
    edges: tuple[tuple[AssetKey, AssetKey], ...]
    """(upstream, downstream), each once, no asset to itself."""
    outside: dict[AssetKey, tuple[int, int]]
    """For an asset the neighbours that are left out: (upstream, downstream)."""
    reached: int
    """How many assets are within the hops, those left out for their number included."""


def neighbourhood(graph: AssetGraph, centre: AssetKey, hops: int) -> Neighbourhood:
    """Ancestors and descendants of `centre` at most `hops` edges away."""
    distances = _distances(graph, centre, hops, upwards=False)
    distances |= _distances(graph, centre, hops, upwards=True)
    nearest = sorted(distances, key=distances.__getitem__)[:MOST_BOXES]
    inside = set(nearest)
    keys = tuple(key for key in graph.order if key in inside)
    edges: dict[tuple[AssetKey, AssetKey], None] = {}
    outside = {}
    for key in keys:
        up, down = set(graph.upstream(key)), set(graph.downstream(key))
        edges |= dict.fromkeys(
            (other, key) for other in graph.upstream(key) if other in inside and other != key
        )
        left_out = len(up - inside), len(down - inside)
        if any(left_out):
            outside[key] = left_out
    return Neighbourhood(keys, tuple(edges), outside, len(distances))


def _distances(
    graph: AssetGraph, start: AssetKey, hops: int, *, upwards: bool
) -> dict[AssetKey, int]:
    following = graph.upstream if upwards else graph.downstream
    found, edge = {start: 0}, [start]
    for hop in range(1, hops + 1):
        edge = [key for known in edge for key in following(known)]
        edge = [key for key in dict.fromkeys(edge) if key not in found]
        found |= dict.fromkeys(edge, hop)
    return found
