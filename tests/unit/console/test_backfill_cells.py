"""What became of the cells of a backfill, by its runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.assets.keys import AssetKey
from console.domain.partitions.keys import PartitionKeys
from console.domain.runs.backfill_cells import CellsOfAsset, cells_of
from console.domain.runs.backfill_words import facts_of
from console.domain.runs.run import (
    PARTITION_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    Backfill,
    Run,
    RunStatus,
)

DAYS = PartitionKeys(tuple(f"2026-01-{day:02}" for day in range(1, 8)))
ASSET: AssetKey = ("a",)
OTHER: AssetKey = ("b",)
WHOLE: AssetKey = ("whole",)
KEYS: dict[AssetKey, PartitionKeys | None] = {ASSET: DAYS, OTHER: DAYS, WHOLE: None}


def run(
    status: RunStatus, first: int, last: int | None = None, *, at: float = 0, id_: str = "r"
) -> Run:
    if last is None:
        tags = {PARTITION_TAG: DAYS.keys[first]}
    else:
        tags = {RANGE_START_TAG: DAYS.keys[first], RANGE_END_TAG: DAYS.keys[last]}
    return Run(id_, status, created=at, assets=(ASSET,), asset_count=1, tags=tags)


def of_asset(*runs: Run) -> CellsOfAsset:
    """Of a backfill of the first five days."""
    return cells_of({ASSET: frozenset(range(5))}, KEYS, runs)[ASSET]


def test_each_cell_is_where_its_runs_have_left_it() -> None:
    failed = run(RunStatus.FAILURE, 2, 3)
    found = of_asset(run(RunStatus.SUCCESS, 0), run(RunStatus.STARTED, 1), failed)
    assert found.done == {0}
    assert found.going_on == {1}
    assert found.not_done == {2: failed, 3: failed}
    assert found.never_started == {4}
    assert found.left == {2, 3, 4}


def test_a_cell_that_was_made_in_a_later_or_an_earlier_run_is_done() -> None:
    for first, then in ((1.0, 2.0), (2.0, 1.0)):
        found = of_asset(run(RunStatus.FAILURE, 0, at=first), run(RunStatus.SUCCESS, 0, at=then))
        assert (found.done, found.not_done) == ({0}, {})


def test_the_newest_run_that_failed_is_named() -> None:
    runs = [run(RunStatus.FAILURE, 0, at=at, id_=str(at)) for at in (1.0, 3.0, 2.0)]
    assert of_asset(*runs).not_done[0].id == "3.0"


def test_a_cancelled_run_leaves_its_cells() -> None:
    assert of_asset(run(RunStatus.CANCELED, 0, 4)).left == set(range(5))


def test_what_a_run_makes_beyond_the_target_does_not_count() -> None:
    assert of_asset(run(RunStatus.SUCCESS, 0, 6)).done == set(range(5))


def test_a_run_counts_for_its_own_assets_and_for_all_where_not_all_are_told() -> None:
    one = run(RunStatus.SUCCESS, 0)
    targets: dict[AssetKey, frozenset[int]] = {
        ASSET: frozenset({0}),
        OTHER: frozenset({0}),
        WHOLE: frozenset({0}),
    }
    found = cells_of(targets, KEYS, [one])
    assert [found[key].left for key in targets] == [set(), {0}, {0}]
    cut = Run("r", RunStatus.SUCCESS, assets=(ASSET,), asset_count=200, tags=one.tags)
    assert not any(cells.left for cells in cells_of(targets, KEYS, [cut]).values())


RUNS = st.lists(
    st.builds(
        run,
        st.sampled_from(RunStatus),
        st.integers(0, 6),
        st.none() | st.integers(0, 6),
        at=st.floats(0, 9),
    ),
    max_size=8,
)


@given(RUNS, st.frozensets(st.integers(0, 6)))
def test_every_targeted_cell_is_in_one_place_just(
    runs: list[Run], targeted: frozenset[int]
) -> None:
    found = cells_of({ASSET: targeted}, KEYS, runs)[ASSET]
    places = [*found.done, *found.going_on, *found.not_done, *found.never_started]
    assert sorted(places) == sorted(targeted)
    assert found.left == targeted - found.done - found.going_on


@pytest.mark.parametrize(
    ("status", "runs", "said"),
    [
        ("COMPLETED_FAILED", [RunStatus.SUCCESS], "though each of its runs succeeded"),
        ("FAILED", [], "it failed before it launched a run"),
        ("COMPLETED_FAILED", [RunStatus.SUCCESS, RunStatus.FAILURE], ""),
        ("CANCELED", [], ""),
        ("COMPLETED_SUCCESS", [RunStatus.SUCCESS], ""),
        ("REQUESTED", [], ""),
    ],
)
def test_a_backfill_that_failed_without_a_run_that_failed_is_told_with_why(
    status: str, runs: list[RunStatus], said: str
) -> None:
    found = facts_of(Backfill("b", status), [run(one, 0) for one in runs], 0.0)
    assert said in found.get("note", "")
    assert bool(said) == ("note" in found)
