"""Metrics of materialized cells: rows, time or age, drawn as eight heights."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BARS, DIGITS = "▁▂▃▄▅▆▇█", "12345678"
NONE, NOT_TOLD = "0", "?"
HOUR, DAY = 3_600.0, 86_400.0
AGES = (HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 90 * DAY)
"""Limits in seconds; an age has the height of the first limit that it is below."""


class CellMetric(Enum):
    """The metric shown in the cells that are materialized."""

    STATE = "state"
    ROWS = "rows"
    TIME = "time"
    AGE = "age"

    @property
    def legend(self) -> str:
        """The legend, with two placeholders for the lowest and the highest bar."""
        if self is CellMetric.AGE:
            return "age: {} below 1h, then 6h 1d 3d 7d 30d 90d, {} older"
        metric = "time of the run that made it" if self is CellMetric.TIME else "rows"
        return f"{metric}: {{}} least, {{}} most of its line, 0 none, ? not told"


@dataclass(frozen=True, slots=True)
class MetricValue:
    """The value of a cell's metric; `number` is None where it isn't known."""

    number: float | None


@dataclass(frozen=True, slots=True)
class CellMaterialization:
    """The last materialization of a partition: its time in epoch seconds UTC, run and row count."""

    at: float
    run: str | None = None
    rows: int | None = None


def heights(
    values: Sequence[MetricValue | None], reading: CellMetric, *, ascii_only: bool
) -> list[str | None]:
    """The character for each value; None where the value isn't read yet."""
    bars = DIGITS if ascii_only else BARS
    numbers = [value.number for value in values if value is not None and value.number]
    most = max(numbers, default=0.0)
    return [
        None if value is None else _height(value.number, reading, most, bars) for value in values
    ]


def _height(number: float | None, reading: CellMetric, most: float, bars: str) -> str:
    if number is None:
        return NOT_TOLD
    if reading is CellMetric.AGE:
        return bars[sum(number >= limit for limit in AGES)]
    return bars[max(ceil(number / most * len(bars)) - 1, 0)] if number > 0 else NONE
