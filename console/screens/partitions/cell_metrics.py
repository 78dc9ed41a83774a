"""The same cells read as rows, time or age: asked for what is in sight, told as heights."""

from __future__ import annotations

import time
from itertools import accumulate
from typing import TYPE_CHECKING

from console.domain.grid.metrics import BARS, DIGITS, CellMetric, heights
from console.store.grid.metric_values import values_of, wanted

if TYPE_CHECKING:
    from console.app import Deck
    from console.domain.assets.keys import AssetKey
    from console.domain.grid.row import GridRow
    from console.widgets.grid.partition_grid import PartitionGrid

MOST_READ = 8_000
"""Partitions that are read at once: 2 s of the server's time; a wide zoom would be far more."""


class CellMetricsView:
    """`reading` is how the cells of `grid` are read."""

    def __init__(self, deck: Deck, grid: PartitionGrid, *, ascii_only: bool) -> None:
        self.reading = CellMetric.STATE
        self._deck = deck
        self._grid = grid
        self._ascii_only = ascii_only
        self._read_of: tuple[range, range] | None = None

    def choose_next(self) -> None:
        readings = list(CellMetric)
        self.reading = readings[(readings.index(self.reading) + 1) % len(readings)]
        self._grid.show_reading(None if self.reading is CellMetric.STATE else self._heights)

    def read(self) -> None:
        """Ask for what is in sight, the cursor's own line first."""
        readings = self._deck.readings
        if self.reading is CellMetric.STATE:
            readings.want(())
            return
        if not readings.want(self._in_sight(), with_times=self.reading is CellMetric.TIME):
            self._deck.poller.wake()
        self._grid.show_reading(self._heights)

    def read_when_scrolled(self) -> None:
        sight = (self._grid.lines_in_sight, self._grid.columns_in_sight)
        if self.reading is not CellMetric.STATE and sight != self._read_of:
            self._read_of = sight
            self.read()

    def legend(self) -> str:
        if self.reading is CellMetric.STATE:
            return ""
        bars = DIGITS if self._ascii_only else BARS
        state = "" if self._deck.readings.interval is None else " (being read)"
        return self.reading.legend.format(bars[0], bars[-1]) + state

    @property
    def words(self) -> str:
        """What the cells show instead of states; empty for the states."""
        return "" if self.reading is CellMetric.STATE else self.reading.value

    def _in_sight(self) -> list[tuple[AssetKey, tuple[str, ...]]]:
        grid = self._grid
        lines = sorted(grid.lines_in_sight, key=lambda at: abs(at - grid.line))
        rows = [row for at in lines if (row := grid.grid.row(at)) is not None]
        cells = [(row.asset, wanted(row, grid.columns_in_sight)) for row in rows]
        ends = accumulate(len(partitions) for _, partitions in cells)
        return [cell for cell, end in zip(cells, ends, strict=True) if end <= MOST_READ]

    def _heights(self, row: GridRow, columns: range) -> list[str | None]:
        values = values_of(row, columns, self.reading, self._deck.readings, time.time())
        return heights(values, self.reading, ascii_only=self._ascii_only)
