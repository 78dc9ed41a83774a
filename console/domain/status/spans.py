"""Spans of neighbouring partitions that share a state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.status.states import State


@dataclass(frozen=True, slots=True)
class Span:
    """Partitions from `start` to `end` of the list, both included, that share a state."""

    start: str
    end: str
    state: State
    across: tuple[str, str] | None = None
    """The ends in the secondary dimension, if there is one; `start` and `end` are in the primary one."""


def fill(cells: bytearray, keys: PartitionKeys, span: Span) -> None:
    """Sets the cells of a span; a span that isn't in `keys` sets none."""
    if span.across is not None:
        _fill_both(cells, keys, span, span.across)
        return
    positions = _between(keys, span.start, span.end)
    cells[positions.start : positions.stop] = bytes([span.state]) * len(positions)


def _fill_both(cells: bytearray, keys: PartitionKeys, span: Span, across: tuple[str, str]) -> None:
    if keys.sides is None:
        return
    side_positions = [_between(keys.sides[keys.primary], span.start, span.end)]
    side_positions.insert(1 - keys.primary, _between(keys.sides[1 - keys.primary], *across))
    width = len(keys.sides[1])
    for first in side_positions[0]:
        start = first * width + side_positions[1].start
        cells[start : start + len(side_positions[1])] = bytes([span.state]) * len(side_positions[1])


def _between(keys: PartitionKeys, start: str, end: str) -> range:
    """The positions from `start` to `end`; empty where an end isn't known or they are reversed."""
    first, last = keys.positions.get(start), keys.positions.get(end)
    return range(0) if first is None or last is None else range(first, last + 1)
