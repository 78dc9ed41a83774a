"""A state that neighbouring partitions share."""

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
    """The ends in the secondary dimension; `start` and `end` are those in the primary one. None without two dimensions."""


def fill(cells: bytearray, keys: PartitionKeys, span: Span) -> None:
    """Set the cells of a span; one that `keys` doesn't have sets none."""
    if span.across is not None:
        _fill_both(cells, keys, span, span.across)
        return
    places = _between(keys, span.start, span.end)
    cells[places.start : places.stop] = bytes([span.state]) * len(places)


def _fill_both(cells: bytearray, keys: PartitionKeys, span: Span, across: tuple[str, str]) -> None:
    if keys.sides is None:
        return
    places = [_between(keys.sides[keys.primary], span.start, span.end)]
    places.insert(1 - keys.primary, _between(keys.sides[1 - keys.primary], *across))
    width = len(keys.sides[1])
    for first in places[0]:
        at = first * width + places[1].start
        cells[at : at + len(places[1])] = bytes([span.state]) * len(places[1])


def _between(keys: PartitionKeys, start: str, end: str) -> range:
    """Empty where an end isn't known, or they are the wrong way round."""
    first, last = keys.positions.get(start), keys.positions.get(end)
    return range(0) if first is None or last is None else range(first, last + 1)
