"""The part of the asset graph to draw: the neighbourhood of an asset, or some chosen assets."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.assets.walk import distances

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey

MOST_BOXES = 400
"""The most boxes that anybody can read; those nearest to the centre are kept."""
MOST_CHOSEN = 2000
"""The most boxes of chosen assets."""

Node = Hashable
"""The content of a box: an asset's key or a group of assets."""


@dataclass(frozen=True, slots=True)
class Subgraph:
    """Boxes and the lines between them."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[tuple[Node, Node], ...] = ()
    """(upstream, downstream) pairs, each once, none from a node to itself."""
    outside: dict[Node, tuple[int, int]] | None = None
    """The numbers of a node's neighbours that are left out: (upstream, downstream)."""
    reached: int = 0
    """The number of assets, including those beyond the most that are drawn."""


def neighbourhood(graph: AssetGraph, centre: AssetKey, hops: int) -> Subgraph:
    """The ancestors and descendants of `centre` that are at most `hops` edges away."""
    reached = distances([centre], graph.downstream, hops)
    reached |= distances([centre], graph.upstream, hops)
    nearest = sorted(reached, key=reached.__getitem__)[:MOST_BOXES]
    return among(graph, nearest, len(reached))


def chosen(graph: AssetGraph, keys: Iterable[AssetKey]) -> Subgraph:
    """These assets and the edges between them, cut to the first `MOST_CHOSEN`."""
    all_keys = list(keys)
    return among(graph, all_keys[:MOST_CHOSEN], len(all_keys))


def among(graph: AssetGraph, inside: Iterable[AssetKey], reached: int) -> Subgraph:
    """These assets and the edges between them."""
    taken = set(inside)
    keys = tuple(key for key in graph.order if key in taken)
    edges: dict[tuple[Node, Node], None] = {}
    outside: dict[Node, tuple[int, int]] = {}
    for key in keys:
        up, down = set(graph.upstream(key)), set(graph.downstream(key))
        above = (other for other in graph.upstream(key) if other in taken and other != key)
        edges |= dict.fromkeys((other, key) for other in above)
        left_out = len(up - taken), len(down - taken)
        if any(left_out):
            outside[key] = left_out
    return Subgraph(keys, tuple(edges), outside, reached)
