"""The time that a plan would take, estimated from runs that succeeded before."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from statistics import quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.planner.launches import Batch
    from console.planner.request import PastRun, Snapshot


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds from the first run's start to the last one's end, and what they rest on."""

    low: float
    high: float
    basis: int
    """The number of past runs that it rests on."""
    others: bool = False
    """Whether some of these made only other assets of the same group."""


def estimate(batches: list[Batch], snapshot: Snapshot, parallel: int | None) -> Estimate | None:
    """The quartiles of past runs, times the waves of each batch; None where nothing is known.

    The samples are of the same assets, else of some of them, else of others of their group;
    those with the most like number of partitions first.
    Runs whose steps go through a pool are counted as going one after another as far as the
    pool's limit has it.
    """
    low = high = 0.0
    used, others = 0, False
    for batch in batches:
        samples = _samples(batch, snapshot.past)
        if not samples:
            samples, others = _of_the_group(batch, snapshot), True
        if not samples:
            return None
        first, last = _quartiles(samples)
        times = ceil(batch.runs / _at_once(batch, snapshot, parallel))
        low, high, used = low + first * times, high + last * times, used + len(samples)
    return Estimate(low, high, used, others) if batches else None


def narrow_pools(batches: list[Batch], snapshot: Snapshot, parallel: int | None) -> dict[str, int]:
    """The pools that let fewer steps in than there would be runs at once, with their limits."""
    narrow: dict[str, int] = {}
    for batch in batches:
        wanted = min(batch.runs, parallel or batch.runs)
        for pool, limit in _pools(batch, snapshot).items():
            if limit < wanted:
                narrow[pool] = limit
    return narrow


def _at_once(batch: Batch, snapshot: Snapshot, parallel: int | None) -> int:
    limits = [parallel or batch.runs, *_pools(batch, snapshot).values()]
    return max(min(limits), 1)


def _pools(batch: Batch, snapshot: Snapshot) -> dict[str, int]:
    pools = {pool for asset in batch.assets for pool in snapshot.graph[asset].pools}
    return {pool: snapshot.pool_limits[pool] for pool in sorted(pools & set(snapshot.pool_limits))}


def _samples(batch: Batch, past: tuple[PastRun, ...]) -> list[float]:
    assets = frozenset(batch.assets)
    same = [run for run in past if run.assets == assets]
    return _nearest(batch, same or [run for run in past if run.assets & assets])


def _of_the_group(batch: Batch, snapshot: Snapshot) -> list[float]:
    """Of runs that made assets of the same groups and no others."""
    graph = snapshot.graph
    groups = {graph[asset].group for asset in batch.assets}
    like = [
        run
        for run in snapshot.past
        if groups.issuperset(graph[asset].group if asset in graph else "" for asset in run.assets)
    ]
    return _nearest(batch, like)


def _nearest(batch: Batch, like: list[PastRun]) -> list[float]:
    """Seconds of the runs with the most like number of partitions."""
    size = len(batch.partitions) / max(batch.runs, 1)
    nearest = sorted(like, key=lambda run: abs(run.partitions - size))[:12]
    return [run.seconds for run in nearest]


def _quartiles(samples: list[float]) -> tuple[float, float]:
    if len(samples) == 1:
        return samples[0] * 0.7, samples[0] * 1.5
    first, _, last = quantiles(samples, n=4, method="inclusive")
    return first, last
