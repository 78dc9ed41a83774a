"""`dagdeck backfill`: plan, ask, launch just that, and wait when told to."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from console.api import run_queries
from console.api.errors import Refused, Unreachable
from console.exits import DONE, FAILED, REFUSED
from console.headless import plan as planned
from console.headless.running import say
from console.planner.plan import Action
from console.store import planning

if TYPE_CHECKING:
    from argparse import Namespace

    from console.domain.runs import Backfill
    from console.store.deployment import Deployment

LOOK_SECONDS = 2.0
PATIENCE_SECONDS = 120.0
"""A server that is away this long while waiting is given up."""


async def main(deployment: Deployment, options: Namespace) -> int:
    """Launches what the plan shows. Exit 1 when `--wait` sees it fail, 4 when not confirmed."""
    if deployment.client.read_only and not options.dry_run:
        raise Refused("a backfill is not launched: the console is read-only; --dry-run plans one")
    preview = await planned.make(deployment, options)
    if options.dry_run:
        planned.show(preview, as_json=options.json)
        return DONE
    planned.show(preview, as_json=False) if not options.json else None
    if not preview.plan.counts[Action.RUN]:
        say("nothing to run")
        _print_launched(options, preview, None)
        return DONE
    if not options.yes and not _confirmed(preview):
        say("not launched")
        return REFUSED
    launched = await planning.apply(deployment, preview)
    problems = await planning.compare(deployment, launched, preview.plan)
    for problem in problems:
        say(f"warning: {problem}")
    say(f"launched {launched.text}")
    ended = await _wait(deployment, launched) if options.wait else None
    _print_launched(options, preview, launched, ended)
    return DONE if ended in (None, True) else FAILED


def _print_launched(
    options: Namespace,
    preview: planning.Preview,
    launched: planning.Launched | None,
    succeeded: bool | None = None,
) -> None:
    if options.json:
        found = {
            "backfill": launched.backfill if launched else None,
            "run": launched.run if launched else None,
            "succeeded": succeeded,
        }
        print(json.dumps({**planned.as_dict(preview), **found}))
    elif launched:
        print(launched.backfill or launched.run)


def _confirmed(preview: planning.Preview) -> bool:
    if not sys.stdin.isatty():
        raise Refused("not launched: nobody to ask; --yes launches without asking")
    count = preview.plan.counts[Action.RUN]
    sys.stderr.write(f"Launch {count} cell{'s' * (count != 1)}? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


async def _wait(deployment: Deployment, launched: planning.Launched) -> bool:
    """Whether it succeeded; each change of its counts is said."""
    said, away = "", 0.0
    while True:
        try:
            ended, words = await _look(deployment, launched)
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


async def _look(deployment: Deployment, launched: planning.Launched) -> tuple[bool | None, str]:
    """Whether it succeeded, None while it goes on; and where it is."""
    if launched.backfill is None:
        run, _ = await run_queries.run(deployment.client, str(launched.run))
        return (run.status.word == "success" if run.status.ended else None), run.status.word
    found = await run_queries.backfill(deployment.client, launched.backfill)
    return (found.succeeded if found.finished else None), _words(found)


def _words(found: Backfill) -> str:
    counts = (
        f"{found.done} of {found.targeted} done, {found.running} running, {found.failed} failed"
    )
    status = found.status.lower().replace("_", " ")
    return f"{status}: {found.error}" if found.error else f"{status}: {counts}"
