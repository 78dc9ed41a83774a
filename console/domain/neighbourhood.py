"""A part of the asset graph, to be drawn: around an asset, or just some assets."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.assets import AssetGraph
    from console.domain.keys import AssetKey

MOST_BOXES = 400
"""Nobody can read more; those nearest to the centre go first."""
MOST_CHOSEN = 2000
"""The most that are drawn when they were asked for by name."""

Node = Hashable
"""What a box stands for: the key of an asset, or a group of assets."""


@dataclass(frozen=True, slots=True)
class Part:
    """Boxes and the lines between them."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[tuple[Node, Node], ...] = ()
    """(upstream, downstream), each once, none to itself."""
    outside: dict[Node, tuple[int, int]] | None = None
    """For a node the neighbours that are left out: (upstream, downstream)."""
    reached: int = 0
    """How many there would be, those left out for their number included."""


def neighbourhood(graph: AssetGraph, centre: AssetKey, hops: int) -> Part:
    """Ancestors and descendants of `centre` at most `hops` edges away."""
    distances = _distances(graph, centre, hops, upwards=False)
    distances |= _distances(graph, centre, hops, upwards=True)
    nearest = sorted(distances, key=distances.__getitem__)[:MOST_BOXES]
    return among(graph, nearest, len(distances))


def chosen(graph: AssetGraph, keys: Iterable[AssetKey]) -> Part:
    """Just these, the first of them where they are too many."""
    every = list(keys)
    return among(graph, every[:MOST_CHOSEN], len(every))


def among(graph: AssetGraph, inside: Iterable[AssetKey], reached: int) -> Part:
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
    return Part(keys, tuple(edges), outside, reached)


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
