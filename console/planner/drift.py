"""What changed between the plan that was shown and the deployment as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.keys import key_text

if TYPE_CHECKING:
    from console.planner.plan import Plan, PlanCell


@dataclass(frozen=True, slots=True)
class Drift:
    """One cell that the newer plan sees otherwise; None where a plan lacks the cell."""

    shown: PlanCell | None
    now: PlanCell | None

    def __str__(self) -> str:
        cell = self.shown or self.now
        if cell is None:
            return "nothing"
        where = f"{key_text(cell.asset)} {cell.partition or ''}".strip()
        return f"{where}: {_said(self.shown)} → {_said(self.now)}"


def drift(shown: Plan, now: Plan) -> list[Drift]:
    """The cells whose state or action differ; a reason in other words is no difference."""
    ids = dict.fromkeys([*shown.by_id, *now.by_id])
    pairs = [(shown.by_id.get(cell), now.by_id.get(cell)) for cell in ids]
    return [Drift(before, after) for before, after in pairs if _differ(before, after)]


def _differ(before: PlanCell | None, after: PlanCell | None) -> bool:
    if before is None or after is None:
        return before is not after
    return (before.state, before.action) != (after.state, after.action)


def _said(cell: PlanCell | None) -> str:
    return "not in the plan" if cell is None else f"{cell.state.word} ({cell.action.value})"
