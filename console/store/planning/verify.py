"""What a kept plan would launch, held against what its launch has made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.api import launch_queries, run_queries
from console.domain.runs.backfill_cells import CellsOfAsset, cells_of
from console.domain.runs.backfill_words import stretches
from console.planner.plan import CellAction, PlanCell, cells_with
from console.store.planning.backfill_cells import backfill_cells

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
    from console.domain.runs.launched import Launched
    from console.planner.plan_file import KeptPlan
    from console.store.deployment import Deployment

DONE = "done"
GONE = "gone from the deployment"
NOT_TARGETED = "not in the launch"


@dataclass(frozen=True, slots=True)
class Verified:
    """A cell that was to run, and what became of it in words; `DONE` is the only good one."""

    cell: PlanCell
    outcome: str


async def verify(
    deployment: Deployment, kept: KeptPlan
) -> tuple[Launched | None, tuple[Verified, ...]]:
    """The launch of the plan, None where it has none, and each cell that was to run.

    Raises ApiError.
    """
    planned = cells_with(kept.plan.cells, CellAction.RUN)
    launched = await launch_queries.find_launch(deployment.client, kept.id)
    if launched is None:
        return None, tuple(Verified(cell, "not launched") for cell in planned)
    assets = [key for key in kept.plan.to_run if key in deployment.graph]
    await deployment.load_statuses(assets)
    found = await _cells(deployment, launched, assets)
    outcomes = {key: _outcomes(cells) for key, cells in found.items()}
    return launched, tuple(Verified(cell, _outcome(deployment, cell, outcomes)) for cell in planned)


async def _cells(
    deployment: Deployment, launched: Launched, assets: list[AssetKey]
) -> dict[AssetKey, CellsOfAsset]:
    if launched.backfill is not None:
        return await backfill_cells(deployment, launched.backfill, assets)
    run, _ = await run_queries.run(deployment.client, str(launched.run))
    return cells_of({key: frozenset((0,)) for key in assets if key in run.assets}, {}, [run])


def _outcomes(cells: CellsOfAsset) -> dict[int, str]:
    """What became of each targeted place."""
    why = {place: words for places, words in stretches(cells) for place in places}
    return {place: why.get(place, DONE) for place in cells.targeted}


def _outcome(
    deployment: Deployment, cell: PlanCell, outcomes: dict[AssetKey, dict[int, str]]
) -> str:
    if cell.asset not in deployment.graph:
        return GONE
    keys = deployment.keys.get(cell.asset)
    place = 0 if cell.partition is None or keys is None else keys.positions.get(cell.partition)
    return GONE if place is None else outcomes.get(cell.asset, {}).get(place, NOT_TARGETED)
