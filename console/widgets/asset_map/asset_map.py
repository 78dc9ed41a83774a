"""The graph around an asset: boxes and joined lines, left to right."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from console.domain.asset_map.alignment import BOX_HEIGHT
from console.domain.asset_map.edge_drawing import Lines
from console.domain.asset_map.layers import TooTangled
from console.domain.asset_map.layout import NARROWEST_CHANNEL, lay_out, step
from console.domain.asset_map.neighbourhood import Subgraph
from console.domain.text import cells, one_line
from console.widgets.common.line_list import empty_strip
from console.widgets.common.styled_text import StyledLine, StyledText
from console.widgets.common.styles import BACKGROUND, HIGHLIGHT, style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from textual import events
    from textual.geometry import Size

    from console.domain.asset_map.layout import Box, Layout
    from console.domain.asset_map.neighbourhood import Node

NARROWEST, WIDEST = 18, 30
"""Characters within a box."""
MARGIN = 2
MOST_AT_ONCE = 100
"""More boxes fit no terminal."""
CONTEXT = 16
"""Cells beside the cursor's box that stay in sight, so that it's seen where a step leads."""
GAP = 6
"""As many cells are sent again for less than it costs to go past them."""
_HEADS, _ASCII_HEADS = ("◀", "▶"), ("<", ">")
_WIRES = dict(enumerate(" │││─┘┐┤─└┌├─┴┬┼"))
_ASCII_WIRES = dict(enumerate(" |||-+++-+++-+++"))


@dataclass(frozen=True, slots=True)
class Frame:
    """The characters of a box: corners clockwise from the top left, sides, docks."""

    corners: str
    along: str
    side: str
    dock: str


_PLAIN = Frame("┌┐┘└", "─", "│", "├")
_CHOSEN = Frame("╔╗╝╚", "═", "║", "╟")
_ASCII_PLAIN = Frame("++++", "-", "|", "+")
_ASCII_CHOSEN = Frame("####", "=", "#", "#")

Face = tuple[StyledLine, StyledLine]
"""Two lines of a box: its name, its state."""


class AssetMap(Widget, can_focus=True):
    """Draws a part of the graph; the cursor is on one of its boxes.

    `name` gives the text that a box should have room for, `face` what it says.
    """

    @dataclass
    class Moved(Message):
        """The cursor is on another box."""

        node: Node

    def __init__(
        self,
        name: Callable[[Node], str],
        face: Callable[[Node, int], Face],
        *,
        ascii_only: bool,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._text = name
        self._face = face
        self._ascii = ascii_only
        self._wires = _ASCII_WIRES if ascii_only else _WIRES
        self.part = Subgraph()
        self.layout_of_boxes = lay_out((), (), {})
        self.cursor: Node | None = None
        self._bright = Lines()
        self._faces: dict[Node, Face] = {}
        self._origin = (0, 0)
        self._laid_out_for = 0
        """The columns that the boxes were cut to."""
        self.empty = ""

    def show(self, part: Subgraph, cursor: Node) -> None:
        """Another part of the graph, or the same with its cursor elsewhere."""
        if part == self.part:
            self.move_to(cursor)
            return
        self.part, self.cursor = part, cursor
        try:
            self._lay_out()
        except TooTangled as error:
            self.say(str(error))
            return
        self._centre(self.size)
        self.refresh()

    def fits(self, part: Subgraph) -> bool:
        """Whether all of it can be in sight at once, its names cut as far as they may be."""
        if len(part.nodes) > MOST_AT_ONCE:
            return False
        try:
            layout = lay_out(part.nodes, part.edges, dict.fromkeys(part.nodes, NARROWEST + 4))
        except TooTangled:
            return False
        width, height = self.size
        return layout.width <= width - 2 * MARGIN and layout.height <= height

    def say(self, text: str) -> None:
        """Show this text while there is no box."""
        if text != self.empty or self.part.nodes:
            self.empty = text
            self.part, self.cursor = Subgraph(), None
            self._lay_out()
            self.refresh()

    def update_faces(self) -> None:
        """Draw again the boxes in sight that say something else now."""
        before, self._faces = self._faces, {}
        changed = []
        for node, face in before.items():
            box = self.layout_of_boxes.boxes[node]
            place = self._place(box)
            if place.overlaps(self.size.region) and self._face_of(node, box) != face:
                changed.append(place)
        if changed:
            self.refresh(*changed)

    def step(self, direction: str) -> None:
        """Move to the box up, down, left or right of the cursor's."""
        if self.cursor is None:
            return
        joined = [a if b == self.cursor else b for a, b in self.part.edges if self.cursor in (a, b)]
        found = step(self.layout_of_boxes, self.cursor, direction, joined)
        if found is not None and self.move_to(found):
            self.post_message(self.Moved(found))

    def move_to(self, node: Node) -> bool:
        """Whether the cursor was elsewhere; only what changes is drawn again."""
        boxes = self.layout_of_boxes.boxes
        if node == self.cursor or node not in boxes:
            return False
        before, self.cursor = self.cursor, node
        dimmed, self._bright = self._bright, self.layout_of_boxes.lines_of(node)
        if self._follow():
            self.refresh()
        else:
            both = [self._place(boxes[one]) for one in (before, node) if one is not None]
            self.refresh(*both, *self._differing(dimmed, self._bright))
        return True

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width != self._laid_out_for:
            self._lay_out()
        self._centre(event.size)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        x, y = event.x + self._origin[0], event.y + self._origin[1]
        for node, _ in self.layout_of_boxes.boxes_on(y, x, x):
            if self.move_to(node):
                self.post_message(self.Moved(node))

    def render_line(self, y: int) -> Strip:
        width, row = self.size.width, y + self._origin[1]
        if not self.part.nodes:
            return empty_strip(self.empty, y, width)
        left = self._origin[0]
        cells = self._line_cells(row, left, left + width - 1)
        boxes = list(self.layout_of_boxes.boxes_on(row, left, left + width - 1))
        begins = min([left, *(box.x for _, box in boxes)])
        segments, x = [], left
        for node, box in boxes:
            segments += [*_merged(cells, x, box.x), *self._box_line(node, box, row - box.y)]
            x = box.right + 1
        segments += _merged(cells, x, left + width)
        hidden = left - begins
        return Strip(segments).crop(hidden, hidden + width).adjust_cell_length(width, style("text"))

    def _lay_out(self) -> None:
        room = self._laid_out_for = self.size.width
        names = {node: cells(one_line(self._text(node))) for node in self.part.nodes}
        layout = self._laid_out(names, _widest(room))
        fitting = _fitting_all(layout, room - 2 * MARGIN)
        self.layout_of_boxes = self._laid_out(names, fitting) if fitting else layout
        self._faces = {}
        known = self.cursor is not None and self.cursor in self.layout_of_boxes.boxes
        self._bright = self.layout_of_boxes.lines_of(self.cursor) if known else Lines()

    def _laid_out(self, names: dict[Node, int], widest: int) -> Layout:
        wide = {node: min(max(length, NARROWEST), widest) + 4 for node, length in names.items()}
        return lay_out(self.part.nodes, self.part.edges, wide)

    def _face_of(self, node: Node, box: Box) -> Face:
        if node not in self._faces:
            self._faces[node] = self._face(node, box.width - 4)
        return self._faces[node]

    def _differing(self, one: Lines, other: Lines) -> list[Region]:
        """The stretches in sight that only one of the two covers."""
        left, top = self._origin
        right = left + self.size.width - 1
        found = []
        for y in range(self.size.height):
            cells = one.cells(y + top, left, right).keys() ^ other.cells(y + top, left, right)
            found += [Region(x - left, y, width, 1) for x, width in _stretches(cells)]
        return found

    def _line_cells(self, row: int, left: int, right: int) -> dict[int, StyledText]:
        layout = self.layout_of_boxes
        bright = self._bright.cells(row, left, right)
        cells = {
            x: (self._wires[bits], "text" if x in bright else "dim")
            for x, bits in layout.lines.cells(row, left, right).items()
        }
        back, on = _ASCII_HEADS if self._ascii else _HEADS
        for x, onwards in layout.arrows.get(row, {}).items():
            if left <= x <= right:
                cells[x] = (on if onwards else back, "text" if x in bright else "dim")
        return cells

    def _box_line(self, node: Node, box: Box, line: int) -> list[Segment]:
        chosen = node == self.cursor
        frame = self._frame(chosen)
        edge = style("text" if chosen else "dim", HIGHLIGHT if chosen else BACKGROUND, bold=chosen)
        if line == 0:
            return [
                Segment(frame.corners[0] + frame.along * (box.width - 2) + frame.corners[1], edge)
            ]
        if line == BOX_HEIGHT - 1:
            return [Segment(self._bottom(node, box.width, frame), edge)]
        background = HIGHLIGHT if chosen else BACKGROUND
        parts = self._face_of(node, box)[line - 1]
        used = sum(cell_len(text) for text, _ in parts)
        right = frame.dock if line == 1 and self.layout_of_boxes.leaves(node) else frame.side
        return [
            Segment(f"{frame.side} ", edge),
            *(
                Segment(text, style(colour, background, bold=chosen and line == 1))
                for text, colour in parts
            ),
            Segment(" " * (box.width - 3 - used), style("text", background)),
            Segment(right, edge),
        ]

    def _bottom(self, node: Node, width: int, frame: Frame) -> str:
        """The lower edge tells how many neighbours aren't drawn."""
        up, down = (self.part.outside or {}).get(node, (0, 0))
        back, on = _ASCII_HEADS if self._ascii else _HEADS
        left = f" {back} {up} more " if up else ""
        right = f" {down} more {on} " if down else ""
        room = width - 2
        if len(left) + len(right) > room:
            left, right = left and f" {back}{up} ", right and f" {down}{on} "
        filler = frame.along * (room - len(left) - len(right))
        return frame.corners[3] + left + filler + right + frame.corners[2]

    def _frame(self, chosen: bool) -> Frame:
        if self._ascii:
            return _ASCII_CHOSEN if chosen else _ASCII_PLAIN
        return _CHOSEN if chosen else _PLAIN

    def _place(self, box: Box) -> Region:
        return Region(box.x - self._origin[0], box.y - self._origin[1], box.width, BOX_HEIGHT)

    def _centre(self, size: Size) -> None:
        """Put the whole drawing, or else the cursor's box, in the middle."""
        if self.cursor is None:
            return
        layout = self.layout_of_boxes
        box = layout.boxes[self.cursor]
        self._origin = (
            _start(layout.width, size.width, box.x + box.width // 2),
            _start(layout.height, size.height, box.y + BOX_HEIGHT // 2),
        )

    def _follow(self) -> bool:
        """Scroll where the cursor's box isn't in sight with what is beside it; whether it did.

        It is put in the middle then, so that the next steps need no scrolling.
        """
        if self.cursor is None:
            return False
        box, size, before = self.layout_of_boxes.boxes[self.cursor], self.size, self._origin
        x, y = before
        beside = max(min(CONTEXT, (size.width - box.width) // 2), 0)
        above = max(min(1, size.height - BOX_HEIGHT), 0)
        seen_across = box.x - beside >= x and box.right + beside < x + size.width
        seen_upright = box.y - above >= y and box.bottom + above < y + size.height
        whole = self.layout_of_boxes
        if not seen_across:
            x = _start(whole.width, size.width, box.x + box.width // 2)
        if not seen_upright:
            y = _start(whole.height, size.height, box.y + BOX_HEIGHT // 2)
        self._origin = (x, y)
        return self._origin != before


def _start(whole: int, seen: int, middle: int) -> int:
    """The first cell in sight: all of it in the middle, or around `middle`."""
    return _within(middle - seen // 2, whole, seen)


def _within(start: int, whole: int, seen: int) -> int:
    """`start`, but with no more than a margin beside the drawing; a small one in the middle."""
    if whole + 2 * MARGIN <= seen:
        return -((seen - whole) // 2)
    return max(min(start, whole + MARGIN - seen), -MARGIN)


def _merged(cells: dict[int, StyledText], start: int, end: int) -> list[Segment]:
    """The cells from `start` up to `end`, neighbours of one colour as one segment."""
    segments: list[Segment] = []
    text, colour = "", "dim"
    for x in range(start, end):
        letter, wanted = cells.get(x, (" ", colour))
        if wanted != colour and text:
            segments.append(Segment(text, style(colour)))
            text = ""
        text, colour = text + letter, wanted
    return [*segments, Segment(text, style(colour))] if text else segments


def _stretches(cells: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where neighbouring cells begin, and how many they are; small gaps are covered too."""
    ordered = sorted(cells)
    breaks = [at for at, (a, b) in enumerate(pairwise(ordered), 1) if b - a > GAP]
    for first, last in pairwise([0, *breaks, len(ordered)]):
        if last > first:
            yield ordered[first], ordered[last - 1] + 1 - ordered[first]


def _widest(room: int) -> int:
    """The characters in a box when three boxes and the lines between stand side by side."""
    return max(min((room - 2 * NARROWEST_CHANNEL - MARGIN) // 3 - 4, WIDEST), NARROWEST)


def _fitting_all(layout: Layout, room: int) -> int | None:
    """The characters in a box with which all of it is in sight; None when it is, or can't be."""
    columns = [layout.boxes[column[0]].width for column in layout.columns if column]
    between = layout.width - sum(columns)
    if not columns or layout.width <= room:
        return None
    caps = range(max(columns) - 5, NARROWEST - 1, -1)
    fit = (cap for cap in caps if sum(min(wide, cap + 4) for wide in columns) + between <= room)
    return next(fit, None)
