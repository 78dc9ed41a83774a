"""The plan: for every cell in question what it is, what would happen to it, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from console.domain.assets.keys import key_text
from console.domain.status.states import BUSY, State
from console.planner.notes import lacking, made_anyway, unfed, unread
from console.planner.request import WHOLE, CellId, Request, Snapshot
from console.planner.targets import targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from console.domain.assets.keys import AssetKey


class CellAction(Enum):
    RUN = "run"
    SKIP = "skip"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class PlanCell:
    asset: AssetKey
    partition: str | None
    """None for an asset without partitions."""
    state: State
    action: CellAction
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
    def counts(self) -> Counter[CellAction]:
        return Counter(cell.action for cell in self.cells)

    @cached_property
    def to_run(self) -> dict[AssetKey, tuple[str | None, ...]]:
        """The cells that would run, by asset."""
        partitions_of: dict[AssetKey, list[str | None]] = {}
        for cell in self.cells:
            if cell.action is CellAction.RUN:
                partitions_of.setdefault(cell.asset, []).append(cell.partition)
        return {asset: tuple(partitions) for asset, partitions in partitions_of.items()}

    @cached_property
    def reasons(self) -> Counter[str]:
        """The number of cells that would run for each kind of reason."""
        return Counter(
            cell.reason.split(":")[0] for cell in self.cells if cell.action is CellAction.RUN
        )


def plan(request: Request, snapshot: Snapshot) -> Plan:
    """Pure: the same request and snapshot give the same plan."""
    asked, warnings = targets(request, snapshot)
    forced: Forced = {}
    while True:
        planner = _Planner(request, snapshot, forced)
        cells = [cell for asset, names in asked.items() for cell in planner.cells(asset, names)]
        more = _made_together(cells, request, snapshot)
        if more.keys() <= forced.keys():
            break
        forced = more | forced
    running = planner.running
    notes = [
        note for write in (unfed, unread, lacking, made_anyway) for note in write(running, snapshot)
    ]
    twice = _defined_twice(asked, snapshot)
    return Plan(request, tuple(cells), (*warnings, *twice, *notes))


Decision = tuple[CellAction, str]
Forced = dict[CellId, Decision]
"""Decisions about cells that can't be made apart from others."""


class _Planner:
    """Decides asset by asset, upstream first, so that a cell knows what would run above it."""

    def __init__(self, request: Request, snapshot: Snapshot, forced: Forced) -> None:
        self._request, self._snapshot, self._forced = request, snapshot, forced
        self.running: dict[AssetKey, set[int]] = {}
        """The places of the cells that would run."""

    def cells(self, asset: AssetKey, partitions: Sequence[str | None]) -> list[PlanCell]:
        """The asset's cells, in the order given."""
        behind, gaps = self._behind(asset, partitions), self._lacking(asset)
        running = self.running[asset] = set()
        reads_itself = asset in self._snapshot.graph.upstream(asset)
        cells = []
        for partition, place, state in _states(asset, partitions, self._snapshot):
            cause = behind.get(place)
            if cause is None and reads_itself:
                cause = self._itself(asset, place)
            action, reason = self._decision((asset, partition), state, cause)
            if action is CellAction.RUN and place in gaps:
                action, reason = CellAction.BLOCKED, _without(gaps[place])
            cells.append(PlanCell(asset, partition, state, action, reason))
            if action is CellAction.RUN and place is not None:
                running.add(place)
        return cells

    def _behind(
        self, asset: AssetKey, partitions: Sequence[str | None]
    ) -> dict[int | None, AssetKey]:
        """The first parent to be run of each place that reads one."""
        snapshot = self._snapshot
        first_parent: dict[int | None, AssetKey] = {}
        if State.STALE not in self._request.run_states:
            return first_parent
        places = snapshot.positions(asset, partitions)
        certain_first = sorted(
            snapshot.graph.upstream(asset),
            key=lambda parent: snapshot.mapping(asset, parent).otherwise is not None,
        )
        for parent in certain_first:
            running = frozenset(self.running.get(parent, ()))
            for place in snapshot.mapping(asset, parent).made_from(running, places):
                first_parent.setdefault(place, parent)
        return first_parent

    def _lacking(self, asset: AssetKey) -> dict[int | None, AssetKey]:
        """The parent of each place that lacks partitions which the place reads."""
        mappings = (
            (parent, self._snapshot.mapping(asset, parent))
            for parent in self._snapshot.graph.upstream(asset)
        )
        return {
            place: parent
            for parent, mapping in mappings
            if not mapping.may_lack
            for place in mapping.lacking
        }

    def _itself(self, asset: AssetKey, place: int | None) -> AssetKey | None:
        """The asset, where an earlier partition of its own would be run that this one reads."""
        running = self.running[asset]
        if not running or place is None:
            return None
        upstreams = self._snapshot.mapping(asset, asset).upstreams
        wanted = State.STALE in self._request.run_states
        reads = wanted and upstreams and not running.isdisjoint(upstreams[place])
        return asset if reads else None

    def _decision(self, cell: CellId, state: State, cause: AssetKey | None) -> Decision:
        if cell in self._forced:
            return self._forced[cell]
        if cell in self._request.excluded:
            return CellAction.SKIP, EXCLUDED
        if not self._snapshot.graph[cell[0]].materializable:
            return CellAction.BLOCKED, "can't be materialized here: an external asset"
        run, backfill = self._snapshot.busy.get(cell), self._snapshot.claimed.get(cell)
        where = f" in run {run[:8]}" if run else ""
        if state in BUSY:
            return CellAction.BLOCKED, f"already {state.word}{where}"
        if state is State.UNKNOWN:
            return CellAction.BLOCKED, "its state is not known"
        why = self._why(cell, state, cause)
        if not why:
            return CellAction.SKIP, self._left(state)
        if run or backfill:
            return (
                CellAction.BLOCKED,
                f"already{where}" if run else f"backfill {backfill} will make it",
            )
        return CellAction.RUN, why

    def _why(self, cell: CellId, state: State, cause: AssetKey | None) -> str:
        """Why the cell would run; empty when nothing asks for it."""
        if state in self._request.run_states:
            return self._own_reason(cell, state)
        if cause is None:
            return ""
        doubt = UNLESS_LAST if self._doubtful(cell[0], cause) else ""
        return f"upstream would be run: {key_text(cause)}{doubt}"

    def _doubtful(self, asset: AssetKey, parent: AssetKey) -> bool:
        """Whether it isn't told if what would run of the parent leads to the asset."""
        mapping = self._snapshot.mapping(asset, parent)
        if mapping.otherwise is None:
            return False
        running = frozenset(self.running.get(parent, ()))
        return not replace(mapping, upstreams=mapping.otherwise).made_from(running, (0,))

    def _own_reason(self, cell: CellId, state: State) -> str:
        if state is State.STALE:
            cause = self._snapshot.stale.get(cell)
            return f"stale: {cause}" if cause else "stale"
        if state is not State.MATERIALIZED:
            return state.word
        return f"{'fresh' if self._snapshot.stale_known else state.word}, run again as asked"

    def _left(self, state: State) -> str:
        if state is State.MATERIALIZED and self._snapshot.stale_known:
            return "fresh"
        return f"{state.word}, not asked for"


EXCLUDED = "excluded by you"
UNLESS_LAST = " (unless only its last partition is read, which Dagster doesn't tell)"


def _without(parent: AssetKey) -> str:
    return f"Dagster gives up on it: {key_text(parent)} lacks partitions that it is made from"


def _made_together(cells: Iterable[PlanCell], request: Request, snapshot: Snapshot) -> Forced:
    """Decisions for the cells of a step of which some would run and others not."""
    steps: dict[tuple[frozenset[AssetKey], str | None], list[PlanCell]] = {}
    for cell in cells:
        if cell.asset in snapshot.together:
            steps.setdefault((snapshot.together[cell.asset], cell.partition), []).append(cell)
    forced: Forced = {}
    for (members, _), step in steps.items():
        runs = [cell for cell in step if cell.action is CellAction.RUN]
        others = [cell for cell in step if cell.action is not CellAction.RUN]
        if not runs or (not others and len(step) == len(members)):
            continue
        stops = next((cell for cell in others if _stops(cell, request)), None)
        if stops is not None:
            why = f"made in one step with {key_text(stops.asset)}: {stops.reason}"
            forced |= {cell.id: (CellAction.BLOCKED, why) for cell in runs}
        elif len(step) < len(members):
            absent = ", ".join(sorted(key_text(key) for key in members - {c.asset for c in step}))
            why = f"made in one step with {absent}, which has no such partition"
            forced |= {cell.id: (CellAction.BLOCKED, why) for cell in runs}
        else:
            why = f"made in one step with {key_text(runs[0].asset)}"
            forced |= {cell.id: (CellAction.RUN, why) for cell in others}
    return forced


def _stops(cell: PlanCell, request: Request) -> bool:
    return cell.action is CellAction.BLOCKED or cell.id in request.excluded


def _defined_twice(assets: Iterable[AssetKey], snapshot: Snapshot) -> list[str]:
    return [
        f"{key_text(asset)} is defined in {len(names)} code locations: {', '.join(names)}; "
        f"planned is that of {snapshot.graph[asset].location or 'one of them'}"
        for asset in assets
        if (names := snapshot.locations.get(asset))
    ]


def _states(
    asset: AssetKey, partitions: Sequence[str | None], snapshot: Snapshot
) -> Iterator[tuple[str | None, int | None, State]]:
    """Each partition with its place among the asset's, and its state."""
    keys, row, stale = snapshot.keys.get(asset), snapshot.rows.get(asset), snapshot.stale
    total = row.total if row else 0
    of_place = [_EVERY_STATE[byte] for byte in row.states] if row else []
    places = {} if keys is None else keys.positions
    for partition in partitions:
        place = 0 if partition is WHOLE or keys is None else places.get(partition)
        known = place is not None and place < total
        state = of_place[place] if known and place is not None else State.UNKNOWN
        if state is State.MATERIALIZED and (asset, partition) in stale:
            state = State.STALE
        yield partition, place, state


_EVERY_STATE = {state.value: state for state in State}


def cells_with(cells: Iterable[PlanCell], action: CellAction) -> list[PlanCell]:
    return [cell for cell in cells if cell.action is action]
