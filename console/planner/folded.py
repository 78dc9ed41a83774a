"""A plan in few lines: neighbours with the same state, action and reason as one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING

from console.planner.plan import CellAction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.status.states import State
    from console.planner.launches import Batch
    from console.planner.plan import Plan, PlanCell
    from console.planner.request import CellId


@dataclass(frozen=True)
class AssetLine:
    """The line of an asset: its cells, for the strips of now and then."""

    asset: AssetKey
    cells: tuple[PlanCell, ...]

    def count(self, action: CellAction) -> int:
        return sum(cell.action is action for cell in self.cells)


@dataclass(frozen=True)
class HeadLine:
    """The line above cells that have a reason or their runs in common."""

    words: str
    cells: tuple[PlanCell, ...]


@dataclass(frozen=True)
class CellsLine:
    """One stretch of cells of one asset that are alike."""

    cells: tuple[PlanCell, ...]
    names_asset: bool = False
    """Whether no line above it does."""

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


PlanLine = AssetLine | HeadLine | CellsLine


class By(Enum):
    """What the lines of a plan are put together by."""

    ASSET = "asset"
    REASON = "reason"
    RUN = "run"

    @property
    def following(self) -> By:
        every = list(By)
        return every[(every.index(self) + 1) % len(every)]


def folded(
    plan: Plan, *, expanded: bool, by: By = By.ASSET, batches: Sequence[Batch] = ()
) -> list[PlanLine]:
    """A line for each asset, reason or batch of runs, and below it those of its cells.

    Of the cells a line each when `expanded`, else one for each stretch that is alike.
    """
    if by is By.ASSET:
        return _by_asset(plan, expanded)
    parts = _reasons(plan) if by is By.REASON else _runs(plan, batches)
    lines: list[PlanLine] = []
    for words, ids in parts.items():
        cells = tuple(cell for cell in plan.cells if cell.id in ids)
        lines.append(HeadLine(words, cells))
        lines += _stretches(plan, ids, expanded)
    return lines


def _by_asset(plan: Plan, expanded: bool) -> list[PlanLine]:
    lines: list[PlanLine] = []
    for asset, group in groupby(plan.cells, key=lambda cell: cell.asset):
        cells = tuple(group)
        lines.append(AssetLine(asset, cells))
        if expanded:
            lines += [CellsLine((cell,)) for cell in cells]
        else:
            lines += [CellsLine(tuple(alike)) for _, alike in groupby(cells, key=_alike)]
    return lines


def _reasons(plan: Plan) -> dict[str, set[CellId]]:
    """The cells by what happens and why, what runs first, the most frequent reason first."""
    kinds = Counter((cell.action, _kind(cell)) for cell in plan.cells)
    order = list(CellAction)
    ranked = sorted(kinds, key=lambda kind: (order.index(kind[0]), -kinds[kind], kind[1]))
    found: dict[str, set[CellId]] = {
        f"{action.value}: {reason}": set() for action, reason in ranked
    }
    for cell in plan.cells:
        found[f"{cell.action.value}: {_kind(cell)}"].add(cell.id)
    return found


def _runs(plan: Plan, batches: Sequence[Batch]) -> dict[str, set[CellId]]:
    """The cells by the runs that make them, in the order in which these can start."""
    found: dict[str, set[CellId]] = {}
    for number, batch in enumerate(batches, start=1):
        cells = {(asset, partition) for asset in batch.assets for partition in batch.partitions}
        runs = f"{batch.runs} run{'s' * (batch.runs != 1)}"
        found[f"{number}. {runs}, {_when(batch)}"] = cells
    rest = {cell.id for cell in plan.cells if cell.action is not CellAction.RUN}
    return found | ({"in no run": rest} if rest else {})


def _when(batch: Batch) -> str:
    return f"after stage {batch.stage}" if batch.stage else "at once"


def _kind(cell: PlanCell) -> str:
    return cell.reason.split(":")[0]


def _stretches(plan: Plan, ids: set[CellId], expanded: bool) -> list[CellsLine]:
    """The lines of these cells; a stretch ends where a cell between is not among them."""
    lines = []
    for (_, among, _), group in groupby(
        plan.cells, key=lambda cell: (cell.asset, cell.id in ids, _alike(cell))
    ):
        cells = tuple(group)
        if among:
            size = 1 if expanded else len(cells)
            parts = (cells[at : at + size] for at in range(0, len(cells), size))
            lines += [CellsLine(part, names_asset=True) for part in parts]
    return lines


def _alike(cell: PlanCell) -> tuple[State, CellAction, str]:
    """Reasons that name the cell's own partition are alike."""
    return cell.state, cell.action, cell.reason.replace(cell.partition or "\0", "")
