"""A choice of cells: what they hold, and its text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from console.domain.keys import nearest
from console.domain.partitions import ranges_text
from console.domain.status import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.grid_row import GridRow
    from console.domain.keys import AssetKey


@dataclass(frozen=True)
class Cells:
    """All cells of some columns in some rows, or those of them in one of `states`."""

    rows: tuple[GridRow, ...]
    columns: range
    states: frozenset[State] | None = None

    def only(self, states: frozenset[State]) -> Cells:
        return Cells(self.rows, self.columns, states)

    @cached_property
    def positions(self) -> list[tuple[GridRow, list[int]]]:
        """For each row that has any, the positions in its asset's keys; [0] for a whole asset."""
        return [(row, at) for row in self.rows if (at := self._positions(row))]

    def _positions(self, row: GridRow) -> list[int]:
        if row.keys is None:
            last = len(row.cells) - 1
            return [0] if last in self.columns and self._wanted(row.state(last)) else []
        found = (at for column in self.columns for at in row.positions(column))
        return sorted(at for at in found if self._wanted(row.state_at(at)))

    def _wanted(self, state: State) -> bool:
        return state is not State.OUTSIDE and (self.states is None or state in self.states)

    @property
    def count(self) -> int:
        """How many partitions these are; an asset without any counts as one."""
        return sum(len(at) for _, at in self.positions)

    @property
    def assets(self) -> tuple[AssetKey, ...]:
        return tuple(dict.fromkeys(row.asset for row, _ in self.positions))

    @cached_property
    def counts(self) -> Counter[State]:
        """How many partitions are in each state."""
        return Counter(row.state_at(at) for row, places in self.positions for at in places)


def joined_ranges(cells: Cells) -> str:
    """The partitions of any of the rows as text of Dagster's grammar; empty for whole assets.

    Where the rows have different lists of keys it is the text of the first row's list. Of
    two dimensions no range leaves its first key, so that it can't be read as a rectangle.
    """
    keys = next((row.keys for row, _ in cells.positions if row.keys is not None), None)
    if keys is None:
        return ""
    chosen = sorted({at for row, places in cells.positions if row.keys is keys for at in places})
    if keys.sides is None:
        return ranges_text(chosen, keys.keys)
    width = len(keys.sides[1])
    parts = groupby(chosen, lambda at: at // width)
    return ", ".join(ranges_text(places, keys.keys) for _, places in parts)


def completion(text: str, keys: Sequence[str]) -> str | None:
    """The key that `text` is, else the first that it begins, else the nearest that holds it."""
    begins = [key for key in keys if key.startswith(text)]
    if text in begins:
        return text
    if begins:
        return begins[0]
    return nearest(text, keys)
