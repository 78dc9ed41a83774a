"""What `status:` in a selection means: the words that hold for each asset."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.domain.freshness import Verdict
from console.domain.selection import Facts
from console.domain.status import State
from console.domain.urgency import urgency

if TYPE_CHECKING:
    from console.domain.keys import AssetKey
    from console.store.deployment import Deployment

_STATES = (
    State.MISSING,
    State.FAILED,
    State.MATERIALIZED,
    State.STALE,
    State.RUNNING,
    State.QUEUED,
    State.UNKNOWN,
)


def facts(deployment: Deployment) -> Facts:
    """As known now; nothing is known before every asset was told of once."""
    if any(key not in deployment.rows for key in deployment.graph.assets):
        return Facts()
    now = time.time()
    found = {key: _words(deployment, key, now) for key in deployment.graph.assets}
    return Facts(found, frozenset({*(state.word for state in _STATES), "late"}))


def _words(deployment: Deployment, key: AssetKey, now: float) -> frozenset[str]:
    row = deployment.rows[key]
    words = {state.word for state in _STATES if row.count(state)}
    late = urgency(deployment.graph, deployment.statuses, key, now).verdict is Verdict.DEGRADED
    return frozenset({*words, "late"} if late else words)
