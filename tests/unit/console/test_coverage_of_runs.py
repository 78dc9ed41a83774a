"""Which partitions a run covers, wherever that is asked."""

from __future__ import annotations

from console.domain.partitions.coverage import covered, covers
from console.domain.partitions.keys import PartitionKeys, product_of
from console.domain.runs.failure_groups import causes
from console.domain.runs.recovery import RecoveryFacts
from console.domain.runs.run import PARTITION_TAG, RANGE_END_TAG, RANGE_START_TAG, Run, RunStatus
from console.domain.status.states import Row, State

DAYS = PartitionKeys(("d1", "d2", "d3", "d4"))
BOTH = product_of(PartitionKeys(("Bonn", "Oslo", "Rome")), DAYS, 1)


def _run(*span: str) -> Run:
    tags = dict(zip((RANGE_START_TAG, RANGE_END_TAG), span, strict=True)) if span else {}
    return Run("7c1f00aa", RunStatus.FAILURE, assets=(("a",),), tags=tags)


def _names(run: Run, keys: PartitionKeys) -> list[str]:
    return [keys.keys[at] for at in covered(run, keys) or ()]


def test_a_range_over_two_dimensions_is_a_rectangle() -> None:
    run = _run("Oslo|d2", "Rome|d3")
    assert _names(run, BOTH) == ["Oslo|d2", "Oslo|d3", "Rome|d2", "Rome|d3"]
    assert not covers(run, BOTH, BOTH.positions["Oslo|d4"])
    assert covers(run, BOTH, BOTH.positions["Rome|d2"])


def test_a_range_of_one_dimension_is_a_stretch_and_a_single_partition_itself() -> None:
    assert _names(_run("d2", "d4"), DAYS) == ["d2", "d3", "d4"]
    one = Run("7c1f", RunStatus.SUCCESS, tags={PARTITION_TAG: "d3"})
    assert _names(one, DAYS) == ["d3"]


def test_the_coverage_of_a_run_is_unknown_without_tags_or_with_keys_of_another_asset() -> None:
    assert covered(_run(), DAYS) is None
    assert covered(_run("Oslo|d2", "Rome|d3"), DAYS) is None
    assert list(covered(_run(), None) or ()) == [0]


def test_a_failure_over_a_rectangle_counts_only_its_own_failed_cells() -> None:
    states = bytearray([State.MATERIALIZED]) * len(BOTH)
    for key in ("Oslo|d2", "Oslo|d4"):
        states[BOTH.positions[key]] = State.FAILED
    run = _run("Oslo|d2", "Rome|d3")
    groups = causes([run], {}, RecoveryFacts({("a",): BOTH}, {("a",): Row(bytes(states), 1.0)}))
    assert [dict(group.failed) for group in groups] == [{("a",): ("Oslo|d2",)}]
