"""Parts that die in the middle of a run: nothing half is published, and the next run completes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pipelines.resources.nessie import MAIN, NessieError
from tests.stack.stack import Stack, ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

pytestmark = pytest.mark.stack

LAST = datetime.now(UTC).date() - timedelta(days=40)
DEADLINE_SECONDS = 300
GOLD = "gold.fct_daily_glucose_metrics"


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def branches(stack: Stack, prefix: str) -> list[str]:
    try:
        return [b.name for b in stack.catalog.nessie.branches() if b.name.startswith(prefix)]
    except NessieError:
        return []


def gold_days(stack: Stack, days: list[date]) -> int:
    """How many of the days gold has on `main`."""
    return sum(row[0] in days for row in stack.table(GOLD, "reading_date"))


def silver_and_gold_agree(stack: Stack, days: list[date]) -> bool:
    """Whether what gold counts of the days is what silver holds."""
    counted = {day: n for day, n in stack.table(GOLD, "reading_date, reading_count") if day in days}
    held = [day for (day,) in stack.table("silver.fct_glucose_readings", "reading_date")]
    return all(held.count(day) == counted.get(day, 0) for day in days)


def three_days(stack: Stack, back: int) -> list[date]:
    """Three days that nothing is known of, so many days ago; the one after them is built."""
    after = LAST - timedelta(days=back)
    assert ended(stack.start_run("glucose", after, after)) == (0, "")
    return [after - timedelta(days=before) for before in (3, 2, 1)]


def test_a_worker_that_is_killed_amid_a_build_leaves_all_or_nothing(stack: Stack) -> None:
    days = three_days(stack, 0)
    before = gold_days(stack, days)
    run = stack.start_run("glucose", days[0], days[-1])
    until(lambda: bool(branches(stack, "build-")))
    stack.kill("trino-worker-1")
    code, why = ended(run)
    assert gold_days(stack, days) in ((before, len(days)) if code else (len(days),))
    assert not code or "dbt failed for" in why
    assert silver_and_gold_agree(stack, days)
    stack.up()
    assert ended(stack.start_run("glucose", days[0], days[-1])) == (0, "")
    assert gold_days(stack, days) == len(days)
    assert silver_and_gold_agree(stack, days)


def test_nessie_that_dies_amid_an_ingest_loses_no_row(stack: Stack) -> None:
    days = three_days(stack, 10)
    run = stack.start_run("glucose", days[0], days[-1])
    until(lambda: bool(branches(stack, "run-glucose_entries-")) or run.poll() is not None)
    stack.kill("nessie")
    stack.up()
    code, why = ended(run)
    assert not code or why
    assert ended(stack.start_run("glucose", days[0], days[-1])) == (0, "")
    assert gold_days(stack, days) == len(days)
    assert silver_and_gold_agree(stack, days)


def test_s3_that_answers_503_for_a_minute_publishes_nothing_half(stack: Stack) -> None:
    days = three_days(stack, 20)
    before = gold_days(stack, days)
    with stack.unavailable_s3():
        began = time.monotonic()
        run = stack.start_run("glucose", days[0], days[-1])
        until(lambda: run.poll() is not None or time.monotonic() > began + 60)
    code, why = ended(run)
    assert not code or why
    assert gold_days(stack, days) in (before, len(days))
    assert silver_and_gold_agree(stack, days)
    assert ended(stack.start_run("glucose", days[0], days[-1])) == (0, "")
    assert gold_days(stack, days) == len(days)


def test_what_failed_is_left_on_a_branch_and_main_stays(stack: Stack) -> None:
    from pipelines.transform.audit import UncheckedError, audited

    head = stack.catalog.nessie.head(MAIN)
    with (
        pytest.raises(UncheckedError, match="no test of dbt looked at what is on the branch"),
        audited(stack.settings, "unchecked") as branch,
    ):
        branch.publish(0)
    assert stack.catalog.nessie.head(MAIN) == head
    assert branches(stack, "failed-build-") == ["failed-build-unchecked"]
    assert not branches(stack, "build-")
    stack.catalog.nessie.drop("failed-build-unchecked")
