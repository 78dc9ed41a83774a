"""`dagdeck verify FILE`: what a kept plan was to launch, and what its launch has made."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from console.domain.assets.keys import shown_key
from console.domain.text import one_line, visible
from console.exits import DONE, FAILED
from console.headless.running import say
from console.store.planning import plan_files
from console.store.planning.verify import DONE as MADE
from console.store.planning.verify import Verified, verify

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from console.domain.runs.launched import Launched
    from console.planner.plan_file import KeptPlan
    from console.store.deployment import Deployment


async def main(deployment: Deployment, options: Namespace) -> int:
    """Exit 0 where all that was planned is made, else 1. Raises BadPlanFile, ApiError, OSError."""
    kept = plan_files.read(options.file)
    await deployment.load()
    launched, found = await verify(deployment, kept)
    if options.json:
        print(json.dumps(_as_dict(kept, launched, found)))
    else:
        print("\n".join(_markdown(kept, launched, found)))
    say(_sum(launched, found))
    return DONE if all(one.outcome == MADE for one in found) else FAILED


def _sum(launched: Launched | None, found: Sequence[Verified]) -> str:
    if launched is None:
        return "not launched: no backfill or run carries the plan's id"
    made = sum(one.outcome == MADE for one in found)
    return f"{launched.text}: {made} of {len(found)} planned cells are made"


def _as_dict(
    kept: KeptPlan, launched: Launched | None, found: Sequence[Verified]
) -> dict[str, Any]:
    """Keys are added, never renamed."""
    return {
        "plan": kept.id,
        "backfill": launched.backfill if launched else None,
        "run": launched.run if launched else None,
        "cells": [
            {
                "asset": list(one.cell.asset),
                "partition": one.cell.partition,
                "planned": one.cell.reason,
                "outcome": one.outcome,
            }
            for one in found
        ],
    }


def _markdown(kept: KeptPlan, launched: Launched | None, found: Sequence[Verified]) -> list[str]:
    """A report that can be kept."""
    made = datetime.fromtimestamp(kept.made, UTC)
    reason = dict(kept.plan.request.tags).get("dagdeck/reason", "")
    facts = {
        "plan": f"`{kept.id}`, made {made:%Y-%m-%d %H:%M} UTC by {one_line(kept.by)}",
        "reason": one_line(reason),
        "launched": launched.text if launched else "no",
        "outcome": ", ".join(
            f"{count} {words}" for words, count in Counter(o.outcome for o in found).most_common()
        ),
    }
    head = [f"- {name}: {text}" for name, text in facts.items() if text]
    rows = [
        f"| {_cell(shown_key(one.cell.asset))} | {_cell(_partition(one))} "
        f"| {_cell(one.cell.reason)} | {_cell(one.outcome)} |"
        for one in found
    ]
    table = ["| asset | partition | planned because | outcome |", "|---|---|---|---|", *rows]
    return [f"# {one_line(kept.plan.request.title) or 'Backfill'}", "", *head, "", *table]


def _partition(found: Verified) -> str:
    return "–" if found.cell.partition is None else visible(found.cell.partition)


def _cell(text: str) -> str:
    """A text that stays within its cell of a Markdown table."""
    return one_line(text).replace("\\", "\\\\").replace("|", "\\|")
