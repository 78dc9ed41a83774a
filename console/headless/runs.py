"""`dagdeck runs`: the newest runs, or those that the server is asked for by job, tag or backfill."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from console.domain.assets.keys import key_text
from console.domain.list_filter import BadFilter, list_filter
from console.domain.runs.question import run_question
from console.domain.runs.words import (
    by_text,
    span_text,
    started_text,
    telling_tags,
    took,
    what_text,
)
from console.domain.text import cells, one_line, padded
from console.exits import DONE, USAGE
from console.headless.running import say
from console.store.runs.run_feed import RunFeed

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from console.domain.runs.run import Run
    from console.store.deployment import Deployment

HEADS = ("run", "status", "started", "took", "by", "partition", "what")


async def main(deployment: Deployment, options: Namespace) -> int:
    """Words that the server can't be asked for filter what was read. Raises ApiError."""
    question, rest = run_question(" ".join(options.filter))
    try:
        keeps = list_filter(rest).keeps
    except BadFilter as error:
        say(f"dagdeck: {error}")
        return USAGE
    feed = RunFeed(deployment)
    feed.choose(options.state)
    feed.put(question)
    await feed.refresh()
    while len(feed.runs) < options.limit and await feed.more():
        pass
    read = feed.runs[: max(options.limit, 1)]
    runs = [run for run in read if keeps(*_texts(run))]
    if options.json:
        for run in runs:
            print(json.dumps(_as_dict(run)))
    else:
        titles = deployment.backfill_titles
        lines = [HEADS, *(_line(run, titles, time.time()) for run in runs)]
        print(*(_laid_out(lines) if runs else ()), sep="\n", end="\n" if runs else "")
    say(_told(len(runs), len(read), feed.counts.get(options.state, len(read))))
    return DONE


def _told(kept: int, read: int, there: int) -> str:
    """`12 runs; filtered from the newest 50 of 340`."""
    of = f" of {there:,}" if there > read else ""
    among = f"; filtered from the newest {read:,}{of}" if kept < read else of
    return f"{kept:,} run{'s' * (kept != 1)}{among}"


def _texts(run: Run) -> tuple[str, ...]:
    names = ", ".join(key_text(key) for key in run.assets)
    return run.id, run.status.word, run.job, names, run.partition_text, telling_tags(run)


def _line(run: Run, titles: dict[str, str], now: float) -> tuple[str, ...]:
    return (
        run.short_id,
        run.status.word,
        started_text(run, now),
        took(run, now),
        by_text(run, titles) or "–",
        span_text(run) or "–",
        one_line(what_text(run)),
    )


def _laid_out(lines: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(cells(line[at]) for line in lines) for at in range(len(lines[0]))]
    return [
        "  ".join(padded(text, w) for text, w in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def _as_dict(run: Run) -> dict[str, Any]:
    """Keys are added, never renamed; times are epoch seconds UTC."""
    return {
        "id": run.id,
        "status": run.status.value,
        "job": run.job,
        "assets": [list(key) for key in run.assets],
        "assets_in_all": max(run.asset_count, len(run.assets)),
        "partitions": run.partition_text or None,
        "created": run.created,
        "started": run.started,
        "ended": run.ended,
        "tags": run.tags,
    }
