"""`dagdeck plan`: what a backfill would do to every cell, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from console.domain.keys import key_text
from console.domain.partitions import BadPartitions, parse_partitions
from console.domain.status import State
from console.domain.text import one_line
from console.domain.times import duration
from console.exits import DONE
from console.headless.running import say
from console.planner.plan import Action
from console.store import planning
from console.store.facts import read_facts

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from console.domain.keys import AssetKey
    from console.domain.partitions import PartitionKeys
    from console.store.deployment import Deployment

_STATES = {
    "missing": State.MISSING,
    "failed": State.FAILED,
    "stale": State.STALE,
    "fresh": State.MATERIALIZED,
}


async def main(deployment: Deployment, options: Namespace) -> int:
    """Prints the plan; launches nothing."""
    preview = await make(deployment, options)
    show(preview, as_json=options.json)
    return DONE


async def make(deployment: Deployment, options: Namespace) -> planning.Preview:
    """The plan that the options ask for. Raises BadSelection, BadPartitions, ApiError."""
    await deployment.load()
    known = await read_facts(deployment, options.assets)
    chosen = planning.request_for(deployment, options.assets, known)
    keys = planning.shared_keys(deployment, chosen.assets)
    request = replace(
        chosen,
        partitions=_partitions(keys, options, chosen.assets),
        downstream=chosen.downstream or options.downstream,
        within=None if options.downstream else chosen.within,
        run_states=frozenset(_STATES[word] for word in options.run.split(",")),
        parallel=options.parallel,
        title=getattr(options, "title", ""),
    )
    return await planning.preview(deployment, request)


def show(preview: planning.Preview, *, as_json: bool) -> None:
    """The plan on stdout; what it comes to in words on stderr."""
    if as_json:
        print(json.dumps(as_dict(preview)))
    else:
        for line in _lines(preview):
            print(line)
    for warning in preview.warnings:
        say(f"warning: {warning}")
    say(_sum(preview))


def as_dict(preview: planning.Preview) -> dict[str, Any]:
    """Keys are added, never renamed; an unknown estimate is two nulls."""
    found = preview.estimate
    return {
        "cells": [
            {
                "asset": list(cell.asset),
                "partition": cell.partition,
                "state": cell.state.word,
                "action": cell.action.value,
                "reason": cell.reason,
            }
            for cell in preview.plan.cells
        ],
        "runs": preview.runs,
        "waves": preview.waves,
        "estimate_seconds": [found.low, found.high] if found else [None, None],
        "estimate_basis_runs": found.basis if found else 0,
        "warnings": list(preview.warnings),
    }


def _partitions(
    keys: PartitionKeys | None, options: Namespace, assets: Sequence[AssetKey]
) -> tuple[str, ...]:
    dated = options.start_date is not None or options.end_date is not None
    if options.partitions is not None and dated:
        raise BadPartitions("--partitions and --start-date/--end-date name the partitions twice")
    if keys is None:
        if options.partitions is not None or dated:
            raise BadPartitions(f"{key_text(assets[0])} has no partitions, so none can be named")
        return ()
    if options.partitions is not None:
        return tuple(keys.keys[at] for at in parse_partitions(options.partitions, keys))
    if dated:
        return tuple(keys.keys[at] for at in keys.between(options.start_date, options.end_date))
    raise BadPartitions(
        f"{key_text(assets[0])} has {len(keys)} partitions; name some with --start-date and --end-date, or --partitions"
    )


def _lines(preview: planning.Preview) -> list[str]:
    rows = [
        (
            one_line(key_text(cell.asset)),
            one_line(cell.partition or "–"),
            cell.state.word,
            cell.action.value,
            one_line(cell.reason),
        )
        for cell in preview.plan.cells
    ]
    widths = [max((len(row[at]) for row in rows), default=0) for at in range(4)]
    return [
        "  ".join([*(row[at].ljust(widths[at]) for at in range(4)), row[4]]).rstrip()
        for row in rows
    ]


def _sum(preview: planning.Preview) -> str:
    counts, found = preview.plan.counts, preview.estimate
    words = (
        f"{counts[Action.RUN]} run, {counts[Action.SKIP]} skip, {counts[Action.BLOCKED]} blocked"
    )
    runs = f"{preview.runs} run{'s' * (preview.runs != 1)} of Dagster in {preview.waves} wave{'s' * (preview.waves != 1)}"
    time = (
        f"{duration(found.low)} to {duration(found.high)}, from {found.basis} past runs"
        if found
        else "time unknown"
    )
    return f"{words}; {runs}; {time}"
