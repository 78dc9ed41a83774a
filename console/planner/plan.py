"""The plan: for every cell in question what it is, what would happen to it, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from console.domain.keys import key_text
from console.domain.status import BUSY, State
from console.planner.request import WHOLE, CellId, Request, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.domain.keys import AssetKey


class Action(Enum):
    RUN = "run"
    SKIP = "skip"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class PlanCell:
    asset: AssetKey
    partition: str | None
    """None for an asset without partitions."""
    state: State
    action: Action
    reason: str

    @property
    def id(self) -> CellId:
        return self.asset, self.partition


@dataclass(frozen=True)
class Plan:
    """Cells in the order of the graph, then of each definition."""

    request: Request
    cells: tuple[PlanCell, ...]
    warnings: tuple[str, ...] = ()

    @cached_property
    def by_id(self) -> dict[CellId, PlanCell]:
        return {cell.id: cell for cell in self.cells}

    @cached_property
    def counts(self) -> Counter[Action]:
        return Counter(cell.action for cell in self.cells)

    @cached_property
    def to_run(self) -> dict[AssetKey, tuple[str | None, ...]]:
        """The cells that would run, by asset."""
        found: dict[AssetKey, list[str | None]] = {}
        for cell in self.cells:
            if cell.action is Action.RUN:
                found.setdefault(cell.asset, []).append(cell.partition)
        return {asset: tuple(partitions) for asset, partitions in found.items()}

    @cached_property
    def reasons(self) -> Counter[str]:
        """How many cells would run for each kind of reason."""
        return Counter(
            cell.reason.split(":")[0] for cell in self.cells if cell.action is Action.RUN
        )


def plan(request: Request, snapshot: Snapshot) -> Plan:
    """Pure: the same request and snapshot give the same plan."""
    targets, warnings = _targets(request, snapshot)
    running: dict[AssetKey, set[str | None]] = {}
    cells: list[PlanCell] = []
    for asset, partitions in targets.items():
        made = [_cell(asset, partition, request, snapshot, running) for partition in partitions]
        running[asset] = {cell.partition for cell in made if cell.action is Action.RUN}
        cells += made
    return Plan(request, tuple(cells), (*warnings, *_unfed(cells, snapshot, running)))


def _unfed(
    cells: Iterable[PlanCell], snapshot: Snapshot, running: Mapping[AssetKey, set[str | None]]
) -> list[str]:
    """A warning for each parent of which a partition is read that is not there and not made."""
    found: Counter[AssetKey] = Counter()
    for cell in cells_with(cells, Action.RUN):
        for parent in snapshot.graph.upstream(cell.asset):
            if snapshot.keys.get(parent) != snapshot.keys.get(cell.asset):
                continue
            absent = _state(parent, cell.partition, snapshot) in (State.MISSING, State.FAILED)
            if absent and cell.partition not in running.get(parent, ()):
                found[parent] += 1
    return [
        f"{count} cell{'s' * (count != 1)} would run without {key_text(parent)}, which is not there"
        for parent, count in found.items()
    ]


def _targets(
    request: Request, snapshot: Snapshot
) -> tuple[dict[AssetKey, tuple[str | None, ...]], list[str]]:
    """Upstream before downstream, so that a cell knows what would run above it."""
    graph = snapshot.graph
    targets: dict[AssetKey, tuple[str | None, ...]] = {}
    warnings: list[str] = []
    for asset in request.targets(graph):
        partitions = _partitions_of(asset, request, snapshot)
        if partitions:
            targets[asset] = partitions
        else:
            warnings.append(f"{key_text(asset)} has none of these partitions and is left out")
    return targets, warnings


def _partitions_of(asset: AssetKey, request: Request, snapshot: Snapshot) -> tuple[str | None, ...]:
    keys = snapshot.keys.get(asset)
    if snapshot.graph[asset].partitions is None:
        return (WHOLE,)
    reached = None if snapshot.reached is None else snapshot.reached.get(asset)
    wanted = request.partitions if reached is None or asset in request.assets else reached
    return tuple(key for key in wanted if keys is None or key in keys.positions)


def _cell(
    asset: AssetKey,
    partition: str | None,
    request: Request,
    snapshot: Snapshot,
    running: Mapping[AssetKey, set[str | None]],
) -> PlanCell:
    state = _state(asset, partition, snapshot)
    action, reason = _decision((asset, partition), state, request, snapshot, running)
    return PlanCell(asset, partition, state, action, reason)


def _state(asset: AssetKey, partition: str | None, snapshot: Snapshot) -> State:
    row, keys = snapshot.rows.get(asset), snapshot.keys.get(asset)
    position = 0 if partition is WHOLE or keys is None else keys.positions.get(partition)
    if row is None or position is None or position >= row.total:
        return State.UNKNOWN
    state = State(row.states[position])
    if state is State.MATERIALIZED and (asset, partition) in snapshot.stale:
        return State.STALE
    return state


def _decision(
    cell: CellId,
    state: State,
    request: Request,
    snapshot: Snapshot,
    running: Mapping[AssetKey, set[str | None]],
) -> tuple[Action, str]:
    if cell in request.excluded:
        return Action.SKIP, "excluded by you"
    if not snapshot.graph[cell[0]].materializable:
        return Action.BLOCKED, "can't be materialized here: an external asset"
    run = snapshot.busy.get(cell)
    where = f" in run {run[:8]}" if run else ""
    if state in BUSY:
        return Action.BLOCKED, f"already {state.word}{where}"
    if state is State.UNKNOWN:
        return Action.BLOCKED, "its state is not known"
    why = _why(cell, state, request, snapshot, running)
    if not why:
        left = "fresh" if state is State.MATERIALIZED else f"{state.word}, not asked for"
        return Action.SKIP, left
    return (Action.BLOCKED, f"already{where}") if run else (Action.RUN, why)


def _why(
    cell: CellId,
    state: State,
    request: Request,
    snapshot: Snapshot,
    running: Mapping[AssetKey, set[str | None]],
) -> str:
    """Why the cell would run; empty when nothing asks for it."""
    if state in request.run_states:
        return _own_reason(cell, state, snapshot)
    cause = _upstream(cell, snapshot, running) if State.STALE in request.run_states else None
    return f"upstream would be run: {key_text(cause)}" if cause else ""


def _own_reason(cell: CellId, state: State, snapshot: Snapshot) -> str:
    if state is State.STALE:
        cause = snapshot.stale.get(cell)
        return f"stale: {cause}" if cause else "stale"
    return "fresh, run again as asked" if state is State.MATERIALIZED else state.word


def _upstream(
    cell: CellId, snapshot: Snapshot, running: Mapping[AssetKey, set[str | None]]
) -> AssetKey | None:
    """The first parent of which a partition that this cell reads would be run."""
    asset, partition = cell
    for parent in snapshot.graph.upstream(asset):
        planned = running.get(parent)
        same = snapshot.keys.get(parent) == snapshot.keys.get(asset)
        if planned and (partition in planned or not same):
            return parent
    return None


def cells_with(cells: Iterable[PlanCell], action: Action) -> list[PlanCell]:
    return [cell for cell in cells if cell.action is action]
