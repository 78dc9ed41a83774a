"""Whoever launches the same cells as somebody else at the same time, and comes second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.api import commands, launch_queries, plan_queries, run_queries
from console.domain.errors import ApiError
from console.domain.runs.launched import ActiveBackfill
from console.domain.runs.run import RunStatus

if TYPE_CHECKING:
    from console.domain.runs.launched import Launched
    from console.planner.plan import Plan
    from console.store.deployment import Deployment

UNDER_WAY = [
    RunStatus.QUEUED,
    RunStatus.NOT_STARTED,
    RunStatus.MANAGED,
    RunStatus.STARTING,
    RunStatus.STARTED,
]
RUNS_READ = 100


@dataclass(frozen=True, slots=True)
class Rival:
    """A launch before ours, in the server's order, that makes `cells` of its cells."""

    text: str
    cells: int


@dataclass(frozen=True, slots=True)
class Second:
    """Ours came second: whether it was taken back, and what is to be said."""

    taken_back: bool
    words: str


async def under_way(deployment: Deployment) -> frozenset[str]:
    """The ids of the backfills and runs under way. Raises ApiError."""
    backfills = await launch_queries.active_backfills(deployment.client)
    runs = await run_queries.runs(deployment.client, RUNS_READ, UNDER_WAY)
    return frozenset([*(one.id for one in backfills), *(run.id for run in runs)])


async def rival_of(
    deployment: Deployment, launched: Launched, plan: Plan, before: frozenset[str]
) -> Rival | None:
    """The earlier launch of the same cells; those under way `before` are in the plan already.

    Raises ApiError.
    """
    if launched.backfill is None:
        return await _rival_run(deployment, str(launched.run), plan, before)
    active = await launch_queries.active_backfills(deployment.client)
    order = [one.id for one in active]
    place = order.index(launched.backfill) if launched.backfill in order else 0
    for one in active[:place]:
        cells = 0 if one.id in before else await _cells_in(deployment, one, plan)
        if cells:
            return Rival(f"backfill {one.id}", cells)
    return None


async def take_back(deployment: Deployment, launched: Launched, rival: Rival) -> Second:
    """End ours where nothing of it has started. Raises ApiError."""
    many = f"{rival.cells} cell{'s' * (rival.cells != 1)}"
    first = f"{rival.text} came first and makes {many} of this plan"
    if await _has_started(deployment, launched):
        return Second(False, f"{first}; {launched.text} has started already and goes on")
    try:
        await _end(deployment, launched)
    except ApiError as error:
        return Second(False, f"{first}; not known whether {launched.text} was taken back: {error}")
    return Second(True, f"{first}; {launched.text} was taken back before anything started")


async def _cells_in(deployment: Deployment, backfill: ActiveBackfill, plan: Plan) -> int:
    """How many cells of the plan the backfill makes."""
    shared = [asset for asset in backfill.assets if asset in plan.to_run]
    lists = {key: keys for key in shared if (keys := deployment.keys.get(key)) is not None}
    ranges = await plan_queries.backfill_targets(deployment.client, backfill.id, list(lists))
    cells = len(shared) - len(lists)
    for asset, keys in lists.items():
        theirs = {keys.keys[at] for span in ranges[asset] for at in keys.covered(*span)}
        cells += len(theirs.intersection(plan.to_run[asset]))
    return cells


async def _rival_run(
    deployment: Deployment, run_id: str, plan: Plan, before: frozenset[str]
) -> Rival | None:
    found = await run_queries.runs(deployment.client, RUNS_READ, UNDER_WAY)
    order = [run.id for run in found]
    older = found[order.index(run_id) + 1 :] if run_id in order else ()
    for run in reversed(older):
        cells = 0 if run.id in before else len(set(run.assets) & set(plan.to_run))
        if cells:
            return Rival(f"run {run.short_id}", cells)
    return None


async def _has_started(deployment: Deployment, launched: Launched) -> bool:
    if launched.backfill is not None:
        _, has_runs = await launch_queries.backfill_state(deployment.client, launched.backfill)
        return has_runs
    status = await launch_queries.run_status(deployment.client, str(launched.run))
    return status is None or not status.waiting


async def _end(deployment: Deployment, launched: Launched) -> None:
    if launched.backfill is not None:
        await commands.cancel_backfill(deployment.client, launched.backfill)
    else:
        await commands.terminate_run(deployment.client, str(launched.run))
