"""The rule by which a cell is stale, a test for each of its parts."""

from __future__ import annotations

import re
from array import array
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.api.server import Server, counts_assumed_versions
from console.domain.partitions.keys import PartitionKeys
from console.domain.partitions.upstreams import one_to_one
from console.domain.staleness.invalidation import affected
from console.domain.staleness.lookups import GONE, Lookups, Past, Point, RunFacts
from console.domain.staleness.materializations import LastMaterializations, Observed, nothing_made
from console.domain.staleness.provenance import NO_TAGS, Provenance, joined, provenance
from console.domain.staleness.reasons import cause, hint
from console.domain.staleness.rule import (
    Child,
    Parent,
    StaleCause,
    StaleVerdict,
    Verdicts,
    judge,
    unjudged,
)

UP, CHILD = ("raw", "up"), ("down",)
KEYS = PartitionKeys(("d1", "d2", "d3"))
POINTER = 40
STARTED = 90.0
FRESH, STALE, LOOK, ASK = (
    StaleVerdict.FRESH,
    StaleVerdict.STALE,
    StaleVerdict.LOOK,
    StaleVerdict.ASK,
)


def _tags(version: str = "v", pointer: str = str(POINTER), **more: str) -> Provenance:
    """What a run notes that read `raw/up` at that pointer and made version `w` of its own."""
    tags = {
        "dagster/code_version": "1",
        "dagster/data_version": "w",
        "dagster/input_data_version/raw/up": version,
        "dagster/input_event_pointer/raw/up": pointer,
    }
    return provenance({**tags, **{f"dagster/{name}": value for name, value in more.items()}})


def _made(*times: int, known: Provenance | None = None, run: str = "r") -> LastMaterializations:
    """One run, and its provenance, for everything; 0 where nothing was made."""
    runs = array("i", [0 if time else -1 for time in times])
    return LastMaterializations(array("q", times), runs, [run], {0: known} if known else {})


def _versioned(version: str, *times: int) -> LastMaterializations:
    """A parent that declares a code version, so that its data versions may stay the same."""
    known = provenance({"dagster/code_version": "1", "dagster/data_version": version})
    return _made(*times, known=known, run="up-run")


def _unversioned(*times: int) -> LastMaterializations:
    tags = {"dagster/code_version": "up-run", "dagster/data_version": "new"}
    return _made(*times, known=provenance(tags), run="up-run")


def _parent(made: LastMaterializations | None, **more: Any) -> Parent:
    return replace(Parent(UP, False, made, KEYS, one_to_one(3)), **more)


def _child(parent: Parent | None, known: Provenance | None = None, **more: Any) -> Child:
    made = _made(100, 100, 100, known=known or _tags(joined(["v"])))
    parents = () if parent is None else (parent,)
    return replace(Child(CHILD, "1", made, KEYS, parents), **more)


def _judged(child: Child, facts: Lookups | None = None) -> Verdicts:
    verdicts = unjudged(len(child.made.times))
    judge(child, facts or Lookups(), verdicts, range(len(child.made.times)))
    return verdicts


def _first(child: Child, facts: Lookups | None = None) -> StaleVerdict:
    return StaleVerdict(_judged(child, facts).states[0])


def _run(single: bool = False, **more: Any) -> Lookups:
    return Lookups(runs={"r": RunFacts(STARTED, single)}, **more)


def test_a_partition_never_materialized_is_not_judged() -> None:
    child = _child(None, made=nothing_made(3))
    assert list(_judged(child).states) == [StaleVerdict.UNJUDGED] * 3


def test_a_materialization_without_inputs_is_fresh() -> None:
    assert _first(_child(None, Provenance("1"))) is FRESH


def test_a_materialization_whose_tags_were_not_read_is_asked_for() -> None:
    assert _first(_child(None, made=_made(100, 100, 100))) is ASK


@pytest.mark.parametrize(("declared", "verdict"), [("1", FRESH), ("2", STALE), (None, FRESH)])
def test_another_code_version_is_stale_and_none_is_not(
    declared: str | None, verdict: StaleVerdict
) -> None:
    child = _child(None, Provenance("1"), code_version=declared)
    assert _first(child) is verdict
    if verdict is STALE:
        assert "code version is 2" in cause(child, _judged(child), 0, 0.0)


def test_a_dependency_that_is_gone_is_stale_and_named() -> None:
    child = _child(None)
    assert _first(child) is STALE
    assert cause(child, _judged(child), 0, 0.0) == "no longer made from raw/up"


def test_a_dependency_without_both_its_tags_is_new() -> None:
    child = _child(_parent(_unversioned(50, 50, 50)), Provenance("1"))
    assert _first(child) is STALE
    assert cause(child, _judged(child), 0, 0.0) == "newly made from raw/up"


def test_a_new_dependency_of_which_no_partition_is_read_changes_nothing() -> None:
    parent = _parent(_unversioned(50, 50, 50), upstreams=((), (), ()))
    assert _first(_child(parent, Provenance("1"))) is FRESH


@pytest.mark.parametrize(
    ("noted", "now", "verdict"),
    [
        ("x", "x", FRESH),
        ("x", "y", STALE),
        ("INITIAL", None, FRESH),
        ("x", None, STALE),
        ("NULL", None, FRESH),
    ],
)
def test_only_the_version_counts_for_a_parent_without_partitions(
    noted: str, now: str | None, verdict: StaleVerdict
) -> None:
    parent = Parent(UP, False, _unversioned(999), None, None, now)
    assert _first(_child(parent, _tags(noted))) is verdict


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("1.10.19", STALE), ("1.9.13", STALE), ("1.10.20", FRESH), ("unknown", FRESH)],
)
def test_a_parent_assumed_and_never_made_makes_stale_before_1_10_20(
    version: str, verdict: StaleVerdict
) -> None:
    facts = Lookups(assumed_counts=counts_assumed_versions(Server(version)))
    parent = Parent(UP, False, _unversioned(0), None, None, None)
    assert _first(_child(parent, _tags("INITIAL")), facts) is verdict


def test_a_parent_that_had_no_event_never_makes_stale() -> None:
    assert _first(_child(_parent(_unversioned(200, 200, 200)), _tags(pointer="NULL"))) is FRESH


def test_a_parent_made_later_by_a_run_with_a_version_of_its_own_makes_stale() -> None:
    child = _child(_parent(_unversioned(200, 50, 0)))
    verdicts = _judged(child, _run())
    assert list(verdicts.states) == [STALE, FRESH, FRESH]
    assert re.fullmatch(
        r"raw/up d1 was materialized .+, after this \(.+\)", cause(child, verdicts, 0, 0.0)
    )


def test_the_same_version_again_is_fresh() -> None:
    child = _child(_parent(_versioned("v", 50, 50, 200)))
    assert list(_judged(child, _run()).states) == [FRESH, FRESH, FRESH]


def test_the_same_version_after_a_wipe_is_stale() -> None:
    parent = _parent(_versioned("v", 200, 200, 200))
    assert _first(_child(parent), _run()) is LOOK
    assert _first(_child(parent), _run(pointers={(UP, POINTER): GONE})) is STALE
    assert _first(_child(parent), _run(pointers={(UP, POINTER): Point(50, "x", 0)})) is FRESH


def test_versions_of_several_partitions_are_joined_in_the_order_of_their_keys() -> None:
    keys = PartitionKeys(("z", "a", "m"))
    made = _versioned("v", 50, 50, 50)
    made.odd.update({0: provenance({"dagster/data_version": "last"}), 1: NO_TAGS})
    parent = _parent(made, keys=keys, upstreams=((0, 1, 2),) * 3)
    assert _first(_child(parent, _tags(joined(["v", "last"])))) is FRESH


def test_a_run_is_wanted_where_hashes_differ_and_all_before_its_start_is_fresh() -> None:
    child, facts = _child(_parent(_versioned("x", 50, 50, 50))), Lookups()
    assert _first(child, facts) is LOOK
    assert facts.wanted_runs == {"r"}
    assert _first(child, _run()) is FRESH


def test_another_version_is_stale_to_a_run_of_one_partition() -> None:
    assert _first(_child(_parent(_versioned("x", 200, 0, 0))), _run(single=True)) is STALE


def test_to_a_run_over_a_range_the_version_before_tells() -> None:
    child = _child(_parent(_versioned("x", 200, 200, 200)))
    point = {(UP, POINTER): Point(50, "x", 0)}
    facts = _run(pointers=point)
    assert _first(child, facts) is LOOK
    assert facts.wanted_pasts == {(UP, POINTER): 3}
    past = {(UP, POINTER): Past({0: "x", 1: "y"}, False)}
    assert list(_judged(child, _run(pointers=point, pasts=past)).states) == [FRESH, STALE, ASK]
    past = {(UP, POINTER): Past({}, True)}
    assert _first(child, _run(pointers=point, pasts=past)) is STALE


def test_a_materialization_made_during_the_run_is_told_by_the_pointer() -> None:
    child = _child(_parent(_unversioned(95, 95, 95)), _tags())
    facts = _run()
    assert _first(child, facts) is LOOK
    assert facts.wanted_pointers == {(UP, POINTER)}
    at = (UP, POINTER)
    assert _first(child, _run(pointers={at: Point(95, "up-run", 0)})) is FRESH
    assert _first(child, _run(pointers={at: Point(10, "up-run", 0)})) is STALE
    assert _first(child, _run(pointers={at: Point(90, "other", 0)})) is ASK


def test_a_parent_made_by_the_same_run_before_is_fresh() -> None:
    parent = _parent(_made(95, 95, 95, known=Provenance("r", "new"), run="r"))
    assert _first(_child(parent), _run()) is FRESH


def test_an_asset_made_from_itself_is_told_by_pointers_alone() -> None:
    made = _made(100, 100, 100, known=_tags(joined(["w"])))
    parent = _parent(made, itself=True, upstreams=((), (0,), (1,)))
    child = _child(parent, made=made)
    assert list(_judged(child, _run()).states) == [FRESH, LOOK, LOOK]


@pytest.mark.parametrize(
    ("times", "verdict"),
    [((50,) * 3, FRESH), ((100,) * 3, ASK), ((200,) * 3, STALE), ((0,) * 3, STALE)],
)
def test_without_provenance_only_times_count(times: tuple[int, ...], verdict: StaleVerdict) -> None:
    child = _child(_parent(_unversioned(*times)), NO_TAGS, code_version="9")
    assert _first(child) is verdict
    assert _first(_child(_parent(None, external=True), NO_TAGS)) is FRESH


def test_from_a_hundred_upstream_partitions_on_the_edge_is_skipped_with_a_hint() -> None:
    keys = PartitionKeys(tuple(map(str, range(100))))
    made = _unversioned(*[200] * 100)
    many = _parent(made, keys=keys, upstreams=(range(100),) * 3)
    assert _first(_child(many)) is FRESH
    assert hint(_child(many), 0) == "100 of 100 partitions of raw/up were materialized after this"
    assert _first(_child(replace(many, upstreams=(range(99),) * 3))) is STALE
    assert hint(_child(replace(many, upstreams=(range(99),) * 3)), 0) == ""


def test_an_edge_that_the_server_never_looks_at_is_fresh_with_a_hint() -> None:
    skipped = _parent(_unversioned(200, 50, 50), never_looked_at=True, upstreams=(range(3),) * 3)
    assert _first(_child(skipped)) is FRESH
    assert hint(_child(skipped), 0).startswith("1 of 3 partitions")


def test_where_two_mappings_are_possible_they_must_come_to_the_same() -> None:
    both = _parent(_unversioned(200, 50, 50), never_looked_at=True, otherwise=((2,),) * 3)
    assert _first(_child(both), _run()) is FRESH
    assert _first(_child(replace(both, otherwise=((0,),) * 3)), _run()) is ASK


def test_an_unknown_mapping_is_asked_for() -> None:
    assert _first(_child(_parent(_unversioned(50, 50, 50), upstreams=None))) is ASK


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        ({}, FRESH),
        ({0: [(50, "x")]}, FRESH),
        ({0: [(10, "x"), (200, "y")]}, STALE),
        ({0: [(10, "x"), (200, "x")]}, FRESH),
        ({0: [(200, "x")]}, STALE),
        ({1: [(200, "x")]}, FRESH),
    ],
)
def test_only_observations_count_for_an_external_asset(events: Any, verdict: StaleVerdict) -> None:
    parent = _parent(None, external=True, observed=Observed(events))
    facts = _run(pointers={(UP, POINTER): Point(70, "", 0)})
    assert _first(_child(parent), facts) is verdict
    incomplete = replace(parent, observed=Observed(events, complete=False))
    assert _first(_child(incomplete), facts) is ASK


def test_where_an_external_asset_was_reported_the_pointer_decides_and_not_the_runs_start() -> None:
    events = {0: [(10, "x"), (200, "y")]}
    facts = Lookups(
        runs={"r": RunFacts(300, single=False)}, pointers={(UP, POINTER): Point(100, "", 0)}
    )
    observed = _parent(None, external=True, observed=Observed(events))
    assert _first(_child(observed), facts) is FRESH
    reported = replace(observed, observed=Observed(events, reported=True))
    assert _first(_child(reported), facts) is STALE


def test_an_answer_of_the_server_is_its_own_reason() -> None:
    child = _child(_parent(_unversioned(50, 50, 50)))
    verdicts = _judged(child, _run())
    verdicts.states[1], verdicts.causes[1], verdicts.words[1] = (
        STALE,
        StaleCause.ASKED,
        "it says so",
    )
    assert cause(child, verdicts, 1, 0.0) == "it says so"


def test_a_key_with_a_slash_is_read_back_as_dagster_does() -> None:
    known = provenance(
        {"dagster/input_data_version/a/b": "v", "dagster/input_event_pointer/a/b": "odd"}
    )
    assert known.named == {("a", "b")}
    assert known.inputs == {}


times = st.lists(st.sampled_from([0, 50, 95, 200]), min_size=3, max_size=3)


@given(times, times, times, st.sampled_from([one_to_one(3), ((0, 1), (1,), ()), ((2,),) * 3]))
def test_judging_what_a_change_affects_comes_to_the_same_as_judging_everything(
    before: list[int], after: list[int], own: list[int], upstreams: Any
) -> None:
    facts = _run(pointers={(UP, POINTER): Point(20, "x", 0)})
    old = _child(_parent(_unversioned(*before), upstreams=upstreams))
    made = _made(*own, known=_tags(joined(["v"])))
    new = _child(_parent(_unversioned(*after), upstreams=upstreams), made=made)
    verdicts = _judged(old, facts)
    judge(new, facts, verdicts, affected(old, new))
    assert verdicts.states == _judged(new, facts).states
