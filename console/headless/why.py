"""`dagdeck why RUN`: why a run waits or failed, in a sentence."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from console.api import overview_queries, run_queries
from console.domain.runs.run import RunStatus
from console.domain.runs.waiting import why_waiting
from console.domain.runs.words import took, waited
from console.domain.text import one_line
from console.exits import DONE
from console.store.overview.overview import Overview
from console.store.runs.queue import queue_of
from console.store.runs.run_finder import find_run

if TYPE_CHECKING:
    from argparse import Namespace

    from console.domain.runs.run import Run
    from console.store.deployment import Deployment


async def main(deployment: Deployment, options: Namespace) -> int:
    """Raises NotFound, ApiError."""
    name = await find_run(deployment.client, options.run)
    run, _ = await run_queries.run(deployment.client, name)
    why = await _why(deployment, run)
    if options.json:
        print(json.dumps({"id": run.id, "status": run.status.value, "why": why or None}))
    else:
        since = waited(run, time.time()) or f"took {took(run, time.time())}"
        print(f"run {run.short_id} {run.status.word} ({since}): {why or 'no reason known'}")
    return DONE


async def _why(deployment: Deployment, run: Run) -> str:
    if run.status.waiting:
        return await _waits(deployment, run)
    if run.status is RunStatus.FAILURE:
        errors = await overview_queries.run_errors(deployment.client, [run.id])
        return one_line(errors.get(run.id) or "")
    return "it waits for nothing and has not failed"


async def _waits(deployment: Deployment, run: Run) -> str:
    """By the limits, the other runs and the daemons as they are now."""
    overview = Overview(deployment)
    await deployment.load_structure()
    await deployment.load_runs()
    overview.health = await overview_queries.health(deployment.client)
    same = next((one for one in deployment.active if one.id == run.id), run)
    return why_waiting(same, deployment.active, queue_of(overview))
