"""Estimates the remaining time of runs and backfills under way."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.runs.run import Backfill, Run


def backfill_left(backfill: Backfill, now: float) -> float | None:
    """The seconds until a backfill ends, at its pace so far; None before any cell is done.

    Failed cells count as done, since they will not run again.
    """
    finished = backfill.done + backfill.failed
    left = backfill.targeted - finished
    elapsed = now - backfill.created
    if not finished or left < 0 or elapsed <= 0:
        return None
    return elapsed / finished * left


def usual_seconds(run: Run, past: Iterable[Run]) -> tuple[float, int] | None:
    """The median seconds of alike runs that succeeded, and their number."""
    times = [
        other.seconds
        for other in past
        if other.seconds is not None and other.status.succeeded and _alike(run, other)
    ]
    return (median(times), len(times)) if times else None


def run_left(run: Run, past: Iterable[Run], now: float) -> float | None:
    """The seconds until a run ends if it takes as long as alike runs; below 0 when it takes longer."""
    usual = usual_seconds(run, past)
    if usual is None or run.started is None or not run.status.active:
        return None
    return usual[0] - (now - run.started)


def _alike(run: Run, other: Run) -> bool:
    """Whether both have the same assets and job, and both or neither a range of partitions."""
    same = set(run.assets) == set(other.assets) and run.job == other.job
    return same and _has_range(run) == _has_range(other)


def _has_range(run: Run) -> bool:
    span = run.partition_range
    return span is not None and span[0] != span[1]
