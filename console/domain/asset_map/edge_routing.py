"""Routes the lines between two neighbouring layers.

A net leaves one box on its row, runs up and down one track and enters its targets on their
rows. Nets that would meet on a track get different ones. Where one net leaves a row that
another enters, the leaving net turns first, so that lines join only where edges do.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_TRACKS = 40
"""Beyond this number, lines share tracks, as nobody can follow so many anyway."""


@dataclass(frozen=True, slots=True)
class Net:
    """The edges from the row of one source to the rows of its targets."""

    row: int
    targets: tuple[int, ...]

    @property
    def straight(self) -> bool:
        return all(target == self.row for target in self.targets)

    @property
    def span(self) -> tuple[int, int]:
        rows = (self.row, *self.targets)
        return min(rows), max(rows)


def tracks(nets: Sequence[Net]) -> list[int | None]:
    """The track of each net, counted from the left; None for a straight net."""
    chosen: list[int | None] = [None] * len(nets)
    taken: list[list[tuple[int, int]]] = []
    before = _before(nets)
    for net in _ordered(nets, before):
        if nets[net].straight:
            continue
        least = max(
            (track + 1 for earlier in before[net] if (track := chosen[earlier]) is not None),
            default=0,
        )
        chosen[net] = _free(taken, nets[net].span, min(least, MOST_TRACKS - 1))
    return chosen


def _before(nets: Sequence[Net]) -> list[list[int]]:
    """The nets that must turn before each net, because they leave a row that it enters."""
    leaves = {net.row: index for index, net in enumerate(nets)}
    before: list[list[int]] = []
    for index, net in enumerate(nets):
        others = [leaves[row] for row in net.targets if row in leaves and row != net.row]
        before.append(
            [
                other
                for other in others
                if other != index and nets[other].row not in nets[other].targets
            ]
        )
    return before


def _ordered(nets: Sequence[Net], before: list[list[int]]) -> list[int]:
    """The nets, each after those that turn before it, otherwise from the top."""
    ordered: list[int] = []
    state = [0] * len(nets)
    for start in sorted(range(len(nets)), key=lambda net: nets[net].span):
        waiting = [start]
        while waiting:
            net = waiting[-1]
            state[net] = max(state[net], 1)
            following = next((other for other in before[net] if state[other] == 0), None)
            if following is not None:
                waiting.append(following)
                continue
            waiting.pop()
            if state[net] == 1:
                state[net] = 2
                ordered.append(net)
    return ordered


def _free(taken: list[list[tuple[int, int]]], span: tuple[int, int], least: int) -> int:
    for track in range(least, MOST_TRACKS):
        if track >= len(taken):
            taken.extend([] for _ in range(track - len(taken) + 1))
        spans = taken[track]
        index = bisect_left(spans, span)
        clear_above = index == 0 or spans[index - 1][1] < span[0]
        clear_below = index == len(spans) or span[1] < spans[index][0]
        if clear_above and clear_below:
            spans.insert(index, span)
            return track
    return MOST_TRACKS - 1
