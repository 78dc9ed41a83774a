"""Follows what was launched until it has ended: `--wait`, and `dagdeck backfill --watch ID`."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from console.domain.errors import Unreachable
from console.domain.runs.run import RunStatus
from console.domain.times import duration
from console.exits import DONE, FAILED, INTERRUPTED
from console.headless.running import say
from console.planner.launch_states import Known, left_behind
from console.store.runs import launched as launches
from console.store.runs.ended_runs import EndedRuns

if TYPE_CHECKING:
    from argparse import Namespace

    from console.domain.runs.launched import Launched
    from console.domain.runs.run import Run
    from console.store.deployment import Deployment

LOOK_SECONDS = 2.0
PATIENCE_SECONDS = 120.0
"""A server that is away this long while waiting is given up."""


async def main(deployment: Deployment, options: Namespace) -> int:
    """Exit 1 when it failed, 130 when the watching is left; raises NotFound."""
    launched = await launches.find(deployment, options.watch)
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
            ended, words = await launches.look(deployment, launched)
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
