from typing import Any

import pytest

from console.domain.runs.run import Run, RunStatus
from console.domain.runs.words import (
    by_text,
    calm,
    span_text,
    started_text,
    telling_tags,
    took,
    waited,
    what_and_rest,
    what_text,
)

RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


def _run(status: RunStatus = RunStatus.STARTED, **changes: Any) -> Run:
    return Run(id="7c1f0000-aaaa", status=status, **changes)


def _over(first: str, last: str) -> Run:
    return _run(tags=dict(zip(RANGE, (first, last), strict=True)))


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2026-11-18", "2026-11-23", "2026-11-18…23"),
        ("2026-10-27", "2026-11-02", "2026-10-27…11-02"),
        ("2025-12-31", "2026-01-01", "2025-12-31…2026-01-01"),
        ("2026-11-18", "2026-11-18", "2026-11-18"),
        ("01.02.2026", "03.02.2026", "01.02.2026…03.02.2026"),
        ("a-b", "a-b-c", "a-b…b-c"),
    ],
)
def test_a_range_leaves_out_what_its_end_shares_with_its_start(
    first: str, last: str, shown: str
) -> None:
    assert span_text(_over(first, last)) == shown


def test_a_run_is_named_by_its_first_asset_and_how_many_more() -> None:
    assert what_text(_run(assets=(("a",), ("b",)), asset_count=140)) == "a +139"
    assert what_and_rest(_run(assets=(("a",), ("b",)), asset_count=2)) == ("a", " +1")
    assert what_text(_run(assets=(("x", "y"),), asset_count=1)) == "x/y"
    assert what_and_rest(_run(job="nightly +1 job")) == ("nightly +1 job", "")


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"dagster/backfill": "abc"}, "backfill abc"),
        ({"dagster/backfill": "titled"}, "backfill repair of October"),
        ({"dagster/schedule_name": "nightly"}, "schedule nightly"),
        ({"dagster/sensor_name": "retry"}, "sensor retry"),
        ({"user": "ada"}, "ada"),
        ({"dagster/parent_run_id": "12345678-9"}, "re-run of 12345678"),
        ({"dagster/parent_run_id": "12345678-9", "dagster/retry_number": "1"}, "retry of 12345678"),
        ({"dagster/from_automation_condition": "true"}, "automation"),
        ({}, ""),
    ],
)
def test_tags_tell_who_wanted_a_run(tags: dict[str, str], said: str) -> None:
    assert by_text(_run(tags=tags), {"titled": "repair of October"}) == said


def test_a_run_that_was_cancelled_in_the_queue_took_no_time() -> None:
    assert took(_run(RunStatus.CANCELED, started=5.0, ended=5.0), 99.0) == "–"
    assert took(_run(RunStatus.SUCCESS, started=5.0, ended=19.0), 99.0) == "14s"
    assert took(_run(started=5.0, created=1.0), 19.0) == "14s"
    assert took(_run(started=50.0, created=1.0), 19.0) == "0s"


def test_a_run_that_waits_has_neither_started_nor_taken_any_time() -> None:
    for status in (RunStatus.QUEUED, RunStatus.NOT_STARTED):
        run = _run(status, created=1.0, started=1.0)
        assert took(run, 41.0) == started_text(run, 41.0) == "–"
        assert waited(run, 41.0).endswith(", 40s")
    assert waited(_run(RunStatus.STARTED, created=1.0), 41.0) == ""


def test_a_start_that_is_ahead_by_a_wrong_clock_says_so() -> None:
    assert started_text(_run(started=700.0), 100.0) == "in 10m"


def test_a_growing_duration_changes_each_five_seconds_past_a_minute() -> None:
    assert [calm(s) for s in (59.0, 61.0, 64.9, 65.0)] == [59.0, 60.0, 60.0, 65.0]


def test_tags_shown_elsewhere_are_left_out() -> None:
    tags = {
        "team": "data",
        "dagster/backfill": "x",
        "dagdeck/parallel-1": "y",
        ".dagster/grpc_info": "{}",
        "dagster/failure_reason": "STEP_FAILURE",
    }
    assert telling_tags(_run(tags=tags)) == "dagster/failure_reason=STEP_FAILURE team=data"
