"""Counts the runs that ended in each of the last hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.runs.run import RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

HOUR = 3_600.0
RunEnd = tuple[float, RunStatus]
"""The time at which a run ended, in epoch seconds UTC, and its status."""


@dataclass(frozen=True, slots=True)
class RunHour:
    """The counts of one hour; `known` is False where older runs were not read."""

    ended: int = 0
    failed: int = 0
    known: bool = True


def run_hours(
    ends: Iterable[RunEnd], now: float, count: int, *, whole: bool = True
) -> tuple[RunHour, ...]:
    """The last `count` clock hours, oldest first, up to the hour of `now`.

    Unless `ends` is complete (`whole`), hours up to that of the oldest end are not known.
    """
    ends = list(ends)
    last = int(now // HOUR)
    oldest = min((int(ended // HOUR) for ended, _ in ends), default=last + 1)
    hours = []
    for hour in range(last - count + 1, last + 1):
        statuses = [status for ended, status in ends if int(ended // HOUR) == hour]
        known = whole or hour > oldest
        hours.append(RunHour(len(statuses), statuses.count(RunStatus.FAILURE), known))
    return tuple(hours)
