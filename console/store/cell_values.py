"""The number that a cell of the grid stands for, by what was read of its partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.readings import Reading, Value
from console.domain.status import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.grid_row import GridRow
    from console.store.readings import Readings

READABLE = frozenset({State.MATERIALIZED, State.STALE})
NOT_TOLD = Value(None)


def value_of(
    row: GridRow, column: int, reading: Reading, readings: Readings, now: float
) -> Value | None:
    """Of several partitions the rows and the runs' times together, and the greatest age.

    None while it isn't read. `now` is in epoch seconds UTC.
    """
    if row.keys is None or row.state(column) not in READABLE:
        return None
    known = readings.made.get(row.asset, {})
    keys = [row.keys.keys[at] for at in row.positions(column) if row.state_at(at) in READABLE]
    if not keys or any(key not in known for key in keys):
        return None
    made = [one for key in keys if (one := known[key]) is not None]
    if not made:
        return NOT_TOLD
    if reading is Reading.AGE:
        return Value(max(now - one.at for one in made))
    if reading is Reading.ROWS:
        return Value(_sum([one.rows for one in made]))
    runs = list(dict.fromkeys(one.run for one in made if one.run))
    if any(run not in readings.seconds for run in runs):
        return None
    return Value(_sum([readings.seconds[run] for run in runs]))


def _sum(numbers: Sequence[float | None]) -> float | None:
    """Not known as soon as one isn't."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def wanted(row: GridRow, columns: range) -> tuple[str, ...]:
    """The partitions of a row in these columns that have something to read."""
    if row.keys is None:
        return ()
    found = (at for column in columns for at in row.positions(column))
    return tuple(row.keys.keys[at] for at in found if row.state_at(at) in READABLE)
