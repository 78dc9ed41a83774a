"""Follows what was launched until it has ended: `--wait`, and `dagdeck backfill --watch ID`."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from console.api import launch_queries, run_queries
from console.domain.errors import NotFound, Unreachable
from console.domain.runs.launched import Launched
from console.domain.runs.run import RunStatus
from console.domain.times import duration
from console.exits import DONE, FAILED, INTERRUPTED
from console.headless.running import say
from console.planner.launch_states import Known, left_behind
from console.store.runs.ended_runs import EndedRuns

if TYPE_CHECKING:
    from argparse import Namespace

    from console.domain.runs.run import Backfill, Run
    from console.store.deployment import Deployment

LOOK_SECONDS = 2.0
PATIENCE_SECONDS = 120.0
"""A server that is away this long while waiting is given up."""


async def main(deployment: Deployment, options: Namespace) -> int:
    """Exit 1 when it failed, 130 when the watching is left; raises NotFound."""
    launched = await _find(deployment, options.watch)
    if not options.json:
        print(launched.id, flush=True)
    try:
        succeeded = await wait_for(deployment, launched)
    except asyncio.CancelledError:
        say(left_behind(Known(options.watch, launched)))
        return INTERRUPTED
    if options.json:
        found = {"backfill": launched.backfill, "run": launched.run, "succeeded": succeeded}
        print(json.dumps(found), flush=True)
    return DONE if succeeded else FAILED


async def wait_for(deployment: Deployment, launched: Launched) -> bool:
    """Whether it succeeded; each change of its counts is said, each run as it ends.

    Raises Unreachable.
    """
    said, away = "", 0.0
    runs = EndedRuns(deployment, launched.backfill) if launched.backfill else None
    while True:
        try:
            ended, words = await _look(deployment, launched)
            for line in await _told(runs) if runs and words != said else ():
                say(line)
            away = 0.0
        except Unreachable as error:
            away += LOOK_SECONDS
            if away > PATIENCE_SECONDS:
                raise
            ended, words = None, f"{error}; trying again"
        if words != said:
            say(words)
            said = words
        if ended is not None:
            return ended
        await asyncio.sleep(LOOK_SECONDS)


async def _find(deployment: Deployment, name: str) -> Launched:
    """A backfill or run by its id, or by the id of the launch. Raises NotFound."""
    try:
        await run_queries.backfill(deployment.client, name)
    except NotFound:
        pass
    else:
        return Launched(name, None)
    if await launch_queries.run_status(deployment.client, name) is not None:
        return Launched(None, name)
    found = await launch_queries.find_launch(deployment.client, name)
    if found is None:
        raise NotFound(
            f"no backfill, run or launch `{name}` at {deployment.client.place}; "
            "an id as `dagdeck backfill` prints it is expected"
        )
    return found


async def _told(runs: EndedRuns) -> list[str]:
    """A line for each run that has ended meanwhile."""
    return [_line(run) for run in await runs.look()]


def _line(run: Run) -> str:
    """`2026-11-02  ✓ (32s)`; of a run that failed, its id too."""
    what = run.partition_text or f"{len(run.assets)} asset{'s' * (len(run.assets) != 1)}"
    time = f"({duration(run.seconds)})"
    if run.status is RunStatus.SUCCESS:
        return f"{what}  ✓ {time}"
    return f"{what}  ✗ {run.status.word} {time}: `dagdeck logs {run.short_id}`"


async def _look(deployment: Deployment, launched: Launched) -> tuple[bool | None, str]:
    """Whether it succeeded, None while it goes on; and where it is."""
    if launched.backfill is None:
        run, _ = await run_queries.run(deployment.client, str(launched.run))
        return (run.status.succeeded if run.status.ended else None), run.status.word
    found = await run_queries.backfill(deployment.client, launched.backfill)
    return (found.succeeded if found.finished else None), _words(found)


def _words(found: Backfill) -> str:
    counts = (
        f"{found.done} of {found.targeted} done, {found.running} running, {found.failed} failed"
    )
    return f"{found.word}: {found.error or counts}"
