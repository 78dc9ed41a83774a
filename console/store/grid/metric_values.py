"""The number that a cell of the grid stands for, by what was read of its partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.grid.metrics import CellMetric, MetricValue
from console.domain.status.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.grid.metrics import CellMaterialization
    from console.domain.grid.row import GridRow
    from console.store.grid.cell_metrics import CellMetrics

READABLE = frozenset({State.MATERIALIZED, State.STALE})
NOT_TOLD = MetricValue(None)


def values_of(
    row: GridRow, columns: range, reading: CellMetric, readings: CellMetrics, now: float
) -> list[MetricValue | None]:
    """The value of each column; None where it isn't read or there is none.

    Several partitions in a cell count their rows and their runs' times together, and the
    greatest age. `now` is in epoch seconds UTC.
    """
    known = readings.made.get(row.asset)
    if row.keys is None or not known:
        return [None] * len(columns)
    keys = row.keys.keys
    found: list[MetricValue | None] = []
    for column in columns:
        if row.state(column) not in READABLE:
            found.append(None)
            continue
        places = row.positions(column)
        if len(places) > 1:
            places = [at for at in places if row.state_at(at) in READABLE]
        names = [keys[at] for at in places]
        read = all(name in known for name in names)
        found.append(
            _value([known[name] for name in names], reading, readings, now) if read else None
        )
    return found


def _value(
    made: Sequence[CellMaterialization | None],
    reading: CellMetric,
    readings: CellMetrics,
    now: float,
) -> MetricValue | None:
    there = [one for one in made if one is not None]
    if not there:
        return NOT_TOLD
    if reading is CellMetric.AGE:
        return MetricValue(max(now - one.at for one in there))
    if reading is CellMetric.ROWS:
        return MetricValue(_sum([one.rows for one in there]))
    runs = list(dict.fromkeys(one.run for one in there if one.run))
    if any(run not in readings.seconds for run in runs):
        return None
    return MetricValue(_sum([readings.seconds[run] for run in runs]))


def _sum(numbers: Sequence[float | None]) -> float | None:
    """Not known as soon as one isn't."""
    if len(numbers) == 1:
        return numbers[0]
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def wanted(row: GridRow, columns: range) -> tuple[str, ...]:
    """The partitions of a row in these columns that have something to read."""
    if row.keys is None:
        return ()
    found = (at for column in columns for at in row.positions(column))
    return tuple(row.keys.keys[at] for at in found if row.state_at(at) in READABLE)
