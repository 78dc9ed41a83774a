"""How long a plan would take, from runs that succeeded before."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from statistics import quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.planner.launches import Batch
    from console.planner.request import PastRun


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds from the first run's start to the last one's end, and what they rest on."""

    low: float
    high: float
    basis: int
    """How many past runs it was made from."""


def estimate(
    batches: list[Batch], past: tuple[PastRun, ...], parallel: int | None
) -> Estimate | None:
    """The quartiles of past runs, times the waves of each batch; None where nothing is known.

    A run's time is scaled by its partitions only as far as the past shows: the samples are
    of the same assets, those with the most like number of partitions first.
    """
    low = high = 0.0
    used = 0
    for batch in batches:
        samples = _samples(batch, past)
        if not samples:
            return None
        first, last = _quartiles(samples)
        times = ceil(batch.runs / (parallel or batch.runs or 1))
        low, high, used = low + first * times, high + last * times, used + len(samples)
    return Estimate(low, high, used) if batches else None


def _samples(batch: Batch, past: tuple[PastRun, ...]) -> list[float]:
    assets = frozenset(batch.assets)
    same = [run for run in past if run.assets == assets]
    like = same or [run for run in past if run.assets & assets]
    size = len(batch.partitions) / max(batch.runs, 1)
    nearest = sorted(like, key=lambda run: abs(run.partitions - size))[:12]
    return [run.seconds for run in nearest]


def _quartiles(samples: list[float]) -> tuple[float, float]:
    if len(samples) == 1:
        return samples[0] * 0.7, samples[0] * 1.5
    first, _, last = quantiles(samples, n=4, method="inclusive")
    return first, last
