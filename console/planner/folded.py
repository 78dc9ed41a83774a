"""A plan in few lines: neighbours with the same state, action and reason as one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
    from console.domain.status.states import State
    from console.planner.plan import CellAction, Plan, PlanCell


@dataclass(frozen=True)
class AssetLine:
    """The line of an asset: its cells, for the strips of now and then."""

    asset: AssetKey
    cells: tuple[PlanCell, ...]

    def count(self, action: CellAction) -> int:
        return sum(cell.action is action for cell in self.cells)


@dataclass(frozen=True)
class CellsLine:
    """One stretch of cells of one asset that are alike."""

    cells: tuple[PlanCell, ...]

    @property
    def first(self) -> PlanCell:
        return self.cells[0]

    @property
    def partitions(self) -> str:
        """`a…b` for a stretch, empty for an asset without partitions."""
        first, last = self.cells[0].partition, self.cells[-1].partition
        if first is None:
            return ""
        return first if first == last else f"{first}…{last}"


PlanLine = AssetLine | CellsLine


def folded(plan: Plan, *, expanded: bool) -> list[PlanLine]:
    """Each asset's line and the lines of its cells, one for each cell when `expanded`."""
    lines: list[PlanLine] = []
    for asset, group in groupby(plan.cells, key=lambda cell: cell.asset):
        cells = tuple(group)
        lines.append(AssetLine(asset, cells))
        if expanded:
            lines += [CellsLine((cell,)) for cell in cells]
        else:
            lines += [CellsLine(tuple(alike)) for _, alike in groupby(cells, key=_alike)]
    return lines


def _alike(cell: PlanCell) -> tuple[State, CellAction, str]:
    """Reasons that name the cell's own partition are alike."""
    return cell.state, cell.action, cell.reason.replace(cell.partition or "\0", "")
