"""Lines on a grid of cells; a cell is the union of the directions that leave it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class Link:
    """A line from column `start` along `row` to column `turn`, then to row `to`, then to column `end`."""

    start: int
    row: int
    turn: int
    to: int
    end: int


@dataclass
class Lines:
    """The lines of the drawing; links of one source share their common lines."""

    across: dict[int, set[tuple[int, int]]] = field(default_factory=lambda: defaultdict(set))
    """The lines (from, to) of each row, both ends included."""
    upright: set[tuple[int, int, int]] = field(default_factory=set)
    """The lines (column, top, bottom)."""

    @cached_property
    def _from_the_left(self) -> list[tuple[int, int, int]]:
        return sorted(self.upright)

    def draw(self, link: Link) -> None:
        if link.turn > link.start:
            self.across[link.row].add((link.start, link.turn))
        if link.end > link.turn:
            self.across[link.to].add((link.turn, link.end))
        if link.row != link.to:
            self.upright.add((link.turn, min(link.row, link.to), max(link.row, link.to)))

    def cells(self, y: int, left: int, right: int) -> dict[int, int]:
        """The cells of one row from `left` to `right`, as unions of directions.

        No link may be drawn after the first call.
        """
        directions: dict[int, int] = {}
        for start, end in self.across.get(y, ()):
            for x in range(max(start, left), min(end, right) + 1):
                bits = (LEFT if x > start else 0) | (RIGHT if x < end else 0)
                directions[x] = directions.get(x, 0) | bits
        uprights = self._from_the_left
        first, last = bisect_left(uprights, (left,)), bisect_left(uprights, (right + 1,))
        for x, top, bottom in uprights[first:last]:
            if top <= y <= bottom:
                bits = (UP if y > top else 0) | (DOWN if y < bottom else 0)
                directions[x] = directions.get(x, 0) | bits
        return directions
