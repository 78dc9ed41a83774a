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
    """A group of one code location, as Dagster defines it."""

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
    """A box for each folded group and for each asset of an unfolded group."""
    node_of: dict[AssetKey, Node] = {}
    for key in graph.order:
        group = group_of(graph, key)
        node_of[key] = key if group in unfolded else group
    edges: dict[tuple[Node, Node], None] = {}
    for key, node in node_of.items():
        for parent in graph.upstream(key):
            if node_of[parent] != node:
                edges[node_of[parent], node] = None
    nodes = tuple(dict.fromkeys(node_of.values()))
    return Subgraph(nodes, tuple(edges), {}, len(nodes))


def ambiguous(groups: Collection[Group]) -> frozenset[str]:
    """The names that more than one code location has."""
    count = Counter(group.name for group in set(groups))
    return frozenset(name for name, occurrences in count.items() if occurrences > 1)
