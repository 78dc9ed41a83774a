"""Assigns the boxes to layers and orders the boxes of each layer.

Layers come from the longest path, the order from barycenter sweeps (Sugiyama, Tagawa, Toda
1981). An edge across several layers holds a place in each layer that it passes; edges of one
source share it. In a cycle, the edges that lead back are drawn the other way round.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SWEEPS = 3
MOST_PLACES = 20_000
"""This many places take about a second to lay out, and nobody can follow so many lines."""


class TooTangled(ValueError):
    """Raised when too many lines pass too many layers to be drawn."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Nodes are numbers; those from `count` on are the places of long edges."""

    count: int
    layers: list[list[int]]
    following: list[list[int]]
    """The nodes that each node leads to, all in the next layer."""
    leading: list[list[int]]
    """The inverse of `following`."""
    turned: frozenset[tuple[int, int]]
    """The edges that lead from a later layer back to an earlier one."""


def layered(count: int, edges: Sequence[tuple[int, int]]) -> Layers:
    """The layers of the nodes 0 to `count` - 1; the edges come first, then the nodes' own order.

    Raises TooTangled.
    """
    turned = _going_back(count, edges)
    forward = list(dict.fromkeys((b, a) if (a, b) in turned else (a, b) for a, b in edges))
    depth = _depths(count, forward)
    if sum(_passed(forward, depth)) > MOST_PLACES:
        raise TooTangled("too many long lines to draw; t shows an asset's tree instead")
    following, depth = _with_places(count, forward, depth)
    leading: list[list[int]] = [[] for _ in following]
    for node, targets in enumerate(following):
        for target in targets:
            leading[target].append(node)
    layers: list[list[int]] = [[] for _ in range(max(depth, default=-1) + 1)]
    for node, layer in enumerate(depth):
        layers[layer].append(node)
    _sweep(layers, leading, following)
    return Layers(count, layers, following, leading, turned)


def _going_back(count: int, edges: Sequence[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """The edges that close a cycle in a depth-first walk; without them there is no cycle."""
    children: list[list[int]] = [[] for _ in range(count)]
    for parent, child in edges:
        children[parent].append(child)
    closing: set[tuple[int, int]] = set()
    state = [0] * count
    for start in range(count):
        path = [(start, iter(children[start]))] if not state[start] else []
        state[start] = state[start] or 1
        while path:
            node, rest = path[-1]
            child = next(rest, -1)
            if child < 0:
                state[node] = 2
                path.pop()
            elif state[child] == 1:
                closing.add((node, child))
            elif not state[child]:
                state[child] = 1
                path.append((child, iter(children[child])))
    return frozenset(closing)


def _depths(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The length of the longest path to each node; a source goes just before its first target."""
    children: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for parent, child in edges:
        children[parent].append(child)
        waiting[child] += 1
    sources = [node for node in range(count) if not waiting[node]]
    depth, ready = [0] * count, deque(sources)
    while ready:
        node = ready.popleft()
        for child in children[node]:
            depth[child] = max(depth[child], depth[node] + 1)
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    for node in sources:
        depth[node] = min((depth[child] for child in children[node]), default=1) - 1
    return depth


def _passed(edges: Sequence[tuple[int, int]], depth: list[int]) -> Iterable[int]:
    """The number of layers that the edges of each source pass."""
    furthest: dict[int, int] = {}
    for source, target in edges:
        furthest[source] = max(furthest.get(source, 0), depth[target] - depth[source] - 1)
    return furthest.values()


def _with_places(
    count: int, edges: Sequence[tuple[int, int]], depth: list[int]
) -> tuple[list[list[int]], list[int]]:
    """The edges cut at each layer that they pass, as successors and depths of all nodes."""
    depth = list(depth)
    following: list[list[int]] = [[] for _ in range(count)]
    place_of: dict[tuple[int, int], int] = {}
    for source, target in edges:
        previous = source
        for layer in range(depth[source] + 1, depth[target]):
            place = place_of.get((source, layer))
            if place is None:
                place = place_of[source, layer] = len(following)
                following.append([])
                following[previous].append(place)
                depth.append(layer)
            previous = place
        following[previous].append(target)
    return following, depth


def _sweep(layers: list[list[int]], leading: list[list[int]], following: list[list[int]]) -> None:
    """Orders each layer by the ranks of its neighbours, forward and backward."""
    rank = [0.0] * len(following)
    for layer in layers:
        _number(layer, rank)
    for _ in range(SWEEPS):
        for layer in layers[1:]:
            _order(layer, leading, rank)
        for layer in reversed(layers[:-1]):
            _order(layer, following, rank)


def _order(layer: list[int], neighbours: list[list[int]], rank: list[float]) -> None:
    if len(layer) > 1:
        for node in layer:
            near = neighbours[node]
            if near:
                rank[node] = sum([rank[other] for other in near]) / len(near)
        layer.sort(key=rank.__getitem__)
    _number(layer, rank)


def _number(layer: list[int], rank: list[float]) -> None:
    """Sets ranks from 0 to 1, so that layers of different lengths compare."""
    size = len(layer)
    for index, node in enumerate(layer):
        rank[node] = (index + 0.5) / size
