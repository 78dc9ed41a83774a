"""`dagdeck status`: every asset's partitions and freshness, and what needs somebody.

With `--bad` only what needs somebody (`console.headless.bad`). With `--json` an object: `assets`,
and what `console.headless.attention.as_json` gives, the failures of the last 24 hours among it.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from console.domain.checks import FailedChecks
from console.domain.errors import ApiError
from console.domain.freshness.policy import FreshnessVerdict
from console.domain.freshness.urgency import urgency
from console.domain.selection.evaluation import select
from console.domain.status.states import State
from console.exits import DONE, FAILED
from console.headless.attention import RUNS, as_json, as_lines, needs_somebody
from console.headless.bad import print_bad, read_bad
from console.headless.running import say
from console.headless.status_table import table, terminal_width
from console.store.needs import judged_cells
from console.store.overview.overview import Overview
from console.store.status_words import read_checks, read_facts

if TYPE_CHECKING:
    from argparse import Namespace

    from console.domain.assets.keys import AssetKey
    from console.store.deployment import Deployment
    from console.store.grid.checks import Checks

UNDER_WAY = (State.RUNNING, State.QUEUED)


async def main(deployment: Deployment, options: Namespace) -> int:
    """Prints the status; exits 0 whatever it is, since it was told, but 1 with `--check`.

    `--check` is for scripts: 1 means that something is late, failed and not mended, or not well.
    """
    overview = Overview(deployment)
    await _check_names(deployment, options.assets)
    await asyncio.gather(_load_what_can_be_had(deployment, overview), overview.load())
    known = await read_facts(deployment, options.assets)
    wanted = select(options.assets, deployment.graph, known, sources=True)
    keys = [key for key in wanted if key in deployment.rows or key in deployment.unreadable]
    now = time.time()
    if options.bad:
        print_bad(await read_bad(deployment, overview, keys), as_object=options.json)
    elif options.json:
        checks = await _read_checks(deployment)
        assets = [
            {
                **_as_json(deployment, key, now, runs=RUNS not in overview.problems),
                "checks": _checks_as_json(checks, key),
            }
            if key in deployment.rows
            else _unknown_as_json(deployment, key)
            for key in keys
        ]
        print(json.dumps({"assets": assets, **as_json(overview, now)}))
    else:
        for error in _load_errors(deployment):
            say(error)
        unknown = await _unjudged(deployment, keys)
        runs = RUNS not in overview.problems
        print(*table(deployment, keys, unknown, now, terminal_width(), runs=runs), sep="\n")
        print("", *as_lines(overview, now), sep="\n")
    return FAILED if options.check and needs_somebody(overview, now) else DONE


async def _check_names(deployment: Deployment, text: str) -> None:
    """Refuse an unknown asset before anything else is read. Raises BadSelection, ApiError."""
    if text != "*" and "status" not in text.lower():
        await deployment.load_structure()
        select(text, deployment.graph, sources=True)


async def _load_what_can_be_had(deployment: Deployment, overview: Overview) -> None:
    """Raises ApiError where it isn't known which assets there are: then nothing can be told."""
    await asyncio.gather(deployment.load_structure(), _load_runs(deployment, overview))
    try:
        await deployment.load_statuses(deployment.graph.order)
    except ApiError as error:
        unread = [key for key in deployment.graph.order if key not in deployment.rows]
        deployment.unreadable = dict.fromkeys(unread, str(error)) | deployment.unreadable


async def _load_runs(deployment: Deployment, overview: Overview) -> None:
    try:
        await deployment.load_runs()
    except ApiError as error:
        overview.problems[RUNS] = str(error)


async def _unjudged(deployment: Deployment, keys: list[AssetKey]) -> frozenset[AssetKey]:
    """The assets of which it could not be read what is stale, which is said."""
    try:
        await deployment.staleness.read(keys)
    except ApiError as error:
        say(f"not all stale partitions were read: {error}")
        return frozenset(keys)
    return frozenset()


def _unknown_as_json(deployment: Deployment, key: AssetKey) -> dict[str, Any]:
    """An asset whose partitions could not be read: null, and why."""
    asset = deployment.graph[key]
    unknown = dict.fromkeys(("partitions", "freshness", "deadline", "materialized_at"))
    return {
        "key": list(key),
        "group": asset.group,
        "partitioned": asset.partitions is not None,
        **unknown,
        "problem": deployment.unreadable[key],
    }


def _load_errors(deployment: Deployment) -> list[str]:
    errors = deployment.structure.load_errors if deployment.structure else {}
    return [f"code location {name} failed to load: {why}" for name, why in errors.items()]


def _as_json(deployment: Deployment, key: AssetKey, now: float, *, runs: bool) -> dict[str, Any]:
    """Without the runs it isn't known which cells they are making."""
    row, asset = deployment.rows[key], deployment.graph[key]
    status = deployment.statuses[key]
    fresh = urgency(deployment.graph, deployment.statuses, key, now).freshness
    found = judged_cells(deployment, key, now)
    counted = (State.MATERIALIZED, State.FAILED, State.MISSING)
    made = {state.word: row.count(state) if runs else None for state in UNDER_WAY}
    return {
        "key": list(key),
        "group": asset.group,
        "partitioned": asset.partitions is not None,
        "partitions": {
            "total": row.total,
            **{state.word: found.cells.count(state) for state in counted},
            "not_begun": found.not_begun,
            "not_due": found.not_due,
            **made,
        },
        "freshness": None
        if fresh.verdict is FreshnessVerdict.NOT_APPLICABLE
        else fresh.verdict.value,
        "deadline": fresh.due,
        "materialized_at": status.latest.materialized,
    }


async def _read_checks(deployment: Deployment) -> Checks | None:
    """Says why and returns None where the checks can't be read."""
    try:
        return await read_checks(deployment)
    except ApiError as error:
        say(f"the checks were not read: {error}")
        return None


def _checks_as_json(checks: Checks | None, key: AssetKey) -> dict[str, Any] | None:
    """The names of failed checks; `failed_before` did not run since the newest materialization."""
    if checks is None:
        return None
    failed = checks.failed.get(key, FailedChecks())
    return {
        "failed": sorted(
            {*failed.whole, *(n for names in failed.partitions.values() for n in names)}
        ),
        "failed_before": list(checks.earlier.get(key, ())),
    }
