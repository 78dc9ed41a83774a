"""`dagdeck apply FILE`: launch just what a kept plan says, once, or say what changed since."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from console.domain.errors import Refused
from console.exits import REFUSED
from console.headless import backfill
from console.headless.diff import as_dict
from console.headless.progress import slow_work
from console.headless.running import interrupted_at_once, say
from console.planner.drift import drift
from console.store.planning import launch, plan_files

if TYPE_CHECKING:
    from argparse import Namespace

    from console.planner.plan_file import KeptPlan
    from console.store.deployment import Deployment


async def main(deployment: Deployment, options: Namespace) -> int:
    """Exit 4 where the deployment changed, where it was launched before, or where it is refused.

    Raises BadPlanFile, Refused, ApiError.
    """
    kept = plan_files.read(options.file)
    backfill.refuse_read_only(deployment, options)
    _refuse_elsewhere(deployment, options, kept)
    now = await _plan_now(deployment, kept)
    backfill.refuse_read_only(deployment, options)
    changes = drift(kept.plan, now.plan)
    if not changes:
        return await backfill.launch_shown(deployment, options, now, kept.id)
    if options.json:
        print(json.dumps({"changes": [as_dict(one) for one in changes]}))
    else:
        for one in changes:
            print(one)
    many = f"{len(changes)} cell{'s' * (len(changes) != 1)}"
    say(f"not launched: {many} changed since {options.file} was made; plan anew")
    return REFUSED


def _refuse_elsewhere(deployment: Deployment, options: Namespace, kept: KeptPlan) -> None:
    here = deployment.client.place
    if kept.server != here and not options.elsewhere:
        raise Refused(
            f"not launched: {options.file} was made for {kept.server}, and this is {here}; "
            "--elsewhere applies it here"
        )


async def _plan_now(deployment: Deployment, kept: KeptPlan) -> launch.Preview:
    """What the same request comes to now. Raises Refused where the plan was launched already."""
    with interrupted_at_once():
        async with slow_work("reading the deployment") as tell:
            await deployment.load()
            await plan_files.refuse_launched(deployment, kept)
            made = await launch.preview(deployment, kept.plan.request, tell)
    return replace(made, plan=replace(made.plan, request=kept.plan.request))
