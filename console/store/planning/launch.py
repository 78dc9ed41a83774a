"""Making a plan of a request, and launching a shown plan."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from console.api import commands, run_queries
from console.domain.assets.keys import key_text
from console.domain.errors import Refused
from console.domain.runs.launched import Launched
from console.planner.drift import Drift, drift
from console.planner.estimate import Estimate, estimate, narrow_pools
from console.planner.launches import Batch, batches, waves
from console.planner.plan import Plan, plan
from console.store.planning.obstacles import in_one_run, obstacles
from console.store.planning.selection import NothingToPartition
from console.store.planning.snapshot import read_snapshot, silent
from console.store.planning.stale_cells import staleness_matters

if TYPE_CHECKING:
    from console.planner.request import Request, Snapshot
    from console.store.deployment import Deployment
    from console.store.planning.stale_cells import Tell


KEPT_SECONDS = 60.0
"""What was read for a plan serves other requests about the same cells for so long."""


@dataclass(frozen=True)
class Preview:
    """A plan with what launching it would mean."""

    plan: Plan
    batches: tuple[Batch, ...]
    runs: int
    waves: int
    parallel: int | None
    estimate: Estimate | None
    warnings: tuple[str, ...]
    obstacles: tuple[str, ...] = ()
    """Why it can't be launched as it is, a sentence each."""
    snapshot: Snapshot | None = field(default=None, compare=False, repr=False)
    """What it was planned from."""
    read: float = 0.0
    """When that was read, by `time.monotonic()`."""


class Drifted(Exception):
    """The deployment no longer looks as it did when the plan was shown."""

    def __init__(self, changes: list[Drift], preview: Preview) -> None:
        self.changes = changes
        self.preview = preview
        more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
        super().__init__(f"not launched: the deployment changed since the plan: {changes[0]}{more}")


async def preview(deployment: Deployment, request: Request, tell: Tell = silent) -> Preview:
    """Read what the plan needs, freshly, and plan; how far it is goes to `tell`.

    Assets that are gone from the deployment are left out, with a warning. Raises ApiError,
    BadPartitions, NothingToPartition.
    """
    while True:
        graph = deployment.graph
        try:
            return await _read_and_plan(deployment, request, tell)
        except KeyError:
            if deployment.graph is graph:
                raise
            # A code location was reloaded meanwhile, so it is planned anew.


async def _read_and_plan(deployment: Deployment, request: Request, tell: Tell) -> Preview:
    there, gone = _still_there(deployment, request)
    snapshot = await read_snapshot(deployment, there, tell)
    tell("planning what happens to each cell")
    made = await with_obstacles(deployment, _preview(there, snapshot))
    return replace(made, warnings=(*gone, *made.warnings), read=time.monotonic())


def replanned(deployment: Deployment, shown: Preview, request: Request) -> Preview | None:
    """The plan of a request about the same cells, from what was read for the one shown.

    None where it has to be read: the cells are others, the graph has changed, or it was read
    too long ago. The obstacles are still those of the plan shown.
    """
    snapshot, before = shown.snapshot, shown.plan.request
    same = replace(
        before,
        run_states=request.run_states,
        excluded=request.excluded,
        parallel=request.parallel,
        title=request.title,
        tags=request.tags,
    )
    if snapshot is None or same != request or snapshot.graph is not deployment.graph:
        return None
    if time.monotonic() - shown.read > KEPT_SECONDS:
        return None
    if staleness_matters(request) and not snapshot.stale_known:
        return None
    return replace(_preview(request, snapshot), obstacles=shown.obstacles, read=shown.read)


async def with_obstacles(deployment: Deployment, made: Preview) -> Preview:
    """The same with its own obstacles. Raises ApiError."""
    return replace(made, obstacles=await obstacles(deployment, made.plan))


async def look_again(deployment: Deployment, shown: Preview) -> Preview:
    """The plan that was shown, as it is just before it is launched.

    Raises Drifted when something changed since, Refused when it can't be launched, ApiError.
    """
    now = await preview(deployment, shown.plan.request)
    changes = drift(shown.plan, now.plan)
    if changes:
        raise Drifted(changes, now)
    if now.obstacles:
        raise Refused(now.obstacles[0])
    return now


async def send(deployment: Deployment, made: Plan, launch: str) -> Launched:
    """Launch just this plan, tagged with `launch`: one mutation, sent once.

    Raises OutcomeUnknown where no answer came, another ApiError where one came.
    """
    targets, request = made.to_run, made.request
    if in_one_run(deployment, made):
        run = await commands.launch_whole(
            deployment.client,
            deployment.graph,
            list(targets),
            launch=launch,
            tags=request.tags,
            config=request.config,
        )
        return Launched(None, run)
    backfill = await commands.launch_backfill(
        deployment.client,
        targets,
        deployment.keys,
        launch=launch,
        title=request.title,
        parallel=request.parallel,
        tags=request.tags,
        config=request.config,
    )
    return Launched(backfill, None)


async def compare(deployment: Deployment, launched: Launched, shown: Plan) -> list[str]:
    """The differences between the request and what the server started, in sentences."""
    if launched.backfill is None:
        return []
    found = await run_queries.backfill(deployment.client, launched.backfill)
    if found.error:
        return [f"the server gave the backfill up: {found.error}"]
    problems = []
    for asset, partitions in shown.to_run.items():
        targeted = found.counts.get(asset, (None,))[0]
        if targeted is not None and targeted != len(partitions):
            problems.append(
                f"{key_text(asset)}: {len(partitions)} asked for, the server targets {targeted}"
            )
        if found.counts and targeted is None:
            problems.append(f"{key_text(asset)}: asked for, but not in the backfill")
    return problems


def _preview(request: Request, snapshot: Snapshot) -> Preview:
    made = plan(request, snapshot)
    cut = batches(made, snapshot)
    limits = [n for n in (request.parallel, snapshot.max_concurrent_runs) if n]
    parallel = min(limits, default=None)
    pools = narrow_pools(cut, snapshot, parallel)
    return Preview(
        made,
        tuple(cut),
        sum(batch.runs for batch in cut),
        waves(cut, parallel),
        parallel,
        estimate(cut, snapshot, parallel),
        (*made.warnings, *(pool_note(pool, limit, snapshot) for pool, limit in pools.items())),
        snapshot=snapshot,
    )


def pool_note(pool: str, limit: int, snapshot: Snapshot) -> str:
    """How a narrow pool slows the plan, in the unit that the deployment counts it in."""
    unit = "run" if snapshot.pools_hold_runs else "step"
    return f"pool {pool} lets {limit} {unit}{'s' * (limit != 1)} in at once"


def _still_there(deployment: Deployment, request: Request) -> tuple[Request, list[str]]:
    gone = [key for key in request.assets if key not in deployment.graph]
    words = [f"{key_text(key)} is gone from the deployment" for key in gone]
    there = tuple(key for key in request.assets if key in deployment.graph)
    if gone and not there:
        raise NothingToPartition("; ".join(words))
    return (replace(request, assets=there) if gone else request), words
