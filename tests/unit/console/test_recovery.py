"""What of failed runs counts as mended, as being retried, and as failed still."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from console.domain.partitions.keys import PartitionKeys, product_of
from console.domain.runs.failure_groups import causes
from console.domain.runs.recovery import RecoveryFacts, recovery_of
from console.domain.runs.run import Run, RunStatus
from console.domain.status.states import Row, State
from tests.unit.console.assets import DAYS, key

A = key("a")
DAY = DAYS.keys[3]
AT = DAYS.positions[DAY]


def failed_run(name: str = "r", day: str | None = DAY, created: float = 100.0) -> Run:
    tags = {} if day is None else {"dagster/partition": day}
    return Run(name, RunStatus.FAILURE, created=created, started=created, assets=(A,), tags=tags)


def with_cell(state: int) -> RecoveryFacts:
    """The one day is in this state, all others are materialized."""
    states = bytearray([State.MATERIALIZED]) * len(DAYS)
    states[AT] = state
    return RecoveryFacts({A: DAYS}, {A: Row(bytes(states), 0.0)})


def test_a_failed_cell_that_is_queued_or_runs_again_is_being_retried_and_not_mended() -> None:
    for state in (State.QUEUED, State.RUNNING):
        found = recovery_of([failed_run()], with_cell(state))
        assert found.retried == {A: (DAY,)}
        assert not found.failed
        assert not found.mended


def test_a_cell_is_mended_once_it_is_materialized_even_if_it_is_stale_again() -> None:
    for state in (State.MATERIALIZED, State.STALE):
        assert recovery_of([failed_run()], with_cell(state)).mended


def test_a_retry_that_was_cancelled_mends_nothing() -> None:
    found = recovery_of([failed_run()], with_cell(State.MISSING))
    assert found.failed == {A: (DAY,)}
    assert not found.mended


def test_an_asset_without_partitions_is_mended_by_what_was_made_after_the_run_began() -> None:
    run = failed_run(day=None)
    facts = RecoveryFacts({A: None}, {A: Row(bytes([State.MATERIALIZED]), 0.0)}, {A: 99.0})
    assert recovery_of([run], facts).failed == {A: (None,)}
    assert recovery_of([run], replace(facts, materialized={A: 101.0})).mended


def test_the_newest_of_several_runs_of_an_asset_has_to_be_mended() -> None:
    runs = [failed_run("old", None, 50.0), failed_run("new", None, 100.0)]
    facts = RecoveryFacts({A: None}, {A: Row(bytes([State.MATERIALIZED]), 0.0)}, {A: 60.0})
    for order in (runs, runs[::-1]):
        assert recovery_of(order, facts).failed


def test_a_range_over_two_dimensions_is_a_rectangle() -> None:
    both = product_of(PartitionKeys(("Oslo", "Rome")), PartitionKeys(("d1", "d2", "d3")), 1)
    tags = {
        "dagster/asset_partition_range_start": "Oslo|d1",
        "dagster/asset_partition_range_end": "Rome|d2",
    }
    run = replace(failed_run(), tags=tags)
    facts = RecoveryFacts({A: both}, {A: Row(bytes([State.FAILED]) * 6, 0.0)})
    assert recovery_of([run], facts).failed == {A: ("Oslo|d1", "Oslo|d2", "Rome|d1", "Rome|d2")}


JOB = Run("r", RunStatus.FAILURE, job="nightly", created=100.0, planned=True)


def test_a_job_without_assets_is_failed_till_it_succeeds() -> None:
    facts = RecoveryFacts(jobs_read=frozenset({"nightly"}))
    assert recovery_of([JOB], facts).failed_runs == (JOB,)
    assert not recovery_of([JOB], replace(facts, succeeded={JOB.target: 99.0})).mended
    assert recovery_of([JOB], replace(facts, succeeded={JOB.target: 101.0})).mended


def test_the_success_of_another_partition_or_location_mends_no_job() -> None:
    others = [
        replace(JOB, tags={"dagster/partition": "2026-01-01"}),
        replace(JOB, tags={"dagster/code_location": "elsewhere"}),
        replace(JOB, job="weekly"),
    ]
    for other in others:
        facts = RecoveryFacts(
            succeeded={other.target: 200.0}, jobs_read=frozenset({"nightly", "weekly"})
        )
        assert recovery_of([JOB], facts).failed_runs


def test_a_job_that_runs_again_is_being_retried() -> None:
    facts = RecoveryFacts(under_way=frozenset({JOB.target}), jobs_read=frozenset({"nightly"}))
    assert recovery_of([JOB], facts).retried_runs == (JOB,)


def test_a_job_run_whose_assets_were_not_read_is_not_judged() -> None:
    unknown = replace(JOB, planned=False)
    read = RecoveryFacts(jobs_read=frozenset({"nightly"}))
    for run, facts in ((unknown, read), (JOB, RecoveryFacts())):
        found = recovery_of([run], facts)
        assert not found.judged
        assert not found.mended


def test_the_words_tell_failed_from_retried_from_unknown() -> None:
    def words(*states: int, judged: bool = True) -> str:
        cells = bytes(states) + bytes([State.MATERIALIZED]) * (len(DAYS) - len(states))
        facts = RecoveryFacts({A: DAYS}, {A: Row(cells, 0.0)})
        runs = [failed_run(str(at), day) for at, day in enumerate(DAYS.keys[: len(states)])]
        lost = [] if judged else [failed_run("lost", "2001-01-01")]
        (cause,) = causes([*runs, *lost], dict.fromkeys("0123", "x") | {"lost": "x"}, facts)
        return cause.state_words

    assert words(State.FAILED) == "1 cell failed"
    assert words(State.FAILED, State.FAILED, State.RUNNING) == "2 cells failed, 1 being retried"
    assert words(State.QUEUED) == "1 being retried"
    assert words(State.MATERIALIZED) == "mended"
    assert words(State.MATERIALIZED, judged=False) == "cells not known"
    assert words(State.FAILED, judged=False) == "1 cell failed, some cells not known"


@given(
    st.lists(st.sampled_from([s for s in State if s is not State.OUTSIDE]), min_size=1, max_size=10)
)
def test_each_cell_counts_once_and_mended_means_that_all_are_made(states: list[State]) -> None:
    cells = bytes(states) + bytes([State.MATERIALIZED]) * (len(DAYS) - len(states))
    tags = {
        "dagster/asset_partition_range_start": DAYS.keys[0],
        "dagster/asset_partition_range_end": DAYS.keys[len(states) - 1],
    }
    run = replace(failed_run(), tags=tags)
    found = recovery_of([run], RecoveryFacts({A: DAYS}, {A: Row(cells, 0.0)}))
    named = [*found.failed.get(A, ()), *found.retried.get(A, ())]
    made = sum(state in (State.MATERIALIZED, State.STALE) for state in states)
    unknown = states.count(State.UNKNOWN)
    assert len(named) == len(set(named)) == len(states) - made - unknown
    assert found.mended == (made == len(states))
