"""Lays out a graph from left to right: its boxes and its lines.

Pure geometry in cells: x to the right, y down, the origin at the top left.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from console.domain.asset_map.alignment import BOX_HEIGHT, DOCK, dock_rows
from console.domain.asset_map.edge_drawing import Lines, Link
from console.domain.asset_map.edge_routing import Net, tracks
from console.domain.asset_map.layers import Layers, layered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from console.domain.asset_map.neighbourhood import Node

NARROWEST_CHANNEL = 5


@dataclass(frozen=True, slots=True)
class Box:
    """The cells `x` to `right` and `y` to `bottom`, all included."""

    x: int
    y: int
    width: int
    layer: int

    @property
    def right(self) -> int:
        return self.x + self.width - 1

    @property
    def bottom(self) -> int:
        return self.y + BOX_HEIGHT - 1


@dataclass
class Layout:
    """The placed boxes and links; `columns` are the boxes of each layer, from the top."""

    layers: Layers
    numbers: dict[Node, int]
    edges: Sequence[tuple[Node, Node]] = ()
    boxes: dict[Node, Box] = field(default_factory=dict)
    columns: list[list[Node]] = field(default_factory=list)
    links: dict[tuple[int, int], Link] = field(default_factory=dict)

    @cached_property
    def lines(self) -> Lines:
        return _drawn(list(self.links.values()))

    @cached_property
    def arrows(self) -> dict[int, dict[int, bool]]:
        """The arrow heads by row and column; True for one that points right."""
        arrows: dict[int, dict[int, bool]] = {}
        for source, target in self.edges:
            box = self.boxes[target]
            back = (self.numbers[source], self.numbers[target]) in self.layers.turned
            arrows.setdefault(box.y + DOCK, {})[box.right + 1 if back else box.x - 1] = not back
        return arrows

    @cached_property
    def width(self) -> int:
        return max((box.right + 1 for box in self.boxes.values()), default=0)

    @cached_property
    def height(self) -> int:
        rows = [box.bottom for box in self.boxes.values()]
        return max((*rows, *(link.to for link in self.links.values())), default=-1) + 1

    def boxes_on(self, row: int, left: int, right: int) -> Iterator[tuple[Node, Box]]:
        """The boxes on `row` between two columns, from the left."""
        for column, tops in zip(self.columns, self._tops, strict=True):
            index = bisect_right(tops, row) - 1
            if index >= 0:
                box = self.boxes[column[index]]
                if row <= box.bottom and box.right >= left and box.x <= right:
                    yield column[index], box

    @cached_property
    def _tops(self) -> list[list[int]]:
        return [[self.boxes[node].y for node in column] for column in self.columns]

    def leaves(self, key: Node) -> bool:
        """Whether a line leaves the box on its right side."""
        return bool(self.layers.following[self.numbers[key]])

    def lines_of(self, key: Node) -> Lines:
        """The lines into a box and out of it, each from box to box."""
        node = self.numbers[key]
        return _drawn([*self._into(node), *self._out_of(node)])

    def _into(self, node: int) -> Iterator[Link]:
        for before in self.layers.leading[node]:
            yield self.links[before, node]
            if before >= self.layers.count:
                yield from self._into(before)

    def _out_of(self, node: int) -> Iterator[Link]:
        for following in self.layers.following[node]:
            yield self.links[node, following]
            if following >= self.layers.count:
                yield from self._out_of(following)


def lay_out(
    keys: Sequence[Node],
    edges: Sequence[tuple[Node, Node]],
    widths: Mapping[Node, int],
) -> Layout:
    """The layout of `keys`; the edges decide the order of boxes, then the order of `keys`.

    All boxes of a layer are as wide as its widest in `widths`. Raises TooTangled.
    """
    numbers = {key: index for index, key in enumerate(keys)}
    layers = layered(len(keys), [(numbers[source], numbers[target]) for source, target in edges])
    layout, rows, x = Layout(layers, numbers, edges), dock_rows(layers), 0
    layer_widths = [
        max((widths[keys[node]] for node in layer if node < layers.count), default=0)
        for layer in layers.layers
    ]
    for index, layer in enumerate(layers.layers):
        column = [node for node in layer if node < layers.count]
        layout.columns.append([keys[node] for node in column])
        for node in column:
            layout.boxes[keys[node]] = Box(x, rows[node] - DOCK, layer_widths[index], index)
        x += layer_widths[index]
        if index + 1 < len(layer_widths):
            x = _link(layout, rows, index, x, layer_widths[index + 1])
    return layout


def step(layout: Layout, key: Node, direction: str, joined: Sequence[Node]) -> Node | None:
    """The box that lies `up`, `down`, `left` or `right` of the box of `key`, or None.

    To the sides, boxes `joined` to it come first, then the nearest layer and row.
    """
    box = layout.boxes[key]
    if direction in ("up", "down"):
        column = layout.columns[box.layer]
        index = column.index(key) + (1 if direction == "down" else -1)
        return column[index] if 0 <= index < len(column) else None
    side = -1 if direction == "left" else 1
    beyond = [other for other in layout.boxes if (layout.boxes[other].layer - box.layer) * side > 0]
    near = [other for other in beyond if other in joined]
    return min(near or beyond, key=lambda other: _distance(layout.boxes[other], box), default=None)


def _link(layout: Layout, rows: list[int], index: int, left: int, next_width: int) -> int:
    """Links a layer, whose boxes end before `left`, to the next; returns the next one's first column."""
    layers = layout.layers
    sources = [node for node in layers.layers[index] if layers.following[node]]
    nets = [
        Net(rows[node], tuple([rows[target] for target in layers.following[node]]))
        for node in sources
    ]
    track_of = tracks(nets)
    count = max((track + 1 for track in track_of if track is not None), default=0)
    right = left + max(NARROWEST_CHANNEL, 2 * count + 3)
    for node, track in zip(sources, track_of, strict=True):
        turn = left - 1 if track is None else left + 1 + 2 * track
        for target in layers.following[node]:
            end = right - 1 if target < layers.count else right - 1 + next_width
            layout.links[node, target] = Link(left - 1, rows[node], turn, rows[target], end)
    return right


def _drawn(links: list[Link]) -> Lines:
    lines = Lines()
    for link in links:
        lines.draw(link)
    return lines


def _distance(box: Box, other: Box) -> tuple[int, int]:
    return abs(box.layer - other.layer), abs(box.y - other.y)
