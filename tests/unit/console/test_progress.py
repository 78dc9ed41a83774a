from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from console.domain.health import Condition, Daemon
from console.domain.runs.progress import backfill_left, run_left, usual_seconds
from console.domain.runs.run import Backfill, Run, RunStatus
from console.widgets.overview.running import shares
from tests.unit.console.assets import key

NOW = 1000.0


def backfill(targeted: int, running: int, done: int, failed: int) -> Backfill:
    counts = {key("a"): (targeted, running, done, failed)}
    return Backfill("b", "REQUESTED", created=NOW - 100, counts=counts)


def test_the_rest_of_a_backfill_takes_as_long_as_what_is_over_did() -> None:
    assert backfill_left(backfill(30, 2, 8, 2), NOW) == 200.0


def test_before_anything_is_done_nobody_knows_how_long_it_takes() -> None:
    assert backfill_left(backfill(30, 2, 0, 0), NOW) is None
    assert backfill_left(Backfill("b", "REQUESTED", created=NOW - 9), NOW) is None


@given(*[st.integers(0, 500)] * 4)
def test_time_left_is_never_negative(targeted: int, running: int, done: int, failed: int) -> None:
    left = backfill_left(backfill(targeted, running, done, failed), NOW)
    assert left is None or left >= 0


def past(seconds: float, asset: str = "a", status: RunStatus = RunStatus.SUCCESS) -> Run:
    return Run("p", status, started=0.0, ended=seconds, assets=(key(asset),))


def test_a_run_usually_takes_what_like_runs_took() -> None:
    running = Run("r", RunStatus.STARTED, started=NOW - 10, assets=(key("a"),))
    others = [past(30), past(50), past(40), past(9, "b"), past(1, status=RunStatus.FAILURE)]
    assert usual_seconds(running, others) == (40, 3)
    assert run_left(running, others, NOW) == 30
    assert run_left(running, [past(9, "b")], NOW) is None


def test_a_run_over_a_range_is_not_like_one_of_a_single_partition() -> None:
    single = {"dagster/partition": "d1"}
    ranged = {
        "dagster/asset_partition_range_start": "d1",
        "dagster/asset_partition_range_end": "d9",
    }
    running = Run("r", RunStatus.STARTED, started=NOW, assets=(key("a"),), tags=ranged)
    others = [replace(past(30), tags=single), replace(past(90), tags=ranged)]
    assert usual_seconds(running, others) == (90, 1)


@given(st.lists(st.integers(0, 10_000), min_size=4, max_size=4), st.integers(4, 120))
def test_a_bar_is_as_long_as_it_should_be_and_shows_whatever_there_is(
    counts: list[int], width: int
) -> None:
    lengths = shares(counts, width)
    assert sum(lengths) == (width if any(counts) else 0)
    assert all((length > 0) == (count > 0) for length, count in zip(lengths, counts, strict=True))


def test_a_daemon_without_a_heartbeat_is_not_there_yet_and_with_an_old_one_is_down() -> None:
    assert Daemon("SENSOR", healthy=False).condition is Condition.NOT_YET
    assert Daemon("SENSOR", healthy=False, heartbeat=5.0).condition is Condition.BAD
    assert Daemon("SENSOR", healthy=True, error="a sensor's own").condition is Condition.GOOD
    assert Daemon("SENSOR").condition is Condition.UNKNOWN
