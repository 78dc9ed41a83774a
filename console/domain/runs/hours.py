"""How many runs ended in each of the last hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.runs.run import RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

HOUR = 3_600.0
RunEnd = tuple[float, RunStatus]
"""When a run ended, epoch seconds UTC, and how."""


@dataclass(frozen=True, slots=True)
class RunHour:
    """`known` is False where older runs were not read."""

    ended: int = 0
    failed: int = 0
    known: bool = True


def run_hours(
    ends: Iterable[RunEnd], now: float, count: int, *, whole: bool = True
) -> tuple[RunHour, ...]:
    """The last `count` hours of the clock, oldest first, that of `now` the last.

    Unless `ends` is the whole of it, hours up to that of the oldest end are not known.
    """
    ends = list(ends)
    last = int(now // HOUR)
    oldest = min((int(at // HOUR) for at, _ in ends), default=last + 1)
    hours = []
    for hour in range(last - count + 1, last + 1):
        here = [status for at, status in ends if int(at // HOUR) == hour]
        known = whole or hour > oldest
        hours.append(RunHour(len(here), here.count(RunStatus.FAILURE), known))
    return tuple(hours)
