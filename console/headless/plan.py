"""`dagdeck plan`: what a backfill would do to every cell, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from console.domain.assets.keys import key_text, shown_key
from console.domain.partitions.keys import BadPartitions, parse_partitions
from console.domain.runs.run import REASON_TAG
from console.domain.selection.evaluation import select_some
from console.domain.status.states import State
from console.domain.text import cells, one_line, padded, visible
from console.domain.times import duration
from console.exits import DONE
from console.headless.progress import slow_work
from console.headless.running import interrupted_at_once, say
from console.options import NEWEST
from console.planner.plan import CellAction
from console.store.backfills import named
from console.store.planning import launch, plan_files, resume, selection
from console.store.status_words import read_facts

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.planner.estimate import Estimate
    from console.planner.request import Request
    from console.store.deployment import Deployment
    from console.store.planning.stale_cells import Tell

_STATES = {
    "missing": State.MISSING,
    "failed": State.FAILED,
    "stale": State.STALE,
    "fresh": State.MATERIALIZED,
}


async def main(deployment: Deployment, options: Namespace) -> int:
    """Prints the plan, and keeps it where `--out` says; launches nothing."""
    preview = await make(deployment, options)
    show_all(preview, as_json=options.json)
    if options.out:
        plan_files.write(options.out, plan_files.kept(deployment, preview))
        say(f"kept in {options.out}; `dagdeck apply {options.out}` launches just that")
    return DONE


async def make(deployment: Deployment, options: Namespace) -> launch.Preview:
    """The plan that the options ask for. Raises BadSelection, BadPartitions, ApiError."""
    with interrupted_at_once():
        async with slow_work("reading the deployment") as tell:
            return await _make(deployment, options, tell)


async def _make(deployment: Deployment, options: Namespace, tell: Tell) -> launch.Preview:
    await deployment.load()
    if getattr(options, "resume", None):
        return await launch.preview(deployment, await _resumed(deployment, options), tell)
    known = await read_facts(deployment, options.assets)
    chosen = selection.request_for(deployment, options.assets, known)
    keys = selection.shared_keys(deployment, chosen.assets)
    request = replace(
        chosen,
        partitions=_partitions(keys, options, chosen.assets),
        downstream=chosen.downstream or options.downstream,
        within=None if options.downstream else chosen.within,
        run_states=frozenset(_STATES[word] for word in options.run.split(",")),
        parallel=options.parallel,
        title=options.title,
        tags=tags_of(options),
        config=options.config or "",
    )
    return await launch.preview(deployment, request, tell)


async def _resumed(deployment: Deployment, options: Namespace) -> Request:
    """What is left of a backfill, as it is asked for. Raises NotFound, NothingToPartition."""
    among: tuple[AssetKey, ...] = ()
    if options.assets:
        known = await read_facts(deployment, options.assets)
        among = select_some(options.assets, deployment.graph, known)
    if options.partitions is not None or options.start_date or options.end_date:
        raise BadPartitions("--resume takes the partitions that the backfill left; name none")
    if options.resume == NEWEST:
        name = await resume.newest_left(deployment, among)
    else:
        name = await named(deployment, options.resume)
    left = await resume.left_of(deployment, name, among)
    return replace(
        left,
        run_states=frozenset(_STATES[word] for word in options.run.split(",")),
        parallel=options.parallel,
        title=options.title,
        tags=tags_of(options),
        config=options.config or "",
    )


def tags_of(options: Namespace) -> tuple[tuple[str, str], ...]:
    """The tags that the options name, the reason among them."""
    return (*options.tag, *([(REASON_TAG, options.reason)] if options.reason else ()))


def show(preview: launch.Preview, *, as_json: bool) -> None:
    """The plan on stdout; what it comes to in words on stderr."""
    if as_json:
        print(json.dumps(as_dict(preview)))
    else:
        for line in _lines(preview):
            print(line)
    for warning in preview.warnings:
        say(f"warning: {warning}")
    say(_sum(preview))


def show_all(preview: launch.Preview, *, as_json: bool) -> None:
    """The plan, and why it can't be launched where it can't."""
    show(preview, as_json=as_json)
    for obstacle in preview.obstacles:
        say(f"can't be launched: {obstacle}")


def as_dict(preview: launch.Preview) -> dict[str, Any]:
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
        "obstacles": list(preview.obstacles),
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


def _lines(preview: launch.Preview) -> list[str]:
    rows = [
        (
            shown_key(cell.asset),
            visible(cell.partition) if cell.partition is not None else "–",
            cell.state.word,
            cell.action.value,
            one_line(cell.reason),
        )
        for cell in preview.plan.cells
    ]
    widths = [max((cells(row[at]) for row in rows), default=0) for at in range(4)]
    return [
        "  ".join([*(padded(row[at], widths[at]) for at in range(4)), row[4]]).rstrip()
        for row in rows
    ]


def _others(found: Estimate) -> str:
    return ", some of other assets of the group" if found.others else ""


def _sum(preview: launch.Preview) -> str:
    counts, found = preview.plan.counts, preview.estimate
    words = f"{counts[CellAction.RUN]} run, {counts[CellAction.SKIP]} skip, {counts[CellAction.BLOCKED]} blocked"
    runs = f"{preview.runs} run{'s' * (preview.runs != 1)} of Dagster in {preview.waves} wave{'s' * (preview.waves != 1)}"
    time = (
        f"{duration(found.low)} to {duration(found.high)}, from {found.basis} past run{'s' * (found.basis != 1)}{_others(found)}"
        if found
        else "time unknown"
    )
    return f"{words}; {runs}; {time}"
