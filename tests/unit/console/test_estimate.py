from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from console.domain.assets.graph import Asset, AssetGraph
from console.planner.estimate import estimate
from console.planner.launches import Batch
from console.planner.request import PastRun, Snapshot

A, B = ("a",), ("b",)
GRAPH = AssetGraph({A: Asset(A), B: Asset(B)})
SECONDS = st.lists(st.floats(1, 1_000), min_size=1, max_size=8)


def _batch(runs: int, *assets: tuple[str, ...]) -> Batch:
    return Batch(assets or (A,), tuple(str(at) for at in range(runs)), runs, 0)


def _runs(seconds: list[float], *assets: tuple[str, ...]) -> tuple[PastRun, ...]:
    return tuple(PastRun(frozenset(assets or (A,)), each, 1) for each in seconds)


def _known(*runs: PastRun) -> Snapshot:
    return Snapshot(GRAPH, keys={}, rows={}, past=runs)


def _past(seconds: list[float], *assets: tuple[str, ...]) -> Snapshot:
    return _known(*_runs(seconds, *assets))


@given(SECONDS, st.integers(1, 50), st.integers(0, 50), st.sampled_from([None, 1, 4]))
def test_more_runs_never_take_less_time(
    seconds: list[float], runs: int, more: int, parallel: int | None
) -> None:
    few, many = (
        estimate([_batch(count)], _past(seconds), parallel) for count in (runs, runs + more)
    )
    assert few is not None
    assert many is not None
    assert few.low <= many.low
    assert few.high <= many.high


@given(SECONDS, st.integers(1, 50), st.integers(1, 8), st.integers(0, 8))
def test_more_at_once_never_take_more_time(
    seconds: list[float], runs: int, parallel: int, more: int
) -> None:
    past = _past(seconds)
    slow = estimate([_batch(runs)], past, parallel)
    fast = estimate([_batch(runs)], past, parallel + more)
    assert slow is not None
    assert fast is not None
    assert fast.high <= slow.high


@given(SECONDS, st.integers(1, 9))
def test_the_low_end_is_never_above_the_high_end(seconds: list[float], runs: int) -> None:
    found = estimate([_batch(runs)], _past(seconds), 4)
    assert found is not None
    assert 0 < found.low <= found.high
    assert found.basis == len(seconds)


def test_ten_runs_two_at_once_take_five_times_as_long_as_one() -> None:
    found = estimate([_batch(10)], _past([60.0, 60.0]), 2)
    assert found is not None
    assert (found.low, found.high) == (300.0, 300.0)


def test_nothing_to_run_has_no_estimate() -> None:
    assert estimate([], _past([5.0]), 4) is None


def test_runs_of_just_these_assets_tell_more_than_others() -> None:
    past = (*_runs([10.0, 10.0], A), *_runs([500.0], A, B))
    found = estimate([_batch(1)], _known(*past), None)
    assert found is not None
    assert found.high == 10.0


def test_runs_of_as_many_partitions_tell_more_than_others() -> None:
    near = [PastRun(frozenset([A]), 60.0, 10)] * 12
    far = [PastRun(frozenset([A]), 1.0, 1)] * 12
    batch = replace(_batch(1), partitions=tuple("0123456789"))
    found = estimate([batch], _known(*far, *near), None)
    assert found is not None
    assert (found.low, found.high) == (60.0, 60.0)


def test_assets_that_never_ran_are_estimated_from_others_of_their_group_and_that_is_said() -> None:
    other, elsewhere = ("c",), ("d",)
    graph = AssetGraph(
        {
            A: Asset(A, group="raw"),
            other: Asset(other, group="raw"),
            elsewhere: Asset(elsewhere, group="marts"),
        }
    )
    past = (
        *_runs([10.0] * 4, other),
        *_runs([900.0] * 4, elsewhere),
        *_runs([99.0], other, elsewhere),
    )
    found = estimate([_batch(1)], Snapshot(graph, keys={}, rows={}, past=past), 1)
    assert found is not None
    assert (found.low, found.high, found.basis, found.others) == (10.0, 10.0, 4, True)
    own = estimate([_batch(1)], Snapshot(graph, keys={}, rows={}, past=(*past, *_runs([20.0]))), 1)
    assert own is not None
    assert (own.basis, own.others) == (1, False)


def test_where_nothing_of_the_group_ever_ran_nothing_is_estimated() -> None:
    graph = AssetGraph({A: Asset(A, group="raw"), B: Asset(B, group="marts")})
    snapshot = Snapshot(graph, keys={}, rows={}, past=_runs([10.0], B))
    assert estimate([_batch(1)], snapshot, 1) is None
