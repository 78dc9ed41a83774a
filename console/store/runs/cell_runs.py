"""The runs that made, fail or have in hand some chosen cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.api import cell_queries, run_queries
from console.domain.partitions.coverage import covered
from console.domain.runs.run import RunStatus
from console.domain.status.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.assets.keys import AssetKey
    from console.domain.grid.selection import Cells
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.runs.run import Run
    from console.store.deployment import Deployment

MOST_CELLS = 500
FAILED_RUNS_SEARCHED = 200


@dataclass(frozen=True, slots=True)
class CellRun:
    """A run, and how many of the cells are its."""

    run: Run
    cells: int


async def runs_of(deployment: Deployment, cells: Cells) -> list[CellRun]:
    """The newest first. At most `MOST_CELLS` partitions are looked up. Raises ApiError."""
    chosen = _by_asset(cells, frozenset(State))
    failed = _by_asset(cells, frozenset({State.FAILED}))
    candidates = list(deployment.active)
    if any(failed.values()):
        candidates += await run_queries.runs(
            deployment.client, FAILED_RUNS_SEARCHED, [RunStatus.FAILURE]
        )
    counted = await _makers(deployment, chosen)
    covering = {run.id: run for run in candidates}
    for run in covering.values():
        places = failed if run.status is RunStatus.FAILURE else chosen
        count = sum(_covered(run, key, places.get(key, set()), deployment) for key in run.assets)
        if count:
            counted[run.id] = max(counted[run.id], count)
    unknown = [run for run in counted if run not in covering]
    named = await run_queries.runs_named(deployment.client, unknown) if unknown else ()
    runs = [*(covering[run] for run in counted if run in covering), *named]
    runs.sort(key=lambda run: run.created, reverse=True)
    return [CellRun(run, counted[run.id]) for run in runs]


def _by_asset(cells: Cells, states: frozenset[State]) -> dict[AssetKey, set[int]]:
    found: dict[AssetKey, set[int]] = {}
    for row, places in cells.only(states).positions:
        found.setdefault(row.asset, set()).update(places)
    return found


def _covered(run: Run, key: AssetKey, places: set[int], deployment: Deployment) -> int:
    return len(places.intersection(covered(run, deployment.keys.get(key)) or ()))


async def _makers(deployment: Deployment, chosen: dict[AssetKey, set[int]]) -> Counter[str]:
    """How many of the cells each run was the last to make."""
    counted: Counter[str] = Counter()
    left = MOST_CELLS
    for keys, assets in _alike(deployment, chosen):
        if keys is None:
            latest = (deployment.statuses[key].latest for key in assets)
            counted.update(run for one in latest if (run := one.last_run_id or one.run_id))
            continue
        wanted = sorted(set().union(*(chosen[key] for key in assets)))[: left // len(assets)]
        left -= len(wanted) * len(assets)
        names = [keys.keys[at] for at in wanted]
        made = await cell_queries.made(deployment.client, assets, names) if names else {}
        for key in assets:
            mine = {keys.keys[at] for at in chosen[key]}
            counted.update(
                one.run for name, one in made.get(key, {}).items() if name in mine and one.run
            )
    return counted


def _alike(
    deployment: Deployment, assets: Iterable[AssetKey]
) -> list[tuple[PartitionKeys | None, list[AssetKey]]]:
    """The assets by their lists of keys."""
    found: dict[int, tuple[PartitionKeys | None, list[AssetKey]]] = {}
    for key in assets:
        keys = deployment.keys.get(key)
        found.setdefault(id(keys), (keys, []))[1].append(key)
    return list(found.values())
