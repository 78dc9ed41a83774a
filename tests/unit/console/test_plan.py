"""Properties of the plan over random small deployments, states and requests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from console.domain.partitions.edge_mapping import EdgeMapping
from console.domain.partitions.keys import PartitionKeys
from console.domain.status.states import BUSY, Row, State
from console.planner.drift import drift
from console.planner.plan import CellAction, Plan, PlanCell, cells_with, plan
from console.planner.request import CellId, Request, Snapshot
from tests.unit.console.plans import asset_of, graph_of, mappings_of

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey

DAYS = PartitionKeys(("d1", "d2", "d3", "d4"))
CITIES = PartitionKeys(("Rome", "Oslo"))
KEYS = {"daily": DAYS, "cities": CITIES, None: None}
ASKED_FOR = [State.MISSING, State.FAILED, State.STALE, State.MATERIALIZED]
STATES = [state for state in State if state not in (State.STALE, State.OUTSIDE)]


@dataclass(frozen=True)
class Case:
    request: Request
    snapshot: Snapshot

    @property
    def plan(self) -> Plan:
        return plan(self.request, self.snapshot)

    def cells_of(self, asset: str) -> set[CellId]:
        keys = self.snapshot.keys[(asset,)]
        return {((asset,), None)} if keys is None else {((asset,), key) for key in keys.keys}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    names = "abcde"[: draw(st.integers(1, 5))]
    edges = [(a, b) for a in names for b in names if a < b and draw(st.booleans())]
    definitions = {
        name: draw(st.sampled_from(["daily", "daily", "cities", None])) for name in names
    }
    assets = [
        asset_of(name, definitions[name], materializable=draw(st.integers(0, 5)) > 0)
        for name in names
    ]
    keys: dict[AssetKey, PartitionKeys | None] = {
        (name,): KEYS[definitions[name]] for name in names
    }
    rows: dict[AssetKey, Row] = {}
    stale: dict[CellId, str] = {}
    for key, found in keys.items():
        count = len(found) if found else 1
        states = draw(st.lists(st.sampled_from(STATES), min_size=count, max_size=count))
        rows[key] = Row(bytes(states), 1.0)
        for at, state in enumerate(states):
            if state is State.MATERIALIZED and draw(st.booleans()):
                stale[key, found.keys[at] if found else None] = draw(
                    st.sampled_from(["", "new data"])
                )
    chosen_kind = draw(st.sampled_from(sorted(set(definitions.values()), key=str)))
    alike = [(name,) for name in names if definitions[name] == chosen_kind]
    chosen = draw(st.lists(st.sampled_from(alike), min_size=1, unique=True))
    own = KEYS[chosen_kind]
    wanted = draw(st.lists(st.sampled_from(own.keys), min_size=1, unique=True)) if own else []
    all_cells: list[CellId] = [
        (key, at) for key, found in keys.items() for at in (found.keys if found else (None,))
    ]
    request = Request(
        assets=tuple(chosen),
        partitions=tuple(sorted(wanted)),
        downstream=draw(st.booleans()),
        run_states=frozenset(draw(st.sets(st.sampled_from(ASKED_FOR), min_size=1))),
        excluded=frozenset(draw(st.sets(st.sampled_from(all_cells), max_size=3))),
    )
    busy = dict.fromkeys(draw(st.sets(st.sampled_from(all_cells), max_size=2)), "7c1f00aabbcc")
    reached: dict[AssetKey, tuple[str, ...] | None] = {
        key: found.keys if found else None for key, found in keys.items()
    }
    graph = graph_of(assets, edges)
    mappings = mappings_of(graph, keys)
    return Case(
        request,
        Snapshot(graph, keys, rows, stale=stale, busy=busy, mappings=mappings, reached=reached),
    )


def _state(case: Case, cell: CellId) -> State:
    keys = case.snapshot.keys[cell[0]]
    at = 0 if keys is None or cell[1] is None else keys.keys.index(cell[1])
    state = State(case.snapshot.rows[cell[0]].states[at])
    return State.STALE if cell in case.snapshot.stale else state


def _may_run(case: Case, cell: CellId) -> bool:
    state = _state(case, cell)
    return (
        cell not in case.request.excluded
        and case.snapshot.graph[cell[0]].materializable
        and state not in BUSY
        and state is not State.UNKNOWN
        and cell not in case.snapshot.busy
    )


def _reads(case: Case, child: CellId, parent: CellId) -> bool:
    if parent[0] not in case.snapshot.graph.upstream(child[0]):
        return False
    same = case.snapshot.keys[child[0]] == case.snapshot.keys[parent[0]]
    return child[1] == parent[1] if same else True


@given(cases())
def test_each_cell_in_question_is_in_the_plan_exactly_once(case: Case) -> None:
    graph, request = case.snapshot.graph, case.request
    assets = graph.all_downstream(request.assets) if request.downstream else request.assets
    expected: set[CellId] = set()
    for asset in assets:
        partitioned = case.snapshot.keys[asset] is not None
        if asset in request.assets and partitioned:
            expected |= {(asset, partition) for partition in request.partitions}
        else:
            expected |= case.cells_of(asset[0])
    found = [cell.id for cell in case.plan.cells]
    assert len(found) == len(set(found))
    assert set(found) == expected


@given(cases())
def test_a_cell_runs_just_when_it_is_asked_for_or_something_it_reads_runs(case: Case) -> None:
    made, asked = case.plan, case.request.run_states
    running = {cell.id for cell in cells_with(made.cells, CellAction.RUN)}
    for cell in made.cells:
        behind = any(_reads(case, cell.id, other) for other in running)
        wanted = _state(case, cell.id) in asked or (State.STALE in asked and behind)
        assert (cell.id in running) == (wanted and _may_run(case, cell.id)), cell


@given(cases())
def test_nothing_busy_unknown_external_or_excluded_ever_runs(case: Case) -> None:
    for cell in cells_with(case.plan.cells, CellAction.RUN):
        assert _may_run(case, cell.id), cell


@given(cases())
def test_every_cell_has_a_reason_and_its_own_state(case: Case) -> None:
    for cell in case.plan.cells:
        assert cell.reason.strip() == cell.reason != ""
        assert cell.state is _state(case, cell.id)


@given(cases())
def test_a_cell_that_would_not_run_anyway_is_not_called_blocked_by_a_run(case: Case) -> None:
    for cell in case.plan.cells:
        if cell.action is CellAction.BLOCKED and cell.state is State.MATERIALIZED:
            would = replace(case, snapshot=replace(case.snapshot, busy={})).plan.by_id[cell.id]
            assert would.action is not CellAction.SKIP


@given(cases())
def test_with_all_it_would_run_excluded_a_plan_runs_nothing(case: Case) -> None:
    running = {cell.id for cell in cells_with(case.plan.cells, CellAction.RUN)}
    excluded = case.request.excluded | running
    again = plan(replace(case.request, excluded=frozenset(excluded)), case.snapshot)
    assert again.to_run == {}
    assert [cell.id for cell in again.cells] == [cell.id for cell in case.plan.cells]


@given(cases())
def test_the_same_request_and_snapshot_give_the_same_plan(case: Case) -> None:
    assert case.plan == case.plan
    assert drift(case.plan, case.plan) == []


@given(cases())
def test_upstream_stands_before_downstream_in_the_plan(case: Case) -> None:
    order = list(dict.fromkeys(cell.asset for cell in case.plan.cells))
    for asset in order:
        above = [parent for parent in case.snapshot.graph.upstream(asset) if parent in order]
        assert all(order.index(parent) < order.index(asset) for parent in above)


@given(cases())
def test_counts_and_reasons_add_up(case: Case) -> None:
    made = case.plan
    assert sum(made.counts.values()) == len(made.cells)
    assert sum(made.reasons.values()) == made.counts[CellAction.RUN]
    assert sum(len(cells) for cells in made.to_run.values()) == made.counts[CellAction.RUN]


@given(cases(), st.data())
def test_drift_is_exactly_the_cells_that_only_one_plan_launches(
    case: Case, data: st.DataObject
) -> None:
    shown = case.plan
    changed = data.draw(st.sets(st.integers(0, max(len(shown.cells) - 1, 0)), max_size=3))
    cells = [_otherwise(c) if at in changed else c for at, c in enumerate(shown.cells)]
    gone = data.draw(st.booleans()) and bool(cells)
    now = Plan(shown.request, tuple(cells[1:] if gone else cells))
    expected = {shown.cells[at].id for at in changed if at < len(shown.cells)}
    if gone:
        expected.discard(shown.cells[0].id)
        expected |= {shown.cells[0].id} if shown.cells[0].action is CellAction.RUN else set()
    found = [(one.shown or one.now) for one in drift(shown, now)]
    assert {cell.id for cell in found if cell} == expected
    assert len(found) == len(expected)
    back = [(one.shown or one.now) for one in drift(now, shown)]
    assert {cell.id for cell in back if cell} == expected


def _otherwise(cell: PlanCell) -> PlanCell:
    return replace(
        cell, action=CellAction.SKIP if cell.action is CellAction.RUN else CellAction.RUN
    )


def test_drift_says_what_was_and_what_is() -> None:
    cell = PlanCell(("raw", "a"), "d1", State.MISSING, CellAction.RUN, "missing")
    now = replace(cell, state=State.RUNNING, action=CellAction.BLOCKED)
    request = Request((cell.asset,), ("d1",))
    found = drift(Plan(request, (cell,)), Plan(request, (now,)))
    assert [str(one) for one in found] == ["raw/a d1: missing (run) → running (blocked)"]
    gone = drift(Plan(request, (cell,)), Plan(request, ()))
    assert [str(one) for one in gone] == ["raw/a d1: missing (run) → not in the plan"]


def test_a_reason_in_other_words_is_no_drift() -> None:
    cell = PlanCell(("a",), "d1", State.STALE, CellAction.RUN, "stale: new data")
    request = Request((cell.asset,), ("d1",))
    other = replace(cell, reason="stale: new code")
    assert drift(Plan(request, (cell,)), Plan(request, (other,))) == []


def test_a_change_in_cells_that_neither_plan_launches_is_no_drift() -> None:
    queued = PlanCell(("a",), "d1", State.QUEUED, CellAction.BLOCKED, "already queued in run 7c1f")
    running = replace(queued, state=State.RUNNING, reason="already running in run 7c1f")
    made = replace(queued, state=State.MATERIALIZED, action=CellAction.SKIP, reason="fresh")
    request = Request((queued.asset,), ("d1",))
    for now in ((running,), (made,), ()):
        assert drift(Plan(request, (queued,)), Plan(request, now)) == []


def test_a_cell_to_be_launched_that_was_made_meanwhile_is_drift() -> None:
    cell = PlanCell(("a",), "d1", State.MISSING, CellAction.RUN, "missing")
    made = replace(cell, state=State.MATERIALIZED, action=CellAction.SKIP, reason="fresh")
    request = Request((cell.asset,), ("d1",))
    assert len(drift(Plan(request, (cell,)), Plan(request, (made,)))) == 1


def test_an_asset_without_any_of_the_partitions_is_left_out_with_a_warning() -> None:
    graph = graph_of([asset_of("a", "daily"), asset_of("b", "cities")], [("a", "b")])
    keys: dict[AssetKey, PartitionKeys | None] = {("a",): DAYS, ("b",): CITIES}
    rows: dict[AssetKey, Row] = {
        ("a",): Row(bytes([State.MISSING] * 4), 1.0),
        ("b",): Row(bytes([2, 2]), 1.0),
    }
    made = plan(Request((("a",),), ("d1",), downstream=True), Snapshot(graph, keys, rows))
    assert [cell.id for cell in made.cells] == [(("a",), "d1")]
    assert made.warnings == ("b has none of these partitions and is left out",)


def test_a_child_with_the_same_definition_runs_for_the_parents_partitions_only() -> None:
    graph = graph_of([asset_of("a", "daily"), asset_of("b", "daily")], [("a", "b")])
    keys: dict[AssetKey, PartitionKeys | None] = {("a",): DAYS, ("b",): DAYS}
    rows: dict[AssetKey, Row] = {
        ("a",): Row(bytes([State.MISSING, State.MATERIALIZED] * 2), 1.0),
        ("b",): Row(bytes([State.MATERIALIZED] * 4), 1.0),
    }
    request = Request((("a",),), ("d1", "d2"), downstream=True)
    made = plan(request, Snapshot(graph, keys, rows, mappings=mappings_of(graph, keys)))
    assert made.to_run == {("a",): ("d1",), ("b",): ("d1",)}


def test_a_child_with_another_definition_runs_when_any_partition_of_its_parent_does() -> None:
    graph = graph_of([asset_of("a", "daily"), asset_of("b", "cities")], [("a", "b")])
    keys: dict[AssetKey, PartitionKeys | None] = {("a",): DAYS, ("b",): CITIES}
    rows: dict[AssetKey, Row] = {
        ("a",): Row(bytes([State.MISSING] * 4), 1.0),
        ("b",): Row(bytes([State.MATERIALIZED] * 2), 1.0),
    }
    request = Request((("a",),), ("d1",), downstream=True)
    reached: dict[AssetKey, tuple[str, ...] | None] = {("a",): ("d1",), ("b",): ("Oslo",)}
    snapshot = Snapshot(graph, keys, rows, mappings=mappings_of(graph, keys), reached=reached)
    made = plan(request, snapshot)
    assert made.to_run == {("a",): ("d1",), ("b",): ("Oslo",)}
    assert made.by_id[("b",), "Oslo"].reason == "upstream would be run: a"


def test_a_cell_whose_row_is_not_known_is_blocked() -> None:
    graph = graph_of([asset_of("a", "daily")], [])
    made = plan(Request((("a",),), ("d1",)), Snapshot(graph, {("a",): DAYS}, {}))
    assert [(cell.action, cell.state) for cell in made.cells] == [
        (CellAction.BLOCKED, State.UNKNOWN)
    ]


def _of_all_or_last(running: tuple[str, ...]) -> PlanCell:
    """The cell of an asset without partitions, whose parent runs for these days."""
    graph = graph_of([asset_of("a", "days"), asset_of("b", None)], [("a", "b")])
    days = PartitionKeys(("d1", "d2", "d3"))
    snapshot = Snapshot(
        graph,
        keys={("a",): days, ("b",): None},
        rows={
            ("a",): Row(bytes([State.MISSING] * 3), 1.0),
            ("b",): Row(bytes([State.MATERIALIZED]), 1.0),
        },
        mappings={(("b",), ("a",)): EdgeMapping(((0, 1, 2),), otherwise=((2,),))},
    )
    made_plan = plan(Request((("a",),), running, downstream=True), snapshot)
    return made_plan.by_id[("b",), None]


def test_where_all_or_only_the_last_partition_is_read_the_doubt_stands_in_the_reason() -> None:
    assert _of_all_or_last(("d1",)).reason == (
        "upstream would be run: a (unless only its last partition is read, which Dagster doesn't tell)"
    )
    assert _of_all_or_last(("d1", "d3")).reason == "upstream would be run: a"
