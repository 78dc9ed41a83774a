"""`dagdeck logs`: the event log of a run, as it is or as it grows."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

from console.domain.errors import Unreachable
from console.domain.runs.run import RunStatus
from console.domain.text import clean, last_states
from console.domain.times import dated_clock_ms
from console.exits import DONE, FAILED
from console.headless.running import say
from console.store.runs.run_finder import find_run
from console.store.runs.run_watch import RunWatch

if TYPE_CHECKING:
    from argparse import Namespace

    from console.domain.runs.events import Event
    from console.store.deployment import Deployment

PATIENCE_SECONDS = 120.0


async def main(deployment: Deployment, options: Namespace) -> int:
    """Prints the events. With `--follow`, exit 1 when the run ends otherwise than in success."""
    watch = RunWatch(deployment.client, await find_run(deployment.client, options.run))
    printed, away = 0, 0.0
    while True:
        try:
            await watch.look()
            away = 0.0
        except Unreachable as error:
            away += 1.0
            if not options.follow or away > PATIENCE_SECONDS:
                raise
            say(f"{error}; trying again") if away == 1.0 else None
            await asyncio.sleep(1.0)
            continue
        for event in watch.log.arrived[printed:]:
            print(_as_json(event) if options.json else _as_text(event), flush=options.follow)
        printed = len(watch.log.arrived)
        wait = watch.interval
        if wait is None or (wait > 0 and not options.follow):
            return _exit_code(watch, options)
        await asyncio.sleep(wait)


def _exit_code(watch: RunWatch, options: Namespace) -> int:
    status = watch.run.status if watch.run else RunStatus.UNKNOWN
    say(f"run {watch.id[:8]}: {status.word}")
    return FAILED if options.follow and status is not RunStatus.SUCCESS else DONE


def _as_text(event: Event) -> str:
    parts = [
        dated_clock_ms(event.at, time.time()),
        event.level.ljust(8),
        event.step or "–",
        event.type or "",
        clean(last_states(event.message)).strip(),
    ]
    line = "  ".join(part for part in parts if part)
    if event.error is None:
        return line
    return f"{line}\n    {clean(event.error.headline)}"


def _as_json(event: Event) -> str:
    error = event.error
    return json.dumps(
        {
            "at": event.at,
            "level": event.level,
            "type": event.type or None,
            "step": event.step,
            "message": event.message,
            "error": {
                "headline": error.headline,
                "message": error.message,
                "class": error.class_name,
            }
            if error
            else None,
        }
    )
