"""The words after `status:` in a selection that hold for each asset."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.domain.freshness.policy import FreshnessVerdict
from console.domain.freshness.urgency import urgency
from console.domain.selection.evaluation import SelectionFacts
from console.domain.selection.syntax import named_statuses
from console.domain.status.states import State
from console.store.grid.checks import Checks

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
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


def facts(deployment: Deployment, checks: Checks | None = None) -> SelectionFacts:
    """The facts as known now; None before every asset was read once."""
    if any(key not in deployment.rows for key in deployment.graph.assets):
        return SelectionFacts()
    now = time.time()
    failing = checks.failed if checks else {}
    found = {key: _words(deployment, key, key in failing, now) for key in deployment.graph.assets}
    known = {*(state.word for state in _STATES), "late", "check_failed"}
    if deployment.staleness.unread:
        known.discard(State.STALE.word)
    if checks is None or not checks.known:
        known.discard("check_failed")
    return SelectionFacts(found, frozenset(known))


async def read_facts(deployment: Deployment, selection: str) -> SelectionFacts:
    """The facts that a selection needs, asked for where unknown. Raises ApiError."""
    named = named_statuses(selection)
    if State.STALE.word in named:
        await deployment.staleness.read(deployment.graph.order)
    checks = await read_checks(deployment) if "check_failed" in named else None
    return facts(deployment, checks)


async def read_checks(deployment: Deployment) -> Checks:
    """The checks of every asset, asked for now. Raises ApiError."""
    checks = Checks(deployment)
    while checks.interval is not None:
        await checks.look()
    return checks


def _words(deployment: Deployment, key: AssetKey, failing: bool, now: float) -> frozenset[str]:
    row = deployment.rows[key]
    words = {state.word for state in _STATES if row.count(state)}
    if (
        urgency(deployment.graph, deployment.statuses, key, now).verdict
        is FreshnessVerdict.DEGRADED
    ):
        words.add("late")
    return frozenset({*words, "check_failed"} if failing else words)
