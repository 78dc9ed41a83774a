"""From a person's words to a plan, and from a plan to runs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.api import commands, queries, run_queries
from console.api.errors import ServerError
from console.domain.keys import key_text
from console.domain.partitions import BadPartitions
from console.domain.runs import RunStatus
from console.domain.selection import select_some, sources_among
from console.domain.status import State
from console.planner.drift import Drift, drift
from console.planner.estimate import Estimate, estimate, narrow_pools
from console.planner.launches import Batch, batches, waves
from console.planner.plan import Plan, plan
from console.planner.request import PastRun, Request, Snapshot
from console.store.facts import facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.keys import AssetKey
    from console.domain.partitions import PartitionKeys
    from console.domain.selection import Facts
    from console.store.deployment import Deployment

PAST_RUNS = 60
CELLS_READ_FOR_ONE_ASKED = 10
"""The server reads about so many last materializations in the time that one verdict takes it."""


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


@dataclass(frozen=True)
class Launched:
    """What was started: a backfill or, for assets without partitions, one run."""

    backfill: str | None
    run: str | None

    @property
    def text(self) -> str:
        return f"backfill {self.backfill}" if self.backfill else f"run {(self.run or '')[:8]}"


class Drifted(Exception):
    """The deployment no longer looks as it did when the plan was shown."""

    def __init__(self, changes: list[Drift], preview: Preview) -> None:
        self.changes = changes
        self.preview = preview
        more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
        super().__init__(f"not launched: the deployment changed since the plan: {changes[0]}{more}")


class NothingToPartition(ValueError):
    """The chosen assets can't be planned together."""


def shared_keys(deployment: Deployment, assets: Sequence[AssetKey]) -> PartitionKeys | None:
    """The one list of keys of the chosen assets; None when none of them is partitioned.

    Raises NothingToPartition when they have different ones, or one isn't known yet.
    """
    partitioned = [key for key in assets if deployment.graph[key].partitions]
    unread = [key for key in partitioned if key not in deployment.keys]
    if unread:
        raise NothingToPartition(f"the partitions of {key_text(unread[0])} are not known yet")
    lists = {key: deployment.keys.get(key) for key in partitioned}
    distinct = list({id(keys): keys for keys in lists.values()}.values())
    if len(distinct) > 1 and any(keys != distinct[0] for keys in distinct):
        names = ", ".join(key_text(key) for key in lists)
        raise NothingToPartition(f"{names} have different partitions; plan them one after another")
    return distinct[0] if distinct else None


def request_for(deployment: Deployment, selection: str, known: Facts | None = None) -> Request:
    """The request for just what `selection` selects, without its partitions.

    Where the partitions of what is selected differ, those are chosen that the others are
    made from, and the others are reached by the server's own mappings. Raises
    BadSelection, NothingToPartition.
    """
    graph = deployment.graph
    found = select_some(selection, graph, known or facts(deployment))
    made = tuple(key for key in found if graph[key].materializable) or found
    roots = sources_among(graph, made)
    if len(made) > len(roots) and set(made) == set(graph.all_downstream(roots)):
        return Request(roots, (), downstream=True)
    try:
        shared_keys(deployment, made)
    except NothingToPartition:
        shared_keys(deployment, roots)
        return Request(roots, (), downstream=True, within=frozenset(made))
    return Request(made, ())


async def preview(deployment: Deployment, request: Request) -> Preview:
    """Read what the plan needs, freshly, and plan. Raises ApiError, BadPartitions."""
    snapshot = await read_snapshot(deployment, request)
    return _preview(request, snapshot)


async def apply(deployment: Deployment, shown: Preview) -> Launched:
    """Launch just what was shown, after looking once more.

    Raises Drifted when something changed since, ApiError when the server refuses.
    """
    snapshot = await read_snapshot(deployment, shown.plan.request)
    now = _preview(shown.plan.request, snapshot)
    changes = drift(shown.plan, now.plan)
    if changes:
        raise Drifted(changes, now)
    return await _launch(deployment, now.plan)


async def compare(deployment: Deployment, launched: Launched, shown: Plan) -> list[str]:
    """What the server made of the request that differs from it, in sentences."""
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


async def read_snapshot(deployment: Deployment, request: Request) -> Snapshot:
    """The deployment as the planner needs it. Raises ApiError."""
    graph, structure = deployment.graph, deployment.structure
    wanted = request.targets(graph)
    past, _ = await asyncio.gather(_past(deployment), deployment.load_runs())
    await deployment.load_statuses(wanted)
    reached = await _reached(deployment, request, wanted)
    near = [*wanted, *(parent for key in wanted for parent in graph.upstream(key))]
    return Snapshot(
        graph=graph,
        keys={key: deployment.keys.get(key) for key in near},
        rows={key: deployment.rows[key] for key in near if key in deployment.rows},
        stale=await _stale(deployment, wanted, request, reached),
        busy=_busy(deployment, wanted),
        reached=reached,
        past=past,
        max_concurrent_runs=structure.max_concurrent_runs if structure else None,
        pool_limits=structure.pool_limits if structure else {},
        pools_hold_runs=structure.pools_hold_runs if structure else False,
    )


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
    )


def pool_note(pool: str, limit: int, snapshot: Snapshot) -> str:
    """What a narrow pool does to the plan, in the unit that the deployment counts it in."""
    unit = "run" if snapshot.pools_hold_runs else "step"
    return f"pool {pool} lets {limit} {unit}{'s' * (limit != 1)} in at once"


async def _launch(deployment: Deployment, made: Plan) -> Launched:
    targets, request = made.to_run, made.request
    whole = all(deployment.keys.get(key) is None for key in targets)
    if targets and whole and len(targets) == len(set(targets)):
        run = await commands.launch_whole(deployment.client, deployment.graph, list(targets))
        return Launched(None, run)
    backfill = await commands.launch_backfill(
        deployment.client, targets, deployment.keys, title=request.title, parallel=request.parallel
    )
    return Launched(backfill, None)


async def _reached(
    deployment: Deployment, request: Request, wanted: Sequence[AssetKey]
) -> dict[AssetKey, tuple[str, ...] | None] | None:
    """Asked only where some target's list of keys is another than the chosen assets'."""
    own = shared_keys(deployment, request.assets)
    others = [key for key in wanted if deployment.keys.get(key) not in (own, None)]
    if not others or own is None:
        return None
    found = await queries.preview(deployment.client, wanted, request.partitions)
    return {key: _expand(deployment.keys.get(key), ranges) for key, ranges in found.items()}


def _expand(
    keys: PartitionKeys | None, ranges: list[tuple[str, str]] | None
) -> tuple[str, ...] | None:
    if keys is None or ranges is None:
        return None
    found: list[str] = []
    for start, end in ranges:
        try:
            found += [keys.keys[at] for at in keys.between(start, end)]
        except BadPartitions as error:
            raise ServerError(
                f"the server's preview names partitions it doesn't list: {error}"
            ) from error
    return tuple(found)


async def _stale(
    deployment: Deployment,
    wanted: Sequence[AssetKey],
    request: Request,
    reached: dict[AssetKey, tuple[str, ...] | None] | None,
) -> dict[tuple[AssetKey, str | None], str]:
    """The stale cells among the materialized ones.

    The server is asked for cells that aren't judged: where judging a whole asset would
    cost more than asking for its few cells in question, and where it can't be judged.
    """
    staleness = deployment.staleness
    cells = {
        key: _materialized(deployment, key, (reached or {}).get(key) or request.partitions)
        for key in wanted
    }
    worth = [
        key
        for key, some in cells.items()
        if staleness.is_judged(key)
        or len(some) * CELLS_READ_FOR_ONE_ASKED >= _total(deployment, key)
    ]
    await staleness.read([key for key in worth if cells[key]])
    found: dict[tuple[AssetKey, str | None], str] = {}
    for key, some in cells.items():
        verdicts = {partition: staleness.verdict(key, partition) for partition in some}
        for partition, stale in verdicts.items():
            if stale:
                found[key, partition] = deployment.stale_reason(key, partition) or ""
        found |= await _ask_stale(deployment, key, [p for p in some if verdicts[p] is None])
    return found


async def _ask_stale(
    deployment: Deployment, key: AssetKey, cells: Sequence[str | None]
) -> dict[tuple[AssetKey, str | None], str]:
    client, names = deployment.client, [name for name in cells if name is not None]
    answers: dict[str | None, tuple[bool, str]] = {}
    if names:
        answers.update(await queries.stale(client, key, names))
    elif cells:
        whole = await queries.stale_whole(client, [key])
        answers.update({None: whole[key]} if key in whole else {})
    return {(key, partition): why for partition, (stale, why) in answers.items() if stale}


def _total(deployment: Deployment, key: AssetKey) -> int:
    row = deployment.rows.get(key)
    return row.total if row else 0


def _materialized(
    deployment: Deployment, key: AssetKey, partitions: Sequence[str]
) -> list[str | None]:
    """The partition None is an asset's that has none."""
    keys, row = deployment.keys.get(key, ...), deployment.rows.get(key)
    if keys is ... or row is None or not deployment.graph[key].materializable:
        return []
    names: Sequence[str | None] = (None,) if keys is None else partitions
    places = ((one, 0 if keys is None else keys.positions.get(one or "")) for one in names)
    made = (State.MATERIALIZED, State.STALE)
    return [
        name for name, at in places if at is not None and at < row.total and row.states[at] in made
    ]


def _busy(
    deployment: Deployment, wanted: Sequence[AssetKey]
) -> dict[tuple[AssetKey, str | None], str]:
    found: dict[tuple[AssetKey, str | None], str] = {}
    for key in wanted:
        keys = deployment.keys.get(key)
        for run in deployment.busy_runs(key):
            if keys is None:
                found[key, None] = run.id
            elif run.partition_range:
                first, last = (keys.positions.get(k) for k in run.partition_range)
                if first is not None and last is not None:
                    found.update({(key, keys.keys[at]): run.id for at in range(first, last + 1)})
    return found


async def _past(deployment: Deployment) -> tuple[PastRun, ...]:
    found = await run_queries.runs(deployment.client, PAST_RUNS, [RunStatus.SUCCESS])
    return tuple(
        PastRun(
            frozenset(run.assets), run.seconds, _span(deployment, run.assets, run.partition_range)
        )
        for run in found
        if run.seconds is not None and run.assets
    )


def _span(deployment: Deployment, assets: Sequence[AssetKey], span: tuple[str, str] | None) -> int:
    keys = next((k for a in assets if (k := deployment.keys.get(a))), None)
    if span is None or keys is None:
        return 1
    first, last = (keys.positions.get(key) for key in span)
    return last - first + 1 if first is not None and last is not None else 1
