"""The graph around an asset: boxes and joined lines, left to right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from console.domain.alignment import BOX_HEIGHT
from console.domain.keys import key_text
from console.domain.layout import lay_out, step
from console.domain.lines import Lines
from console.domain.neighbourhood import Neighbourhood
from console.domain.text import one_line
from console.widgets.line_list import empty_strip
from console.widgets.looks import HIGHLIGHT, style

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.geometry import Size

    from console.domain.keys import AssetKey
    from console.domain.layout import Box
    from console.widgets.pane import Part

NARROWEST, WIDEST = 18, 30
"""Characters within a box."""
MARGIN = 2
CONTEXT = 16
"""Cells beside the cursor's box that stay in sight, so that it's seen where a step leads."""
_WIRES = dict(enumerate(" │││─┘┐┤─└┌├─┴┬┼"))
_ASCII_WIRES = dict(enumerate(" |||-+++-+++-+++"))


@dataclass(frozen=True, slots=True)
class Frame:
    """What a box is drawn with: corners clockwise from the top left, sides, docks."""

    corners: str
    along: str
    side: str
    dock: str


_PLAIN = Frame("┌┐┘└", "─", "│", "├")
_CHOSEN = Frame("╔╗╝╚", "═", "║", "╟")
_ASCII_PLAIN = Frame("++++", "-", "|", "+")
_ASCII_CHOSEN = Frame("####", "=", "#", "#")

Face = tuple[list["Part"], list["Part"]]
"""Two lines of a box: its name, its state."""


class AssetMap(Widget, can_focus=True):
    """Draws a neighbourhood; the cursor is on one of its boxes."""

    @dataclass
    class Moved(Message):
        """The cursor is on another asset."""

        key: AssetKey

    def __init__(
        self, face: Callable[[AssetKey, int], Face], *, ascii_only: bool, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._face = face
        self._ascii = ascii_only
        self._wires = _ASCII_WIRES if ascii_only else _WIRES
        self.near = Neighbourhood((), (), {}, 0)
        self.layout_of_boxes = lay_out((), (), {})
        self.cursor: AssetKey | None = None
        self._bright = Lines()
        self._faces: dict[AssetKey, Face] = {}
        self._origin = (0, 0)
        self.empty = ""

    def show(self, near: Neighbourhood, cursor: AssetKey) -> None:
        """Another neighbourhood, or the same with its cursor elsewhere."""
        if near != self.near:
            self.near = near
            self.layout_of_boxes = lay_out(near.keys, near.edges, _widths(near.keys))
            self._faces = {}
        self.cursor = cursor
        self._bright = self.layout_of_boxes.lines_of(cursor)
        self.update_faces()
        self._centre(self.size)
        self.refresh()

    def say(self, text: str) -> None:
        """What stands here while there is no box."""
        if text != self.empty or self.near.keys:
            self.empty = text
            self.near, self.cursor = Neighbourhood((), (), {}, 0), None
            self.layout_of_boxes = lay_out((), (), {})
            self.refresh()

    def update_faces(self) -> None:
        """Draw again the boxes that say something else now."""
        boxes = self.layout_of_boxes.boxes
        changed = []
        for key, box in boxes.items():
            face = self._face(key, box.width - 4)
            if self._faces.get(key) != face:
                self._faces[key] = face
                changed.append(self._place(box))
        if changed and self.size:
            self.refresh(*changed)

    def step(self, direction: str) -> None:
        """Move to the box up, down, left or right of the cursor's."""
        if self.cursor is None:
            return
        joined = [a if b == self.cursor else b for a, b in self.near.edges if self.cursor in (a, b)]
        found = step(self.layout_of_boxes, self.cursor, direction, joined)
        if found is not None:
            self.move_to(found)

    def move_to(self, key: AssetKey) -> None:
        if key == self.cursor or key not in self.layout_of_boxes.boxes:
            return
        self.cursor = key
        self._bright = self.layout_of_boxes.lines_of(key)
        self._follow()
        self.refresh()
        self.post_message(self.Moved(key))

    def on_resize(self, event: events.Resize) -> None:
        self._centre(event.size)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        x, y = event.x + self._origin[0], event.y + self._origin[1]
        for key, box in self.layout_of_boxes.boxes.items():
            if box.x <= x <= box.right and box.y <= y <= box.bottom:
                self.move_to(key)

    def render_line(self, y: int) -> Strip:
        width, row = self.size.width, y + self._origin[1]
        if not self.near.keys:
            return empty_strip(self.empty, y, width)
        left = self._origin[0]
        cells = self._line_cells(row, left, left + width - 1)
        boxes = self._boxes_on(row, left, left + width)
        begins = min([left, *(box.x for _, box in boxes)])
        segments, x = [], left
        for key, box in boxes:
            segments += [*_merged(cells, x, box.x), *self._box_line(key, box, row - box.y)]
            x = box.right + 1
        segments += _merged(cells, x, left + width)
        hidden = left - begins
        return Strip(segments).crop(hidden, hidden + width).adjust_cell_length(width, style("text"))

    def _line_cells(self, row: int, left: int, right: int) -> dict[int, Part]:
        layout = self.layout_of_boxes
        bright = self._bright.cells(row, left, right)
        cells = {
            x: (self._wires[bits], "text" if x in bright else "dim")
            for x, bits in layout.lines.cells(row, left, right).items()
        }
        for x in layout.arrows.get(row, ()):
            if left <= x <= right:
                cells[x] = (">" if self._ascii else "▶", "text" if x in bright else "dim")
        return cells

    def _boxes_on(self, row: int, left: int, right: int) -> list[tuple[AssetKey, Box]]:
        """The boxes that the row goes through, from the left."""
        found = []
        for column in self.layout_of_boxes.columns:
            for key in column:
                box = self.layout_of_boxes.boxes[key]
                if box.y <= row <= box.bottom and box.right >= left and box.x < right:
                    found.append((key, box))
        return found

    def _box_line(self, key: AssetKey, box: Box, line: int) -> list[Segment]:
        chosen = key == self.cursor
        frame = self._frame(chosen)
        edge = style("text" if chosen else "dim", HIGHLIGHT if chosen else None, bold=chosen)
        if line == 0:
            return [
                Segment(frame.corners[0] + frame.along * (box.width - 2) + frame.corners[1], edge)
            ]
        if line == BOX_HEIGHT - 1:
            return [Segment(self._bottom(key, box.width, frame), edge)]
        background = HIGHLIGHT if chosen else None
        parts = self._faces[key][line - 1]
        used = sum(cell_len(text) for text, _ in parts)
        right = frame.dock if line == 1 and self.layout_of_boxes.leaves(key) else frame.side
        return [
            Segment(f"{frame.side} ", edge),
            *(
                Segment(text, style(colour, background, bold=chosen and line == 1))
                for text, colour in parts
            ),
            Segment(" " * (box.width - 3 - used), style("text", background)),
            Segment(right, edge),
        ]

    def _bottom(self, key: AssetKey, width: int, frame: Frame) -> str:
        """The lower edge tells how many neighbours aren't drawn."""
        up, down = self.near.outside.get(key, (0, 0))
        back, on = ("<", ">") if self._ascii else ("◀", "▶")
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

    def _follow(self) -> None:
        """Scroll no further than brings the cursor's box into sight."""
        if self.cursor is None:
            return
        box, size = self.layout_of_boxes.boxes[self.cursor], self.size
        x, y = self._origin
        beside = max(min(CONTEXT, (size.width - box.width) // 2), 0)
        above = max(min(1, size.height - BOX_HEIGHT), 0)
        left, right = box.x - beside, box.right + 1 + beside - size.width
        top, bottom = box.y - above, box.bottom + 1 + above - size.height
        whole = self.layout_of_boxes
        self._origin = (
            _within(max(min(x, left), right), whole.width, size.width),
            _within(max(min(y, top), bottom), whole.height, size.height),
        )


def _start(whole: int, seen: int, middle: int) -> int:
    """The first cell in sight: all of it in the middle, or around `middle`."""
    return _within(middle - seen // 2, whole, seen)


def _within(start: int, whole: int, seen: int) -> int:
    """`start`, but with no more than a margin beside the drawing; a small one in the middle."""
    if whole + 2 * MARGIN <= seen:
        return -((seen - whole) // 2)
    return max(min(start, whole + MARGIN - seen), -MARGIN)


def _merged(cells: dict[int, Part], start: int, end: int) -> list[Segment]:
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


def _widths(keys: Sequence[AssetKey]) -> dict[AssetKey, int]:
    """Of the boxes with their frames; by the names alone, so that news moves no box."""
    names = {key: len(one_line(key_text(key))) for key in keys}
    return {key: min(max(length, NARROWEST), WIDEST) + 4 for key, length in names.items()}
