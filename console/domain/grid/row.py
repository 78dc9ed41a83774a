"""A row of the grid: an asset's partitions along the axis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from console.domain.status.needs import NOTHING, Tally, judged, tally
from console.domain.status.states import (
    State,
    bad_cells,
    state_of,
    with_failed_check,
    worst_across,
    worst_of_each,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.grid.axis import Axis
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.status.states import Row


@dataclass(frozen=True)
class Lane:
    """The slices of an asset's partitions along the axis.

    Place `i` along the axis holds `inner` positions: the first is `first + i * stride`, and
    they are `inner_stride` apart. With one dimension each place holds one position.
    """

    keys: PartitionKeys
    """The names of the places along the axis."""
    first: int = 0
    stride: int = 1
    inner: int = 1
    inner_stride: int = 1

    def positions(self, place: int) -> range:
        start = self.first + place * self.stride
        return range(start, start + self.inner * self.inner_stride, self.inner_stride)

    def fold(self, states: bytes) -> bytes:
        """The worst cell of each place."""
        if not self.inner:
            return bytes(len(self.keys))
        slices = (
            states[self.first + index * self.inner_stride :: self.stride]
            for index in range(self.inner)
        )
        return worst_across([part[: len(self.keys)] for part in slices])


def lane_of(keys: PartitionKeys, secondary: int | None) -> Lane:
    """The lane of the whole asset, or of one of its secondary keys."""
    if keys.sides is None:
        return Lane(keys)
    along, across = keys.sides[keys.primary], keys.sides[1 - keys.primary]
    stride, inner_stride = (len(across), 1) if keys.primary == 0 else (1, len(along))
    if secondary is not None:
        return Lane(along, secondary * inner_stride, stride)
    return Lane(along, 0, stride, len(across), inner_stride)


@dataclass(frozen=True)
class GridRow:
    """One asset or one of its secondary keys; `cells[column]` is the worst cell of the column."""

    asset: AssetKey
    cells: bytes
    keys: PartitionKeys | None
    """None for an asset without partitions, whose one cell is at the end of the axis."""
    lane: Lane | None
    held: Mapping[int, Sequence[int]] | None
    """The places in each column; None where a place is its column minus `shift`."""
    shift: int
    states: bytes = b""
    """A cell for each of the asset's own keys."""
    begun: bytes = b""
    """The cells without those that need nobody yet; `cells` itself where they are equal."""
    tally: Tally = NOTHING
    """The counts of its partitions that need somebody."""
    secondary: str | None = None
    opens: bool = False
    """Whether it has secondary keys, which can be shown as lines."""
    opened: bool = False
    checks: int = 0
    """The number of its failed checks that name no partition."""
    reading: bool = False
    """Whether its cells may change when more is read."""

    def positions(self, column: int) -> Sequence[int]:
        """The positions of a cell's partitions in the asset's keys; empty outside of them."""
        if self.lane is None:
            return ()
        places = self._places(column)
        if len(places) == 1:
            return self.lane.positions(places[0])
        return [position for place in places for position in self.lane.positions(place)]

    def _places(self, column: int) -> Sequence[int]:
        if self.lane is None:
            return ()
        if self.held is not None:
            return self.held.get(column - self.shift, ())
        index = column - self.shift
        return (index,) if 0 <= index < len(self.lane.keys) else ()

    def partition(self, column: int) -> str | None:
        """The key of the partition in a cell; None if there is none or more than one."""
        positions = self.positions(column)
        return (
            self.keys.keys[positions[0]] if self.keys is not None and len(positions) == 1 else None
        )

    def label(self, column: int) -> str | None:
        """The first key along the axis in a cell."""
        indices = self._places(column)
        return self.lane.keys.keys[indices[0]] if self.lane is not None and indices else None

    def column(self, label: str) -> int | None:
        """The column of a key along the axis; None where the row has none."""
        index = None if self.lane is None else self.lane.keys.positions.get(label)
        if index is None:
            return None
        if self.held is None:
            return index + self.shift
        return next(
            (
                held_column + self.shift
                for held_column, indices in self.held.items()
                if index in indices
            ),
            None,
        )

    def column_of(self, partition: str) -> int | None:
        """The column of a key of the asset; None where the row has none."""
        if self.keys is None or self.keys.sides is None:
            return self.column(partition)
        position = self.keys.positions.get(partition)
        if position is None:
            return None
        first, second = divmod(position, len(self.keys.sides[1]))
        index = first if self.keys.primary == 0 else second
        return self.column(self.keys.sides[self.keys.primary].keys[index])

    def state_at(self, position: int) -> State:
        """The state of the partition at a position in the asset's keys."""
        return state_of(self.states[position])

    def cell(self, column: int) -> int:
        return self.cells[column] if 0 <= column < len(self.cells) else 0

    def state(self, column: int) -> State:
        return state_of(self.cell(column))

    @property
    def bad(self) -> int:
        """The number of its partitions that need somebody; several may share a cell."""
        return self.tally.needy

    @cached_property
    def bad_columns(self) -> bytes:
        return bad_cells(self.begun)


@dataclass(frozen=True)
class RowInput:
    """The values that a row is made from; rows of equal input and placement look the same."""

    keys: PartitionKeys | None
    row: Row
    failed_checks: Collection[int] = ()
    """The positions for which a check failed."""
    checks: int = 0
    reading: bool = False
    in_time: bool = False
    """Whether the deadline of its newest partition is ahead."""

    @cached_property
    def states(self) -> bytes:
        """A cell for each key; UNKNOWN where the row is older than the keys."""
        states = self.row.states
        if self.keys is not None and len(self.keys) and len(states) != len(self.keys):
            states = states[: len(self.keys)].ljust(len(self.keys), bytes([State.UNKNOWN]))
        if not self.failed_checks:
            return states
        cells = bytearray(states)
        for position in self.failed_checks:
            if position < len(cells):
                cells[position : position + 1] = with_failed_check(
                    bytes(cells[position : position + 1])
                )
        return bytes(cells)


def rows_of(
    asset: AssetKey, source: RowInput, axis: Axis, width: int, *, opened: bool
) -> list[GridRow]:
    """The asset's row and, if opened, one for each secondary key below it."""
    keys = source.keys
    if keys is None or not len(keys):
        return [_whole(asset, source, width)]
    across = keys.sides[1 - keys.primary] if keys.sides else None
    folded = _row(asset, source, axis, width, lane_of(keys, None))
    lines = [replace(folded, opens=across is not None, opened=opened and across is not None)]
    if opened and across is not None:
        lines += [
            _row(asset, source, axis, width, lane_of(keys, index), name)
            for index, name in enumerate(across.keys)
        ]
    return lines


def width_of(keys: PartitionKeys | None, axis: Axis) -> int:
    """The number of columns that the keys need: 0 where they lie on the axis, 1 for None."""
    if keys is None:
        return 1
    along = keys.sides[keys.primary] if keys.sides else keys
    return 0 if axis.place(along) is not None else len(along)


def _whole(asset: AssetKey, source: RowInput, width: int) -> GridRow:
    """The row of an asset without keys, whose cells are at the end of the axis."""
    states = source.states[-width:]
    cells = bytes(width - len(states)) + states
    judged_cells = judged(source.states, None)
    return GridRow(
        asset,
        cells,
        source.keys,
        None,
        None,
        0,
        source.states,
        bytes(width - len(states)) + judged_cells.cells[-width:],
        tally(judged_cells),
        checks=source.checks,
        reading=source.reading,
    )


def _row(
    asset: AssetKey,
    source: RowInput,
    axis: Axis,
    width: int,
    lane: Lane,
    secondary: str | None = None,
) -> GridRow:
    states = lane.fold(source.states)
    shift, held = _placing(lane.keys, axis, width)
    cells = _placed(states, held, shift, width)
    judged_whole = secondary is None
    judged_cells = judged(
        source.states if judged_whole else states,
        source.keys if judged_whole else lane.keys,
        in_time=source.in_time,
    )
    begun = lane.fold(judged_cells.cells) if judged_whole else judged_cells.cells
    checks = source.checks if judged_whole else 0
    return GridRow(
        asset,
        cells,
        source.keys,
        lane,
        held,
        shift,
        source.states,
        cells if begun == states else _placed(begun, held, shift, width),
        tally(judged_cells),
        secondary,
        checks=checks,
        reading=source.reading,
    )


def _placing(
    keys: PartitionKeys, axis: Axis, width: int
) -> tuple[int, Mapping[int, Sequence[int]] | None]:
    """The shift and the places of the keys; keys that aren't on the axis end where it ends."""
    placed = axis.place(keys)
    if placed is None:
        return width - len(keys), None
    before = width - len(axis)
    return (before, placed.held) if placed.shift is None else (before + placed.shift, None)


def _placed(
    states: bytes, held: Mapping[int, Sequence[int]] | None, shift: int, width: int
) -> bytes:
    if held is None:
        return bytes(shift) + states + bytes(width - shift - len(states))
    cells = bytearray(width)
    parts = (
        states[positions.start : positions.stop]
        if isinstance(positions, range)
        else bytes(states[i] for i in positions)
        for positions in held.values()
    )
    for column, cell in zip(held, worst_of_each(parts), strict=True):
        cells[shift + column] = cell
    return bytes(cells)
