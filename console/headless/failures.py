"""`dagdeck failures`: why runs failed, one line for each cause, what is still failed first."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.errors import ApiError
from console.domain.text import cut
from console.domain.times import told_moment
from console.exits import DONE, FAILED
from console.headless.attention import cause_as_json
from console.headless.running import say
from console.store.overview.overview import Overview

if TYPE_CHECKING:
    from argparse import Namespace

    from console.domain.runs.failure_groups import FailureGroup
    from console.store.deployment import Deployment

DAY = 86_400.0
WORDS = 200
"""Longer causes are cut in the text, never as JSON."""


async def main(deployment: Deployment, options: Namespace) -> int:
    """With `--check` 1 where one of them is open. Raises ApiError."""
    overview = Overview(deployment)
    overview.since = time.time() - max(options.days, 0.0) * DAY
    try:
        await deployment.load()
    except ApiError as error:
        say(f"what was made since is not known of every asset: {error}")
    await overview.load()
    if why := overview.problems.get("failures"):
        say(f"dagdeck: the failed runs could not be read: {why}")
        return FAILED
    for cause in overview.causes:
        print(json.dumps(cause_as_json(cause)) if options.json else _line(cause))
    if overview.reading_words:
        say(f"not all was read: {overview.reading_words}")
    is_open = sum(cause.open for cause in overview.causes)
    many = len(overview.causes)
    say(f"{many} cause{'s' * (many != 1)}, {is_open} open, in {options.days:g} days")
    return FAILED if options.check and is_open else DONE


def _line(cause: FailureGroup) -> str:
    names = ", ".join(shown_key(key) for key in cause.assets[:3])
    more = f" +{len(cause.assets) - 3}" if len(cause.assets) > 3 else ""
    words = cut(cause.words, WORDS) if cause.known else "why it failed was not read"
    last = told_moment(cause.last, time.time())
    run = cause.runs[0].short_id
    return f"{len(cause.runs)}× {words} · {names}{more} · last {last} in run {run} · {cause.state_words}"
