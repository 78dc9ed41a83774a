"""Obstacles to a launch, known before it is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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
    config: dict[str, Any] = json.loads(plan.request.config) if plan.request.config else {}
    wrong = await _wrong_configuration(deployment, list(plan.to_run), config)
    return (*forbidden, *limit, *wrong, *await _not_taken(deployment, plan, config))


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


async def _wrong_configuration(
    deployment: Deployment, assets: list[AssetKey], config: dict[str, Any]
) -> list[str]:
    """Asked once for each code location; the server's words name what lacks it."""
    places: dict[tuple[str, str], list[AssetKey]] = {}
    for key in assets:
        node = deployment.graph[key]
        places.setdefault((node.location, node.repository), []).append(key)
    found = []
    for (location, repository), keys in places.items():
        why = await launch_queries.config_problem(
            deployment.client, location, repository, keys, config
        )
        if why:
            which = "wrong" if config else "missing"
            found.append(f"configuration is {which}: {cut(one_line(why), 300)}")
    return found


async def _not_taken(deployment: Deployment, plan: Plan, config: dict[str, Any]) -> list[str]:
    if not config or in_one_run(deployment, plan):
        return []
    if await launch_queries.backfills_take_configuration(deployment.client):
        return []
    server = deployment.client.server
    return [
        f"Dagster {server.version if server else ''} gives a backfill's runs no configuration; "
        "later releases do"
    ]


def in_one_run(deployment: Deployment, plan: Plan) -> bool:
    """Assets without partitions, of one code location, with nothing that a backfill alone takes."""
    targets, request = plan.to_run, plan.request
    places = {(deployment.graph[key].location, deployment.graph[key].repository) for key in targets}
    whole = all(deployment.keys.get(key) is None for key in targets)
    return whole and len(places) == 1 and not request.title and request.parallel is None
