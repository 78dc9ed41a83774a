"""Milliseconds to lay the map out: everything at once, around one asset, folded by group."""

from __future__ import annotations

import random
import time
from functools import partial
from typing import TYPE_CHECKING

from console.domain.asset_map.groups import folded
from console.domain.asset_map.layout import lay_out
from console.domain.asset_map.neighbourhood import among, neighbourhood
from console.domain.asset_map.views import MOST_HOPS
from console.domain.assets.graph import Asset, AssetGraph
from tests.benchmarks.measurement import Measurement, median_and_p95

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.domain.asset_map.neighbourhood import Subgraph
    from console.domain.assets.keys import AssetKey
    from tests.benchmarks.rig import Rig

NODES, LAYERS, GROUPS = 2_000, 20, 40
PARENTS = (1, 1, 2, 2, 3)
LONG = 0.15
"""The share of edges that pass layers."""
SEEDS = range(20)
ALL_MILLISECONDS, ONE_MILLISECONDS = 300, 30
BOX = 26


def measure(_: Rig) -> Iterator[Measurement]:
    every, one, groups = [], [], []
    for seed in SEEDS:
        graph = generated(seed)
        keys = random.Random(seed).sample(graph.order, 50)
        every.append(_taken(partial(among, graph, graph.order, NODES)))
        one += [_taken(partial(neighbourhood, graph, key, MOST_HOPS)) for key in keys]
        groups.append(_taken(partial(folded, graph, ())))
    yield from _measurements(f"map of {NODES:,} assets", every, ALL_MILLISECONDS)
    yield from _measurements(f"map {MOST_HOPS} hops around one", one, ONE_MILLISECONDS)
    yield from _measurements("map of their groups", groups, ALL_MILLISECONDS)


def generated(seed: int) -> AssetGraph:
    """Layers of equal size; an asset is made from up to three, most of them in the layer before."""
    chance, size = random.Random(seed), NODES // LAYERS
    up: list[list[int]] = [[] for _ in range(NODES)]
    down: list[list[int]] = [[] for _ in range(NODES)]
    for node in range(size, NODES):
        layer = node // size
        for _ in range(chance.choice(PARENTS)):
            back = chance.randint(1, min(layer, 4)) if chance.random() < LONG else 1
            parent = (layer - back) * size + chance.randrange(size)
            if parent not in up[node]:
                up[node].append(parent)
                down[parent].append(node)
    return AssetGraph(
        {key: _asset(key, at, up, down) for at, key in enumerate(map(_key, range(NODES)))}
    )


def _asset(key: AssetKey, at: int, up: list[list[int]], down: list[list[int]]) -> Asset:
    return Asset(
        key,
        group=f"group_{at * GROUPS // NODES}",
        upstream=tuple(map(_key, up[at])),
        downstream=tuple(map(_key, down[at])),
    )


def _key(number: int) -> AssetKey:
    return "warehouse", f"asset_{number}"


def _taken(part_of: Callable[[], Subgraph]) -> float:
    """From the graph to every line's place, in milliseconds."""
    started = time.perf_counter()
    part = part_of()
    layout = lay_out(part.nodes, part.edges, dict.fromkeys(part.nodes, BOX))
    for _ in (layout.lines, layout.arrows):
        pass
    return (time.perf_counter() - started) * 1000


def _measurements(name: str, values: list[float], limit: float) -> list[Measurement]:
    median, p95 = median_and_p95(values)
    return [
        Measurement(f"{name}, median", median, "ms", limit),
        Measurement(f"{name}, p95", p95, "ms", limit),
    ]
