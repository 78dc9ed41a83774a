"""A plan that is kept, read again and compared."""

from __future__ import annotations

import json
from argparse import Namespace
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.status.states import State
from console.exits import DONE, FAILED, USAGE
from console.headless import diff
from console.planner.drift import all_differences
from console.planner.estimate import Estimate
from console.planner.plan import CellAction, Plan, PlanCell
from console.planner.plan_file import BadPlanFile, KeptPlan, as_json, from_json
from console.planner.request import Request
from console.store.planning import plan_files

if TYPE_CHECKING:
    from pathlib import Path

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEY = st.lists(TEXT, min_size=1, max_size=3).map(tuple)
CELL_ID = st.tuples(KEY, st.none() | TEXT)
CELLS = st.lists(
    st.builds(
        lambda cell, *rest: PlanCell(cell[0], cell[1], *rest),
        CELL_ID,
        st.sampled_from(State),
        st.sampled_from(CellAction),
        TEXT,
    ),
    unique_by=lambda cell: cell.id,
    max_size=8,
).map(tuple)
REQUESTS = st.builds(
    Request,
    assets=st.lists(KEY, max_size=3).map(tuple),
    partitions=st.lists(TEXT, max_size=3).map(tuple),
    downstream=st.booleans(),
    within=st.none() | st.frozensets(KEY, max_size=3),
    run_states=st.frozensets(st.sampled_from(State)),
    excluded=st.frozensets(CELL_ID, max_size=3),
    only=st.none() | st.frozensets(CELL_ID, max_size=3),
    parallel=st.none() | st.integers(1, 8),
    title=TEXT,
    tags=st.dictionaries(TEXT, TEXT, max_size=2).map(lambda tags: tuple(sorted(tags.items()))),
    config=st.sampled_from(["", '{"ops": {"a": {"config": {"b": [1]}}}}']),
)
NUMBERS = st.integers(0, 10**6)
PLANS = st.builds(
    KeptPlan,
    id=TEXT,
    made=st.integers(0, 4 * 10**12).map(lambda milliseconds: milliseconds / 1000),
    by=TEXT,
    server=TEXT,
    plan=st.builds(Plan, REQUESTS, CELLS, st.lists(TEXT, max_size=2).map(tuple)),
    runs=NUMBERS,
    waves=NUMBERS,
    estimate=st.none()
    | st.builds(Estimate, st.floats(0, 1e6), st.floats(0, 1e6), st.integers(1, 99), st.booleans()),
)


@given(PLANS)
def test_what_is_kept_is_read_back(kept: KeptPlan) -> None:
    found = from_json(json.loads(json.dumps(as_json(kept))))
    assert found.made == pytest.approx(kept.made, abs=0.001)
    assert replace(found, made=kept.made) == kept


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(PLANS, st.data(), JSON)
def test_whatever_stands_in_a_field_it_is_a_plan_or_a_sentence(
    kept: KeptPlan, data: st.DataObject, odd: object
) -> None:
    value = as_json(kept)
    place: Any = value
    if data.draw(st.booleans()):
        place = value["request"]
    if value["cells"] and data.draw(st.booleans()):
        place = value["cells"][0]
    place[data.draw(st.sampled_from(sorted(place)))] = odd
    with suppress(BadPlanFile):
        assert as_json(from_json(value)).keys() == value.keys()


def kept_plan(*cells: PlanCell) -> KeptPlan:
    request = Request((("a",),), ("x", "y"))
    return KeptPlan("an id", 1_764_000_000.0, "ann", "here:3000", Plan(request, cells), 1, 1)


RUNS = PlanCell(("a",), "x", State.MISSING, CellAction.RUN, "missing")
FRESH = PlanCell(("a",), "y", State.MATERIALIZED, CellAction.SKIP, "fresh")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("format", "other", "`format` is not `dagdeck plan`"),
        ("version", 2, "a plan of version 2, and this dagdeck reads version 1"),
        ("made", "soon", "`made` is `soon`, which is no date and time"),
        ("runs", -1, "`runs` is -1; a whole number is expected"),
        ("runs", True, "`runs` is True; a whole number is expected"),
        ("cells", {}, "`cells` is {}; a list is expected"),
        ("estimate", [1], "`estimate` is neither null nor"),
        ("request", None, "`request` is no JSON object"),
    ],
)
def test_a_wrong_field_is_named(field: str, value: object, said: str) -> None:
    with pytest.raises(BadPlanFile, match=said.replace("[", r"\[")):
        from_json({**as_json(kept_plan(RUNS)), field: value})


def test_a_field_of_a_cell_is_named_with_its_place() -> None:
    value = as_json(kept_plan(RUNS, FRESH))
    value["cells"][1]["reason"] = None
    with pytest.raises(BadPlanFile, match=r"`cells\[1\].reason` is None; text is expected"):
        from_json(value)
    value["cells"][1].pop("reason")
    with pytest.raises(BadPlanFile, match=r"`cells\[1\].reason` is missing"):
        from_json(value)


def test_a_state_that_is_none_is_told_with_those_that_are() -> None:
    value = as_json(kept_plan(RUNS))
    value["cells"][0]["state"] = "odd"
    with pytest.raises(BadPlanFile, match="`odd` is none of outside, unknown, missing"):
        from_json(value)


def test_a_cell_is_named_once() -> None:
    with pytest.raises(BadPlanFile, match="names a cell twice"):
        from_json(as_json(kept_plan(RUNS, RUNS)))


def test_a_file_that_can_not_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    plan_files.write(file, kept_plan(RUNS))
    before = file.read_bytes()
    with pytest.raises(UnicodeEncodeError):
        plan_files.write(file, kept_plan(replace(RUNS, reason="\ud800")))
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "can't be read: No such file"), (b"\xff", "no JSON"), (b"[" * 99_999, "no JSON")],
)
def test_a_file_that_holds_no_plan_is_told_by_name(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "plan.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadPlanFile, match=said) as found:
        plan_files.read(file)
    assert str(file) in str(found.value)


def compared(tmp_path: Path, one: KeptPlan, other: KeptPlan, *, as_json: bool = False) -> int:
    files = [tmp_path / "one.json", tmp_path / "other.json"]
    plan_files.write(files[0], one)
    plan_files.write(files[1], other)
    return diff.main(Namespace(files=files, json=as_json))


def test_plans_that_say_the_same_differ_in_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = replace(kept_plan(RUNS, FRESH), id="another", made=1.0, by="bob")
    assert compared(tmp_path, kept_plan(RUNS, FRESH), later) == DONE
    assert capsys.readouterr() == ("", "the plans say the same of all 2 cells\n")


def test_each_cell_that_differs_is_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = kept_plan(
        replace(RUNS, reason="upstream"), replace(FRESH, state=State.FAILED, action=CellAction.RUN)
    )
    assert compared(tmp_path, kept_plan(RUNS, FRESH), other) == FAILED
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "a x: missing (run): missing → upstream",
        "a y: materialized (skip) → failed (run)",
    ]
    assert said.err == "2 of 2 cells differ\n"


def test_a_cell_that_one_plan_lacks_is_null_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(tmp_path, kept_plan(RUNS, FRESH), kept_plan(RUNS), as_json=True) == FAILED
    (found,) = json.loads(capsys.readouterr().out)["differences"]
    assert found["before"] == {"state": "materialized", "action": "skip", "reason": "fresh"}
    assert found["after"] is None


def test_another_run_configuration_is_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = kept_plan(RUNS)
    request = replace(one.plan.request, config='{"ops": {}}')
    other = replace(one, plan=replace(one.plan, request=request))
    assert compared(tmp_path, one, other) == FAILED
    assert capsys.readouterr().out == 'run configuration: none → {"ops": {}}\n'
    assert compared(tmp_path, other, one, as_json=True) == FAILED
    told = json.loads(capsys.readouterr().out)
    assert told == {"differences": [], "configuration": {"before": {"ops": {}}, "after": None}}


def test_a_file_made_before_there_was_a_configuration_has_none() -> None:
    value = as_json(kept_plan(RUNS))
    del value["request"]["config"]
    assert from_json(value) == kept_plan(RUNS)
    value["request"]["config"] = "ops: {}"
    with pytest.raises(BadPlanFile, match=r"`request.config` is 'ops: \{\}'"):
        from_json(value)


def test_a_bad_file_is_one_sentence_and_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff.main(Namespace(files=[tmp_path / "a", tmp_path / "b"], json=False)) == USAGE
    assert len(capsys.readouterr().err.splitlines()) == 1


@given(CELLS, CELLS)
def test_the_differences_are_those_of_either_side(
    one: tuple[PlanCell, ...], other: tuple[PlanCell, ...]
) -> None:
    request = Request((), ())
    found = all_differences(Plan(request, one), Plan(request, other))
    assert {each.shown for each in found} - {None} == set(one) - set(other)
    assert {each.now for each in found} - {None} == set(other) - set(one)
