"""Computes the row of each box of a layer.

The best row of a box is the mean of the rows of its neighbours. Least squares under an order
is solved by pooling adjacent violators (Barlow and others 1972).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.asset_map.layers import Layers

BOX_HEIGHT = 4
DOCK = 1
"""The line of a box that its edges leave and enter, counted from its top."""
_BOX_TO_BOX, _BOX_TO_PLACE, _PLACE_TO_BOX, _PLACE_TO_PLACE = BOX_HEIGHT, 3, 2, 1


def dock_rows(layers: Layers) -> list[int]:
    """The row of each node's dock; the topmost box or line is on row 0."""
    rows = [0.0] * len(layers.following)
    offsets = [_offsets(layer, layers.count) for layer in layers.layers]
    for layer, distances in zip(layers.layers, offsets, strict=True):
        for node, distance in zip(layer, distances, strict=True):
            rows[node] = float(distance)
    layer_offsets = list(zip(layers.layers, offsets, strict=True))
    for layer, distances in layer_offsets[1:]:
        _align(layer, distances, layers.leading, rows)
    for layer, distances in reversed(layer_offsets[:-1]):
        _align(layer, distances, layers.following, rows)
    for layer, distances in layer_offsets[1:]:
        _align(layer, distances, layers.leading, rows)
    tops = (row - (DOCK if node < layers.count else 0) for node, row in enumerate(rows))
    top = min(tops, default=0)
    return [int(row - top) for row in rows]


def _align(
    layer: list[int], offsets: list[int], neighbours: list[list[int]], rows: list[float]
) -> None:
    pools: list[tuple[float, int]] = []
    for node, offset in zip(layer, offsets, strict=True):
        near = neighbours[node]
        wanted = sum([rows[other] for other in near]) / len(near) if near else rows[node]
        mean, size = wanted - offset, 1
        while pools and pools[-1][0] > mean:
            above, more = pools.pop()
            mean = (above * more + mean * size) / (more + size)
            size += more
        pools.append((mean, size))
    start = 0
    for mean, size in pools:
        whole = round(mean)
        for index in range(start, start + size):
            rows[layer[index]] = float(whole + offsets[index])
        start += size


def _offsets(layer: list[int], count: int) -> list[int]:
    """The distance of each node's dock below the first node's, with the boxes packed."""
    offsets, total = [0] if layer else [], 0
    for above, below in pairwise(layer):
        if above < count:
            total += _BOX_TO_BOX if below < count else _BOX_TO_PLACE
        else:
            total += _PLACE_TO_BOX if below < count else _PLACE_TO_PLACE
        offsets.append(total)
    return offsets
