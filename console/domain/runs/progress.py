"""The time that runs under way will still take, estimated from past runs."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.runs.run import Backfill, Run


def backfill_left(backfill: Backfill, now: float) -> float | None:
    """Seconds till a backfill's end at its own pace so far; None before anything is done.

    What failed counts as done: it will not run again.
    """
    over = backfill.done + backfill.failed
    left = backfill.targeted - over
    passed = now - backfill.created
    if not over or left < 0 or passed <= 0:
        return None
    return passed / over * left


def usual_seconds(run: Run, past: Iterable[Run]) -> tuple[float, int] | None:
    """The median of runs that succeeded with the same assets, or job, and of how many."""
    times = [
        other.seconds
        for other in past
        if other.seconds is not None and other.status.succeeded and _alike(run, other)
    ]
    return (median(times), len(times)) if times else None


def run_left(run: Run, past: Iterable[Run], now: float) -> float | None:
    """Seconds till a run's end by what like runs took; below 0 when it takes longer."""
    usual = usual_seconds(run, past)
    if usual is None or run.started is None or not run.status.active:
        return None
    return usual[0] - (now - run.started)


def _alike(run: Run, other: Run) -> bool:
    same = set(run.assets) == set(other.assets) and run.job == other.job
    return same and _many(run) == _many(other)


def _many(run: Run) -> bool:
    span = run.partition_range
    return span is not None and span[0] != span[1]
