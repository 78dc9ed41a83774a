"""Tells which partitions of an asset need somebody, were never begun, or aren't due yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.status.states import CHECK_FAILED, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.domain.partitions.keys import PartitionKeys

_FLAGGED = (State.MATERIALIZED | CHECK_FAILED, State.STALE | CHECK_FAILED)
_MADE = re.compile(b"[%s]" % bytes((State.MATERIALIZED, State.STALE, *_FLAGGED)))


@dataclass(frozen=True, slots=True)
class Judged:
    """The cells of an asset; missing cells that need nobody are marked OUTSIDE."""

    cells: bytes
    not_begun: int = 0
    not_due: int = 0


def judged(states: bytes, keys: PartitionKeys | None, *, in_time: bool = False) -> Judged:
    """Takes out the missing cells that need nobody; `states` are in the order of `keys`.

    Cells before the first one ever materialized, in time order, are not begun; with two
    dimensions, each key of the other dimension has its own first. Where nothing was ever
    materialized, all cells are not begun. The newest partition is not due while the asset is
    `in_time`, which means that its deadline is ahead, once others were made.
    """
    if State.MISSING not in states:
        return Judged(states)
    cells, begun, due = bytearray(states), 0, 0
    for lane, by_time in _lanes(states, keys):
        lane_states = states[lane]
        waiting = _before_the_first(lane_states, by_time=by_time)
        if in_time and by_time and waiting < len(lane_states) and lane_states[-1] == State.MISSING:
            due += 1
            lane_states = lane_states[:-1] + bytes([State.OUTSIDE])
        begun += lane_states.count(State.MISSING, 0, waiting)
        cells[lane] = _taken_out(lane_states[:waiting]) + lane_states[waiting:]
    return Judged(bytes(cells), begun, due)


def _lanes(states: bytes, keys: PartitionKeys | None) -> Iterator[tuple[slice, bool]]:
    """The slices to judge separately, and whether each is in the order of time."""
    if keys is None or keys.sides is None or len(states) != len(keys):
        yield slice(None), keys is not None and keys.sides is None and keys.times is not None
        return
    along, across = keys.sides[keys.primary], keys.sides[1 - keys.primary]
    if along.times is None:
        yield slice(None), False
        return
    for index in range(len(across)):
        first = index if keys.primary == 0 else index * len(along)
        yield (
            slice(first, None, len(across))
            if keys.primary == 0
            else slice(first, first + len(along)),
            True,
        )


def _before_the_first(states: bytes, *, by_time: bool) -> int:
    """The number of cells before the first materialized one; all cells where none was."""
    first_made = _MADE.search(states)
    if first_made is None:
        return len(states)
    return first_made.start() if by_time else 0


def _taken_out(states: bytes) -> bytes:
    return states.replace(bytes([State.MISSING]), bytes([State.OUTSIDE]))


def was_begun(states: bytes) -> bool:
    """Whether any cell was ever materialized."""
    return _MADE.search(states) is not None


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of cells that need somebody, by reason; `apart` are not begun."""

    failed: int = 0
    checks: int = 0
    stale: int = 0
    missing: int = 0
    apart: int = 0
    not_due: int = 0

    @property
    def needy(self) -> int:
        """The number of cells that need somebody."""
        return self.failed + self.checks + self.stale + self.missing

    @property
    def words(self) -> list[str]:
        """`3 failed`, `2 stale`…; cells that need nobody come last, zeros are left out."""
        counts = (
            (self.failed, "failed"),
            (self.missing, "missing"),
            (self.stale, "stale"),
            (self.checks, "with a failed check"),
            (self.apart, "not begun"),
            (self.not_due, "not due"),
        )
        return [f"{count} {word}" for count, word in counts if count]

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.failed + other.failed,
            self.checks + other.checks,
            self.stale + other.stale,
            self.missing + other.missing,
            self.apart + other.apart,
            self.not_due + other.not_due,
        )


NOTHING = Tally()


def tally(asset_cells: Judged) -> Tally:
    """The tally of an asset's cells."""
    cells = asset_cells.cells
    return Tally(
        cells.count(State.FAILED),
        sum(map(cells.count, _FLAGGED)),
        cells.count(State.STALE),
        cells.count(State.MISSING),
        asset_cells.not_begun,
        asset_cells.not_due,
    )


def needy(asset_cells: Judged) -> dict[State, list[int]]:
    """The positions of the failed, stale and missing cells; states without any are left out."""
    positions_by_state = {
        state: [position for position, cell in enumerate(asset_cells.cells) if cell == state]
        for state in (State.FAILED, State.STALE, State.MISSING)
    }
    return {state: positions for state, positions in positions_by_state.items() if positions}
