"""What `status:` in a selection means: the words that hold for each asset."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.domain.freshness import Verdict
from console.domain.selection import Facts
from console.domain.selection_syntax import named_statuses
from console.domain.status import State
from console.domain.urgency import urgency
from console.store.checks import Checks

if TYPE_CHECKING:
    from console.domain.keys import AssetKey
    from console.store.deployment import Deployment

_STATES = (
    State.MISSING,
    State.FAILED,
    State.STALE,
    State.MATERIALIZED,
    State.RUNNING,
    State.QUEUED,
    State.UNKNOWN,
)


def facts(deployment: Deployment, checks: Checks | None = None) -> Facts:
    """As known now; nothing is known before every asset was told of once."""
    if any(key not in deployment.rows for key in deployment.graph.assets):
        return Facts()
    now = time.time()
    failing = checks.failed if checks else {}
    found = {key: _words(deployment, key, key in failing, now) for key in deployment.graph.assets}
    known = {*(state.word for state in _STATES), "late", "check_failed"}
    if deployment.staleness.unread:
        known.discard(State.STALE.word)
    if checks is None or not checks.known:
        known.discard("check_failed")
    return Facts(found, frozenset(known))


async def read_facts(deployment: Deployment, selection: str) -> Facts:
    """What a selection needs to know, asked for where it isn't known. Raises ApiError."""
    named, checks = named_statuses(selection), Checks(deployment)
    if State.STALE.word in named:
        await deployment.staleness.read(deployment.graph.order)
    while "check_failed" in named and checks.interval is not None:
        await checks.look()
    return facts(deployment, checks)


def _words(deployment: Deployment, key: AssetKey, failing: bool, now: float) -> frozenset[str]:
    row = deployment.rows[key]
    words = {state.word for state in _STATES if row.count(state)}
    if urgency(deployment.graph, deployment.statuses, key, now).verdict is Verdict.DEGRADED:
        words.add("late")
    return frozenset({*words, "check_failed"} if failing else words)
