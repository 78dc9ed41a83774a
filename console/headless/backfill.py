"""`dagdeck backfill`: plan, ask, launch just that, and wait when told to."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from console.domain.errors import ApiError, Refused
from console.exits import DONE, FAILED, INTERRUPTED, REFUSED, UNKNOWN
from console.headless import plan as planned
from console.headless import watching
from console.headless.running import interrupted_at_once, say
from console.planner.launch_states import Known, Unknown, left_behind, words
from console.planner.plan import CellAction
from console.store.planning.launcher import Launcher

if TYPE_CHECKING:
    from argparse import Namespace

    from console.domain.runs.launched import Launched
    from console.store.deployment import Deployment
    from console.store.planning import launch

PATIENCE_SECONDS = 120.0
"""What became of a launch is looked for so long."""


async def main(deployment: Deployment, options: Namespace) -> int:
    """Launches what the plan shows, or with `--watch` follows what was launched."""
    if options.watch:
        return await watching.main(deployment, options)
    refuse_read_only(deployment, options)
    preview = await planned.make(deployment, options)
    refuse_read_only(deployment, options)
    if options.dry_run:
        planned.show_all(preview, as_json=options.json)
        return DONE
    return await launch_shown(deployment, options, preview)


async def launch_shown(
    deployment: Deployment, options: Namespace, preview: launch.Preview, name: str | None = None
) -> int:
    """Shows the plan, asks, and launches just that under the id `name`; the exit code."""
    planned.show(preview, as_json=False) if not options.json else None
    if not preview.plan.counts[CellAction.RUN]:
        say("nothing to run")
        _print_json(options, {**planned.as_dict(preview), **_outcome(None)})
        return DONE
    _refuse_obstacles(preview)
    if not options.yes and not _confirmed(preview):
        say("not launched")
        return REFUSED
    return await _launch(deployment, options, preview, name)


def refuse_read_only(deployment: Deployment, options: Namespace) -> None:
    """Raises Refused. Asked twice: what the server says is known once the deployment was read."""
    why = deployment.client.why_read_only
    if why and not options.dry_run:
        raise Refused(f"a backfill is not launched: {why}; --dry-run plans one")


def _refuse_obstacles(preview: launch.Preview) -> None:
    if preview.obstacles:
        raise Refused("not launched: " + "; ".join(preview.obstacles))


async def _launch(
    deployment: Deployment, options: Namespace, preview: launch.Preview, name: str | None
) -> int:
    launcher = Launcher(deployment)
    printed = _Printed(options, preview)
    launcher.signals.listen(lambda _: printed.tell(launcher))
    try:
        await launcher.launch(preview, anyway=options.anyway, name=name)
        await _find_out(launcher)
        return await _end(deployment, options, launcher)
    except asyncio.CancelledError:
        say(left_behind(launcher.state) or "not launched")
        return INTERRUPTED


class _Printed:
    """Prints the id on stdout as soon as it is known, once, whatever fails after."""

    def __init__(self, options: Namespace, preview: launch.Preview) -> None:
        self._options, self._preview = options, preview
        self._done = False

    def tell(self, launcher: Launcher) -> None:
        state = launcher.state
        if self._done or not isinstance(state, Known) or state.launched is None:
            return
        self._done = True
        found = {**planned.as_dict(self._preview), **_outcome(state.launched, state.launch)}
        _print_json(self._options, found)
        if not self._options.json:
            print(state.launched.id, flush=True)


async def _find_out(launcher: Launcher) -> None:
    """Look for a launch without an answer, until it is known or patience ends."""
    deadline, said = time.monotonic() + PATIENCE_SECONDS, ""
    while isinstance(launcher.state, Unknown) and time.monotonic() < deadline:
        if said != words(launcher.state):
            said = words(launcher.state)
            say(said)
        try:
            await launcher.look()
        except ApiError as error:
            say(f"{error}; trying again")
        if launcher.interval is not None:
            await asyncio.sleep(launcher.interval)


async def _end(deployment: Deployment, options: Namespace, launcher: Launcher) -> int:
    """Says what became of it; the exit code."""
    state = launcher.state
    if isinstance(state, Unknown):
        say(left_behind(state))
        _print_json(options, _outcome(None, state.launch, "unknown"))
        return UNKNOWN
    if not isinstance(state, Known) or state.launched is None:
        if launcher.error is not None:
            raise launcher.error
        say(words(state))
        return FAILED
    for difference in launcher.differences:
        say(f"warning: {difference}")
    if launcher.second is not None:
        say(f"{launcher.second.words}; --anyway launches all the same")
    if launcher.second is not None and launcher.second.taken_back:
        _print_json(options, _outcome(state.launched, state.launch, "taken back"))
        return REFUSED
    say(f"launched {state.launched.text}")
    return await _wait(deployment, options, state) if options.wait else DONE


async def _wait(deployment: Deployment, options: Namespace, state: Known) -> int:
    assert state.launched is not None
    succeeded = await watching.wait_for(deployment, state.launched)
    _print_json(options, _outcome(state.launched, state.launch, "ended", succeeded))
    return DONE if succeeded else FAILED


def _outcome(
    launched: Launched | None,
    name: str | None = None,
    outcome: str | None = None,
    succeeded: bool | None = None,
) -> dict[str, Any]:
    return {
        "backfill": launched.backfill if launched else None,
        "run": launched.run if launched else None,
        "launch": name,
        "outcome": outcome or ("launched" if launched else "nothing to run"),
        "succeeded": succeeded,
    }


def _print_json(options: Namespace, found: dict[str, Any]) -> None:
    if options.json:
        print(json.dumps(found), flush=True)


def _confirmed(preview: launch.Preview) -> bool:
    """The answer; Ctrl-C is a no. Raises Refused where nobody can be asked."""
    if not sys.stdin.isatty():
        raise Refused("not launched: nobody to ask; --yes launches without asking")
    count = preview.plan.counts[CellAction.RUN]
    sys.stderr.write(f"Launch {count} cell{'s' * (count != 1)}? [y/N] ")
    sys.stderr.flush()
    with interrupted_at_once():
        return sys.stdin.readline().strip().lower() in ("y", "yes")
