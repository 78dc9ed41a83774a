"""A plan in few lines: by asset, by reason, by the runs that make it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.domain.status.states import State
from console.planner.folded import AssetLine, By, CellsLine, HeadLine, folded
from console.planner.launches import Batch
from console.planner.plan import CellAction, Plan, PlanCell
from console.planner.request import Request
from console.widgets.planner.plan_lines import plan_line, why_text

DAYS = ("d1", "d2", "d3")


def plan_of(*cells: tuple[str, str, CellAction, str]) -> Plan:
    made = (PlanCell((a,), day, State.MISSING, action, why) for a, day, action, why in cells)
    return Plan(Request((), ()), tuple(made))


PLAN = plan_of(
    ("a", "d1", CellAction.RUN, "missing"),
    ("a", "d2", CellAction.SKIP, "fresh"),
    ("a", "d3", CellAction.RUN, "missing"),
    ("b", "d1", CellAction.RUN, "upstream would be run: a"),
    ("b", "d2", CellAction.RUN, "missing"),
    ("b", "d3", CellAction.RUN, "missing"),
)


def told(lines: list[AssetLine | HeadLine | CellsLine]) -> list[str]:
    return [
        line.words
        if isinstance(line, HeadLine)
        else f"{line.cells[0].asset[0]} {getattr(line, 'partitions', '')}".strip()
        for line in lines
    ]


def test_by_reason_what_runs_comes_first_and_the_most_frequent_before_others() -> None:
    assert told(folded(PLAN, expanded=False, by=By.REASON)) == [
        "run: missing",
        "a d1",
        "a d3",
        "b d2…d3",
        "run: upstream would be run",
        "b d1",
        "skip: fresh",
        "a d2",
    ]


def test_by_run_the_batches_are_told_in_their_order_and_what_runs_in_none() -> None:
    batches = [
        Batch((("a",),), ("d1", "d3"), 2, 0),
        Batch((("b",),), ("d1", "d2", "d3"), 1, 1),
    ]
    assert told(folded(PLAN, expanded=False, by=By.RUN, batches=batches)) == [
        "1. 2 runs, at once",
        "a d1",
        "a d3",
        "2. 1 run, after stage 1",
        "b d1",
        "b d2…d3",
        "in no run",
        "a d2",
    ]


CELLS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(DAYS),
        st.sampled_from(CellAction),
        st.sampled_from(["missing", "fresh", "stale: x", "stale: y"]),
    ),
    unique_by=lambda cell: cell[:2],
    max_size=9,
)


@given(CELLS, st.sampled_from(By), st.booleans())
def test_each_cell_stands_below_one_head_just(
    cells: list[tuple[str, str, CellAction, str]], by: By, expanded: bool
) -> None:
    plan = plan_of(*sorted(cells, key=lambda cell: cell[:2]))
    running = tuple(cell for cell in plan.cells if cell.action is CellAction.RUN)
    batches = [Batch((cell.asset,), (cell.partition,), 1, 0) for cell in running]
    lines = folded(plan, expanded=expanded, by=by, batches=batches)
    heads = [line for line in lines if not isinstance(line, CellsLine)]
    stretches = [line for line in lines if isinstance(line, CellsLine)]
    for some in (heads, stretches):
        assert sorted(str(cell.id) for line in some for cell in line.cells) == sorted(
            str(cell.id) for cell in plan.cells
        )
    assert not expanded or all(len(line.cells) == 1 for line in stretches)


def test_a_line_without_its_assets_line_above_names_the_asset() -> None:
    lines = folded(PLAN, expanded=False, by=By.REASON)
    drawn = [
        "".join(text for text, _ in plan_line(line, 80, [], ascii_only=False)) for line in lines
    ]
    assert drawn[0].rstrip().endswith("4 cells")
    assert "a d1" in drawn[1]


def test_why_is_told_in_full_for_each_cell() -> None:
    assert why_text(PLAN.cells[3:4]) == ["b d1\n  missing, run: upstream would be run: a"]
    many = why_text(PLAN.cells * 100)
    assert many[-1] == "and 400 more cells"
