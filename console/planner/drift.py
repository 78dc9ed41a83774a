"""The differences between the plan that was shown and the deployment as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.assets.keys import key_text
from console.planner.plan import CellAction

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
    """The cells that would be launched in one of the plans and not in the other.

    What neither would launch is no difference, whatever has become of it; nor is a cell
    that both would launch for another reason.
    """
    ids = dict.fromkeys([*shown.by_id, *now.by_id])
    pairs = [(shown.by_id.get(cell), now.by_id.get(cell)) for cell in ids]
    return [Drift(before, after) for before, after in pairs if _differ(before, after)]


def all_differences(one: Plan, other: Plan) -> list[Drift]:
    """Each cell that the plans see otherwise: its state, what would happen to it, or why."""
    ids = dict.fromkeys([*one.by_id, *other.by_id])
    pairs = [(one.by_id.get(cell), other.by_id.get(cell)) for cell in ids]
    return [Drift(before, after) for before, after in pairs if before != after]


def _differ(before: PlanCell | None, after: PlanCell | None) -> bool:
    return _runs(before) != _runs(after)


def _runs(cell: PlanCell | None) -> bool:
    return cell is not None and cell.action is CellAction.RUN


def _said(cell: PlanCell | None) -> str:
    return "not in the plan" if cell is None else f"{cell.state.word} ({cell.action.value})"
