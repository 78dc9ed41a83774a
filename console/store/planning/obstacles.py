"""Obstacles to a launch, known before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import launch_queries
from console.domain.assets.keys import shown_key
from console.domain.text import cut, one_line

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
    from console.planner.plan import Plan
    from console.store.deployment import Deployment


async def obstacles(deployment: Deployment, plan: Plan) -> tuple[str, ...]:
    """A sentence for each reason why the plan can't be launched as it is. Raises ApiError."""
    if not plan.to_run:
        return ()
    limit = _unheld_number(deployment, plan.request.parallel)
    forbidden = _forbidden(deployment, list(plan.to_run))
    return (*forbidden, *limit, *await _missing_configuration(deployment, list(plan.to_run)))


def _forbidden(deployment: Deployment, assets: list[AssetKey]) -> list[str]:
    """A sentence for each reason of the server's, with the first asset that it is about."""
    found: dict[str, list[AssetKey]] = {}
    for key in assets:
        if deployment.graph[key].forbidden:
            found.setdefault(deployment.graph[key].forbidden, []).append(key)
    return [
        f"{shown_key(keys[0])}{f' and {len(keys) - 1} more' if keys[1:] else ''}: {why}"
        for why, keys in found.items()
    ]


def _unheld_number(deployment: Deployment, parallel: int | None) -> list[str]:
    from console.domain.runs.queue_rules import holds, rule_to_add

    structure = deployment.structure
    if parallel is None or (structure and holds(structure.tag_limits, parallel)):
        return []
    return [
        f"no rule of the run queue holds {parallel} run{'s' * (parallel != 1)} at once; "
        f"dagster.yaml needs `{rule_to_add(parallel)}`"
    ]


async def _missing_configuration(deployment: Deployment, assets: list[AssetKey]) -> list[str]:
    """Asked once for each code location; the server's words name what lacks it."""
    places: dict[tuple[str, str], list[AssetKey]] = {}
    for key in assets:
        node = deployment.graph[key]
        places.setdefault((node.location, node.repository), []).append(key)
    found = []
    for (location, repository), keys in places.items():
        why = await launch_queries.config_problem(deployment.client, location, repository, keys)
        if why:
            found.append(f"configuration is missing: {cut(one_line(why), 300)}")
    return found
