"""The routes of the lines between two neighbouring layers.

A net leaves one box on its row, runs up and down one track and enters its targets on
theirs. Nets whose tracks would meet get different ones; where a row is left by one net and
entered by another, the leaving one turns first, so that lines join only where edges do.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_TRACKS = 40
"""Beyond this many, lines share tracks: nobody can follow so many anyway."""


@dataclass(frozen=True, slots=True)
class Net:
    """The edges that leave the row of one source for the rows of its targets."""

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
    """The track of each net from the left, None for one that runs straight."""
    chosen: list[int | None] = [None] * len(nets)
    taken: list[list[tuple[int, int]]] = []
    before = _before(nets)
    for net in _ordered(nets, before):
        if nets[net].straight:
            continue
        least = max((track + 1 for b in before[net] if (track := chosen[b]) is not None), default=0)
        chosen[net] = _free(taken, nets[net].span, min(least, MOST_TRACKS - 1))
    return chosen


def _before(nets: Sequence[Net]) -> list[list[int]]:
    """The nets that must turn before each net, as they leave a row that it enters."""
    leaves = {net.row: at for at, net in enumerate(nets)}
    before: list[list[int]] = []
    for at, net in enumerate(nets):
        others = [leaves[row] for row in net.targets if row in leaves and row != net.row]
        before.append(
            [
                other
                for other in others
                if other != at and nets[other].row not in nets[other].targets
            ]
        )
    return before


def _ordered(nets: Sequence[Net], before: list[list[int]]) -> list[int]:
    """Each after those that turn before it; from the top where that leaves it open."""
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
        at = bisect_left(spans, span)
        clear_above = at == 0 or spans[at - 1][1] < span[0]
        clear_below = at == len(spans) or span[1] < spans[at][0]
        if clear_above and clear_below:
            spans.insert(at, span)
            return track
    return MOST_TRACKS - 1
