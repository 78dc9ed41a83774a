"""The run queue as the deployment has it, to say why a run waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.health import Condition
from console.domain.runs.waiting import Queue

if TYPE_CHECKING:
    from console.store.overview.overview import Overview

COORDINATOR = "QUEUED_RUN_COORDINATOR"


def queue_of(overview: Overview) -> Queue:
    """As far as it is known: limits of the structure, and whether daemon and locations are well."""
    structure, health = overview.deployment.structure, overview.health
    daemons = (health.daemons if health else None) or ()
    silent = any(one.name == COORDINATOR and one.condition is Condition.BAD for one in daemons)
    away = [one.name for one in overview.locations if one.condition is Condition.BAD]
    if structure is None:
        return Queue(silent=silent, away=away)
    return Queue(
        structure.max_concurrent_runs,
        structure.tag_limits,
        structure.pool_limits if structure.pools_hold_runs else {},
        {key: asset.pools for key, asset in structure.graph.assets.items() if asset.pools},
        silent,
        away,
    )
