"""`dagdeck diff FILE FILE`: how two kept plans differ, cell by cell. Asks no server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from console.domain.assets.keys import key_text
from console.exits import DONE, FAILED, USAGE
from console.headless.running import say
from console.planner.drift import all_differences
from console.planner.plan_file import BadPlanFile
from console.store.planning import plan_files

if TYPE_CHECKING:
    from argparse import Namespace

    from console.planner.drift import Drift
    from console.planner.plan import PlanCell


def main(options: Namespace) -> int:
    """Exit 0 where they say the same of every cell, 1 where not."""
    try:
        one, other = map(plan_files.read, options.files)
    except BadPlanFile as error:
        say(f"dagdeck: {error}")
        return USAGE
    found = all_differences(one.plan, other.plan)
    before, after = one.plan.request.config, other.plan.request.config
    if options.json:
        told: dict[str, Any] = {
            "differences": [as_dict(each) for each in found],
            "configuration": None,
        }
        if before != after:
            told["configuration"] = {"before": _value(before), "after": _value(after)}
        print(json.dumps(told))
    else:
        for each in found:
            print(_line(each))
        if before != after:
            print(f"run configuration: {before or 'none'} → {after or 'none'}")
    say(_sum(found, len({*one.plan.by_id, *other.plan.by_id})))
    return FAILED if found or before != after else DONE


def _value(config: str) -> Any:
    return json.loads(config) if config else None


def as_dict(found: Drift) -> dict[str, Any]:
    """Keys are added, never renamed; null where a plan lacks the cell."""
    cell = found.shown or found.now
    assert cell is not None
    return {
        "asset": list(cell.asset),
        "partition": cell.partition,
        "before": _said(found.shown),
        "after": _said(found.now),
    }


def _said(cell: PlanCell | None) -> dict[str, str] | None:
    if cell is None:
        return None
    return {"state": cell.state.word, "action": cell.action.value, "reason": cell.reason}


def _line(found: Drift) -> str:
    before, after = found.shown, found.now
    if (
        before is None
        or after is None
        or (before.state, before.action) != (after.state, after.action)
    ):
        return str(found)
    where = f"{key_text(before.asset)} {before.partition or ''}".strip()
    return f"{where}: {before.state.word} ({before.action.value}): {before.reason} → {after.reason}"


def _sum(found: list[Drift], cells: int) -> str:
    if not found:
        return f"the plans say the same of all {cells} cell{'s' * (cells != 1)}"
    return f"{len(found)} of {cells} cell{'s' * (cells != 1)} differ"
