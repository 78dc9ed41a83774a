"""A drawing of a graph from left to right: where its boxes stand and its lines run.

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
    """Everything in its place. `columns` are the boxes of each layer, from the top."""

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
        """The columns of the arrow heads in each row, and whether each points to the right."""
        arrows: dict[int, dict[int, bool]] = {}
        for a, b in self.edges:
            box = self.boxes[b]
            back = (self.numbers[a], self.numbers[b]) in self.layers.turned
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
        """The boxes that a row goes through between two columns, from the left."""
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
        """Whether a line leaves the right side of its box."""
        return bool(self.layers.following[self.numbers[key]])

    def lines_of(self, key: Node) -> Lines:
        """The lines that lead into an asset and out of it, from box to box."""
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
    """Boxes of `widths` for `keys`, in their order where the edges leave it open.

    The boxes of a layer are all as wide as its widest. Raises TooTangled.
    """
    numbers = {key: index for index, key in enumerate(keys)}
    layers = layered(len(keys), [(numbers[a], numbers[b]) for a, b in edges])
    layout, rows, x = Layout(layers, numbers, edges), dock_rows(layers), 0
    wide = [
        max((widths[keys[n]] for n in layer if n < layers.count), default=0)
        for layer in layers.layers
    ]
    for index, layer in enumerate(layers.layers):
        column = [node for node in layer if node < layers.count]
        layout.columns.append([keys[node] for node in column])
        for node in column:
            layout.boxes[keys[node]] = Box(x, rows[node] - DOCK, wide[index], index)
        x += wide[index]
        if index + 1 < len(wide):
            x = _link(layout, rows, index, x, wide[index + 1])
    return layout


def step(layout: Layout, key: Node, direction: str, joined: Sequence[Node]) -> Node | None:
    """The box that lies `up`, `down`, `left` or `right` of one, if there is any.

    To the sides those that are `joined` to it go first, then the nearest layer and row.
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


def _link(layout: Layout, rows: list[int], index: int, left: int, wide: int) -> int:
    """Link a layer, whose boxes end before `left`, to the next; the column where that begins."""
    layers = layout.layers
    sources = [node for node in layers.layers[index] if layers.following[node]]
    nets = [Net(rows[n], tuple([rows[t] for t in layers.following[n]])) for n in sources]
    chosen = tracks(nets)
    count = max((track + 1 for track in chosen if track is not None), default=0)
    right = left + max(NARROWEST_CHANNEL, 2 * count + 3)
    for node, track in zip(sources, chosen, strict=True):
        turn = left - 1 if track is None else left + 1 + 2 * track
        for target in layers.following[node]:
            end = right - 1 if target < layers.count else right - 1 + wide
            layout.links[node, target] = Link(left - 1, rows[node], turn, rows[target], end)
    return right


def _drawn(links: list[Link]) -> Lines:
    lines = Lines()
    for link in links:
        lines.draw(link)
    return lines


def _distance(box: Box, other: Box) -> tuple[int, int]:
    return abs(box.layer - other.layer), abs(box.y - other.y)
