"""Parts that die in the middle of a run: nothing half is published, and the next run completes."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pyiceberg.exceptions import NoSuchTableError

from pipelines.resources.nessie import MAIN, NessieError
from pipelines.transform.audit import UncheckedError, audited
from tests.integration.lakehouse import Lakehouse
from tests.stack.stack import Stack, ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

pytestmark = pytest.mark.stack

LAST = datetime.now(UTC).date() - timedelta(days=100)
DEADLINE_SECONDS = 600
UNAVAILABLE_SECONDS = 60
RAW, SILVER, GOLD = (
    "raw.glucose_entries",
    "silver.fct_glucose_readings",
    "gold.fct_daily_glucose_metrics",
)


def three_days(back: int) -> list[date]:
    """Three days of a test's own."""
    return [LAST - timedelta(days=back + before) for before in (2, 1, 0)]


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


def counted(stack: Stack, table: str, day: str, days: list[date]) -> Counter[date]:
    """The rows of each of the days on `main`."""
    try:
        return Counter(row[0] for row in stack.table(table, day) if row[0] in days)
    except NoSuchTableError:
        return Counter()


def raw(stack: Stack, days: list[date]) -> Counter[date]:
    return counted(stack, RAW, "partition_day", days)


def source(stack: Stack, days: list[date]) -> Counter[date]:
    """The readings that the source has of each day."""
    lakehouse = Lakehouse(stack.source_settings)
    return Counter({day: len(lakehouse.readings(day)) for day in days})


def built(stack: Stack, days: list[date]) -> tuple[Counter[date], Counter[date]]:
    """The rows of each day in silver, and the count that gold has of them."""
    gold: dict[date, int] = {}
    with suppress(NoSuchTableError):
        gold = dict(stack.table(GOLD, "reading_date, reading_count"))
    wanted = Counter({day: gold[day] for day in days if day in gold})
    return counted(stack, SILVER, "reading_date", days), wanted


def test_a_worker_that_is_killed_amid_a_build_leaves_all_or_nothing(stack: Stack) -> None:
    days = three_days(0)
    assert ended(stack.start_run("ingest", days[0], days[-1])) == (0, "")
    run = stack.start_run("build", days[0], days[-1])
    until(lambda: bool(branches(stack, "build-")) or run.poll() is not None)
    stack.kill("trino-worker-1")
    code, why = ended(run)
    silver, gold = built(stack, days)
    assert silver == gold
    assert len(gold) == (0 if code else len(days))
    assert not code or "dbt failed for" in why
    stack.up()
    assert ended(stack.start_run("build", days[0], days[-1])) == (0, "")
    silver, gold = built(stack, days)
    assert silver == gold
    assert len(gold) == len(days)


def test_nessie_that_dies_amid_an_ingest_loses_no_row(stack: Stack) -> None:
    days = three_days(10)
    run = stack.start_run("ingest", days[0], days[-1])
    until(lambda: bool(branches(stack, "run-glucose_entries-")) or run.poll() is not None)
    stack.kill("nessie")
    stack.up()
    code, why = ended(run)
    assert not code or "raw.glucose_entries" in why
    assert raw(stack, days) in (Counter(), source(stack, days))
    assert ended(stack.start_run("ingest", days[0], days[-1])) == (0, "")
    assert raw(stack, days) == source(stack, days)


def test_s3_that_answers_503_for_a_minute_publishes_nothing_half(stack: Stack) -> None:
    days = three_days(20)
    with stack.unavailable_s3():
        began = time.monotonic()
        run = stack.start_run("ingest", days[0], days[-1])
        until(lambda: time.monotonic() > began + UNAVAILABLE_SECONDS)
    code, why = ended(run)
    assert not code or "raw.glucose_entries" in why
    assert raw(stack, days) == (Counter() if code else source(stack, days))
    assert ended(stack.start_run("ingest", days[0], days[-1])) == (0, "")
    assert raw(stack, days) == source(stack, days)


def test_a_build_that_no_test_looked_at_stays_on_a_branch(stack: Stack) -> None:
    head = stack.catalog.nessie.head(MAIN)
    with (
        pytest.raises(UncheckedError, match="no test of dbt looked at what is on the branch"),
        audited(stack.settings, "unchecked") as branch,
    ):
        branch.publish(0)
    assert stack.catalog.nessie.head(MAIN) == head
    assert "failed-build-unchecked" in branches(stack, "failed-build-")
    assert "build-unchecked" not in branches(stack, "build-")
    stack.catalog.nessie.drop("failed-build-unchecked")


def test_a_day_that_fails_its_audit_stays_on_a_branch_until_it_passes(stack: Stack) -> None:
    days = three_days(30)
    with Lakehouse(stack.source_settings).spoiled(days[1]):
        ended(stack.start_run("ingest", days[0], days[-1]))
    expected = source(stack, days)
    assert raw(stack, days) == Counter({day: expected[day] for day in (days[0], days[2])})
    assert branches(stack, "failed-glucose_entries-") == [f"failed-glucose_entries-{days[1]}"]
    assert ended(stack.start_run("ingest", days[0], days[-1])) == (0, "")
    assert raw(stack, days) == expected
    assert not branches(stack, "failed-glucose_entries-")
