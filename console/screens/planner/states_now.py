"""The states of a plan's cells by now, not as they were when it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.status.states import State

if TYPE_CHECKING:
    from console.planner.folded import AssetLine
    from console.store.deployment import Deployment


def states_now(deployment: Deployment, line: AssetLine, *, launched: bool) -> list[State]:
    """The state of each cell of the line; before the launch only the plan knows stale cells."""
    row, keys = deployment.rows.get(line.asset), deployment.keys.get(line.asset)
    found = []
    for cell in line.cells:
        at = 0
        if cell.partition is not None and keys is not None:
            at = keys.positions.get(cell.partition, -1)
        now = State(row.states[at]) if row is not None and 0 <= at < row.total else State.UNKNOWN
        stale = now is State.MATERIALIZED and cell.state is State.STALE and not launched
        found.append(State.STALE if stale else now)
    return found
