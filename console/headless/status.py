"""`dagdeck status`: every asset's partitions and freshness, and what needs somebody.

With `--json` an object: `assets`, and what `console.headless.attention.as_json` gives, the
failures of the last 24 hours among it.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from console.domain.freshness import Verdict, freshness_at
from console.domain.keys import key_text
from console.domain.selection import select
from console.domain.status import State
from console.domain.text import one_line
from console.domain.times import age
from console.exits import DONE, FAILED
from console.headless.attention import as_json, as_lines, needs_somebody
from console.headless.running import say
from console.store.facts import read_facts
from console.store.overview import Overview

if TYPE_CHECKING:
    from argparse import Namespace

    from console.domain.keys import AssetKey
    from console.store.deployment import Deployment


async def main(deployment: Deployment, options: Namespace) -> int:
    """Prints the status; exits 0 whatever it is, since it was told, but 1 with `--check`.

    `--check` is for scripts: 1 means that something is late, failed and not mended, or not well.
    """
    overview = Overview(deployment)
    await deployment.load()
    await overview.load()
    known = await read_facts(deployment, options.assets)
    wanted = select(options.assets, deployment.graph, known, sources=True)
    keys = [key for key in wanted if key in deployment.rows]
    now = time.time()
    if options.json:
        assets = [_as_json(deployment, key, now) for key in keys]
        print(json.dumps({"assets": assets, **as_json(overview, now)}))
    else:
        for error in _load_errors(deployment):
            say(error)
        _print_table(deployment, keys, now)
        print("", *as_lines(overview, now), sep="\n")
    return FAILED if options.check and needs_somebody(overview, now) else DONE


def _load_errors(deployment: Deployment) -> list[str]:
    errors = deployment.structure.load_errors if deployment.structure else {}
    return [f"code location {name} failed to load: {why}" for name, why in errors.items()]


def _as_json(deployment: Deployment, key: AssetKey, now: float) -> dict[str, Any]:
    row, asset = deployment.rows[key], deployment.graph[key]
    status = deployment.statuses[key]
    fresh = freshness_at(asset.freshness, status.latest.materialized, now)
    counted = (State.MATERIALIZED, State.FAILED, State.MISSING, State.RUNNING, State.QUEUED)
    return {
        "key": list(key),
        "group": asset.group,
        "partitioned": asset.partitions is not None,
        "partitions": {"total": row.total, **{state.word: row.count(state) for state in counted}},
        "freshness": None if fresh.verdict is Verdict.NOT_APPLICABLE else fresh.verdict.value,
        "deadline": fresh.due,
        "materialized_at": status.latest.materialized,
    }


def _print_table(deployment: Deployment, keys: list[AssetKey], now: float) -> None:
    heads = ("asset", "total", "materialized", "failed", "missing", "running", "freshness", "age")
    lines = [heads, *(_cells(deployment, key, now) for key in keys)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(heads))]
    for line in lines:
        name, *rest = line
        cells = [
            name.ljust(widths[0]),
            *(text.rjust(w) for text, w in zip(rest, widths[1:], strict=True)),
        ]
        print("  ".join(cells).rstrip())


def _cells(deployment: Deployment, key: AssetKey, now: float) -> tuple[str, ...]:
    row = deployment.rows[key]
    latest = deployment.statuses[key].latest.materialized
    verdict = freshness_at(deployment.graph[key].freshness, latest, now).verdict
    running = row.count(State.RUNNING) + row.count(State.QUEUED)
    counts = (
        row.total,
        row.count(State.MATERIALIZED),
        row.count(State.FAILED),
        row.count(State.MISSING),
        running,
    )
    word = "–" if verdict is Verdict.NOT_APPLICABLE else verdict.value
    old = age(now - latest) if latest else "never"
    return one_line(key_text(key)), *(str(count) for count in counts), word, old
