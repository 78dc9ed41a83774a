"""The whole graph with its groups folded to one box each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.asset_map.neighbourhood import Subgraph

if TYPE_CHECKING:
    from collections.abc import Collection

    from console.domain.asset_map.neighbourhood import Node
    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey


@dataclass(frozen=True, slots=True)
class Group:
    """A group of one code location, as Dagster has it."""

    name: str
    location: str


def group_of(graph: AssetGraph, key: AssetKey) -> Group:
    asset = graph[key]
    return Group(asset.group, asset.location)


def members(graph: AssetGraph) -> dict[Group, list[AssetKey]]:
    """The assets of each group, in the graph's order."""
    members_of: dict[Group, list[AssetKey]] = {}
    for key in graph.order:
        members_of.setdefault(group_of(graph, key), []).append(key)
    return members_of


def folded(graph: AssetGraph, unfolded: Collection[Group]) -> Subgraph:
    """A box for each group, and one for each asset of those that are unfolded."""
    place: dict[AssetKey, Node] = {}
    for key in graph.order:
        group = group_of(graph, key)
        place[key] = key if group in unfolded else group
    edges: dict[tuple[Node, Node], None] = {}
    for key, node in place.items():
        for parent in graph.upstream(key):
            if place[parent] != node:
                edges[place[parent], node] = None
    nodes = tuple(dict.fromkeys(place.values()))
    return Subgraph(nodes, tuple(edges), {}, len(nodes))


def ambiguous(groups: Collection[Group]) -> frozenset[str]:
    """The names that more than one code location has."""
    count = Counter(group.name for group in set(groups))
    return frozenset(name for name, times in count.items() if times > 1)
