"""`dagdeck backfills`: the newest of them, and with an ID what became of one, cell by cell."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from console.domain.assets.keys import key_text, shown_key
from console.domain.runs.backfill_words import (
    assets_text,
    cells_lines,
    facts_of,
    stretches,
    took_text,
)
from console.domain.text import cells, one_line, padded
from console.domain.times import past_moment
from console.exits import DONE
from console.headless.running import say
from console.store import backfills

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from console.domain.partitions.keys import PartitionKeys
    from console.domain.runs.run import Backfill
    from console.store.backfills import BackfillOutcome
    from console.store.deployment import Deployment

HEADS = ("backfill", "status", "created", "took", "by", "done", "failed", "assets", "title")


async def main(deployment: Deployment, options: Namespace) -> int:
    """Raises NotFound, ApiError."""
    if options.backfill:
        await deployment.load()
        name = await backfills.named(deployment, options.backfill)
        _show(deployment, await backfills.outcome(deployment, name), as_json=options.json)
        return DONE
    found = await backfills.newest(deployment, max(options.limit, 1))
    if options.json:
        print(json.dumps([_as_dict(one) for one in found]))
        return DONE
    lines = [HEADS, *(_line(one, time.time()) for one in found)]
    for line in _laid_out(lines) if found else ():
        print(line)
    say(f"{len(found)} backfill{'s' * (len(found) != 1)}, newest first" if found else "no backfill")
    return DONE


def _line(found: Backfill, now: float) -> tuple[str, ...]:
    return (
        found.id,
        found.word,
        past_moment(found.created, now),
        took_text(found, now),
        one_line(found.by) or "–",
        f"{found.done}/{found.targeted}" if found.counts else "–",
        str(found.failed) if found.counts else "–",
        assets_text(found.assets),
        one_line(found.error or found.title),
    )


def _laid_out(lines: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(cells(line[at]) for line in lines) for at in range(len(lines[0]))]
    return [
        "  ".join(padded(text, w) for text, w in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def _as_dict(found: Backfill) -> dict[str, Any]:
    """Keys are added, never renamed; times are epoch seconds UTC."""
    return {
        "id": found.id,
        "status": found.status,
        "title": found.title,
        "by": found.by,
        "reason": found.reason,
        "created": found.created,
        "ended": found.ended,
        "error": found.error,
        "assets": [
            {
                "asset": list(key),
                **dict(zip(("targeted", "running", "done", "failed"), counts, strict=True)),
            }
            for key, counts in found.counts.items()
        ],
    }


def _show(deployment: Deployment, found: BackfillOutcome, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_outcome(deployment, found)))
        return
    for line in _lines(deployment, found):
        print(line)
    if found.left and found.backfill.finished:
        say(f"`dagdeck backfill --resume {found.backfill.id}` plans the {found.left} left")


def _lines(deployment: Deployment, found: BackfillOutcome) -> list[str]:
    facts = facts_of(found.backfill, found.runs, time.time())
    if found.unread:
        facts["gone"] = ", ".join(map(shown_key, found.unread))
    named = [f"{name:<10}{text}" for name, text in facts.items()]
    return [*named, *cells_lines(found.cells, deployment.keys)]


def _outcome(deployment: Deployment, found: BackfillOutcome) -> dict[str, Any]:
    """Keys are added, never renamed."""
    return {
        **_as_dict(found.backfill),
        "runs": {status.value: count for status, count in found.run_counts.items()},
        "cells": [
            {
                "asset": list(key),
                "targeted": len(one.targeted),
                "done": len(one.done),
                "not_done": [
                    {"partitions": _keys(deployment.keys.get(key), places), "why": why}
                    for places, why in stretches(one)
                ],
            }
            for key, one in found.cells.items()
        ],
        "gone": [key_text(key) for key in found.unread],
    }


def _keys(keys: PartitionKeys | None, places: Sequence[int]) -> list[str] | None:
    return None if keys is None else [keys.keys[at] for at in places]
