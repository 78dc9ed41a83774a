"""A selection of cells, and the text of its partitions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from console.domain.assets.keys import nearest
from console.domain.partitions.keys import ranges_text
from console.domain.status.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.grid.row import GridRow
    from console.domain.partitions.keys import PartitionKeys


@dataclass(frozen=True)
class Cells:
    """The cells of some columns in some rows, or only those in one of `states`."""

    rows: tuple[GridRow, ...]
    columns: range
    states: frozenset[State] | None = None

    def only(self, states: frozenset[State]) -> Cells:
        return Cells(self.rows, self.columns, states)

    @cached_property
    def positions(self) -> list[tuple[GridRow, list[int]]]:
        """The selected positions in each asset's keys; [0] for an asset without partitions."""
        return [(row, positions) for row in self.rows if (positions := self._positions(row))]

    def _positions(self, row: GridRow) -> list[int]:
        if row.keys is None:
            last = len(row.cells) - 1
            return [0] if last in self.columns and self._wanted(row.state(last)) else []
        positions = (position for column in self.columns for position in row.positions(column))
        return sorted(position for position in positions if self._wanted(row.state_at(position)))

    def _wanted(self, state: State) -> bool:
        return state is not State.OUTSIDE and (self.states is None or state in self.states)

    @property
    def count(self) -> int:
        """The number of selected partitions; an asset without partitions counts as one."""
        return sum(len(positions) for _, positions in self.positions)

    @property
    def assets(self) -> tuple[AssetKey, ...]:
        return tuple(dict.fromkeys(row.asset for row, _ in self.positions))

    @cached_property
    def counts(self) -> Counter[State]:
        """The number of partitions in each state."""
        return Counter(
            row.state_at(position) for row, positions in self.positions for position in positions
        )

    @cached_property
    def keys(self) -> PartitionKeys | None:
        """The keys of the first row that has any; None if all are unpartitioned assets."""
        return next((row.keys for row, _ in self.positions if row.keys is not None), None)

    @cached_property
    def chosen(self) -> list[int]:
        """The selected positions in `keys`, from all rows with these keys."""
        same = (positions for row, positions in self.positions if row.keys is self.keys)
        return sorted({position for positions in same for position in positions})

    @property
    def partitions(self) -> tuple[str, ...]:
        """The keys of the `chosen` partitions; empty for unpartitioned assets."""
        return tuple(self.keys.keys[position] for position in self.chosen) if self.keys else ()


def joined_ranges(cells: Cells) -> str:
    """The selected partitions in Dagster's range syntax; empty for unpartitioned assets.

    If the rows have different lists of keys, it covers the first row's list. In two
    dimensions no range spans two first keys, so that it can't be read as a rectangle.
    """
    keys = cells.keys
    if keys is None:
        return ""
    if keys.sides is None:
        return ranges_text(cells.chosen, keys.keys)
    width = len(keys.sides[1])
    parts = groupby(cells.chosen, lambda position: position // width)
    return ", ".join(ranges_text(positions, keys.keys) for _, positions in parts)


def completion(text: str, keys: Sequence[str]) -> str | None:
    """The key equal to `text`, else the first that starts with it, else the nearest."""
    begins = [key for key in keys if key.startswith(text)]
    if text in begins:
        return text
    if begins:
        return begins[0]
    return nearest(text, keys)
