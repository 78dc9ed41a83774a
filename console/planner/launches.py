"""How many runs a plan starts, and in how many waves.

The rule is that of dagster's asset backfill: without a backfill policy one run for each
partition; with `multi_run(n)`, n partitions of each contiguous range; with `single_run`,
one for each contiguous range. Assets share a run when location, definition, policy and
partitions are the same and they are connected; otherwise a child waits for its parent.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from console.domain.partitions import runs_of
from console.planner.request import WHOLE

if TYPE_CHECKING:
    from console.domain.assets import BackfillPolicy
    from console.domain.keys import AssetKey
    from console.planner.plan import Plan
    from console.planner.request import Snapshot


@dataclass(frozen=True, slots=True)
class Batch:
    """Assets that share their runs, and how many runs that makes."""

    assets: tuple[AssetKey, ...]
    partitions: tuple[str | None, ...]
    runs: int
    stage: int
    """0 for what can start at once, 1 for what waits for stage 0, and so on."""


def batches(plan: Plan, snapshot: Snapshot) -> list[Batch]:
    """The batches of a plan, in the order in which they can start."""
    found: list[list[AssetKey]] = []
    stages: list[int] = []
    place: dict[AssetKey, int] = {}
    for asset in plan.to_run:
        parents = [place[p] for p in snapshot.graph.upstream(asset) if p in place]
        shared = next((at for at in parents if _shares(found[at][0], asset, plan, snapshot)), None)
        if shared is not None and all(
            stages[at] <= stages[shared] for at in parents if at != shared
        ):
            found[shared].append(asset)
            place[asset] = shared
            continue
        sibling = _waiting_sibling(asset, parents, found, stages, plan, snapshot)
        if sibling is not None:
            found[sibling].append(asset)
            place[asset] = sibling
            continue
        place[asset] = len(found)
        found.append([asset])
        stages.append(1 + max((stages[at] for at in parents), default=-1))
    made = [
        _batch(assets, stage, plan, snapshot) for assets, stage in zip(found, stages, strict=True)
    ]
    return sorted(made, key=lambda batch: batch.stage)


def waves(made: list[Batch], parallel: int | None) -> int:
    """How many times runs start together, `parallel` at once at most."""
    at_once = parallel or max((batch.runs for batch in made), default=1) or 1
    stages = {batch.stage for batch in made}
    return sum(ceil(sum(b.runs for b in made if b.stage == stage) / at_once) for stage in stages)


def _shares(first: AssetKey, second: AssetKey, plan: Plan, snapshot: Snapshot) -> bool:
    a, b = snapshot.graph[first], snapshot.graph[second]
    return (
        (a.location, a.repository, a.backfill_policy)
        == (b.location, b.repository, b.backfill_policy)
        and snapshot.keys.get(first) == snapshot.keys.get(second)
        and plan.to_run[first] == plan.to_run[second]
    )


def _waiting_sibling(
    asset: AssetKey,
    parents: list[int],
    found: list[list[AssetKey]],
    stages: list[int],
    plan: Plan,
    snapshot: Snapshot,
) -> int | None:
    """A batch of the same stage that starts at the same look of the daemon."""
    stage = 1 + max((stages[at] for at in parents), default=-1)
    return next(
        (
            at
            for at, assets in enumerate(found)
            if stages[at] == stage and _shares(assets[0], asset, plan, snapshot)
        ),
        None,
    )


def _batch(assets: list[AssetKey], stage: int, plan: Plan, snapshot: Snapshot) -> Batch:
    partitions = plan.to_run[assets[0]]
    policy = snapshot.graph[assets[0]].backfill_policy
    runs = _run_count(partitions, policy, assets[0], snapshot)
    return Batch(tuple(assets), partitions, runs, stage)


def _run_count(
    partitions: tuple[str | None, ...],
    policy: BackfillPolicy | None,
    asset: AssetKey,
    snapshot: Snapshot,
) -> int:
    keys = snapshot.keys.get(asset)
    if WHOLE in partitions or keys is None:
        return 1
    if policy is None:
        return len(partitions)
    stretches = runs_of(keys.positions[key] for key in partitions if key is not None)
    if policy.max_per_run is None:
        return len(stretches)
    return sum(ceil((last - first + 1) / policy.max_per_run) for first, last in stretches)
