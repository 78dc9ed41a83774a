"""The rule is compared with dagster's own evaluators, fed the same times."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.definitions import freshness_evaluator as theirs
from dagster._core.definitions.freshness import FreshnessState

from console.api import freshness
from console.domain.freshness.policy import (
    Cron,
    FreshnessVerdict,
    TimeWindow,
    freshness_at,
    policy_text,
    policy_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Judge = Callable[[Any, float | None, float], FreshnessVerdict]

BERLIN = ZoneInfo("Europe/Berlin")
_STATES = {
    FreshnessState.PASS: FreshnessVerdict.HEALTHY,
    FreshnessState.WARN: FreshnessVerdict.WARNING,
    FreshnessState.FAIL: FreshnessVerdict.DEGRADED,
    FreshnessState.UNKNOWN: FreshnessVerdict.UNKNOWN,
}


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Dagster's verdict on a policy, the last materialization and the moment."""

    def evaluate(policy: Any, materialized: float | None, now: float) -> FreshnessVerdict:
        async def record(*_: object) -> object:
            event = SimpleNamespace(timestamp=materialized) if materialized is not None else None
            return SimpleNamespace(asset_entry=SimpleNamespace(last_materialization=event))

        monkeypatch.setattr(theirs, "AssetRecord", SimpleNamespace(gen=record))
        monkeypatch.setattr(theirs, "get_current_timestamp", lambda: now)
        monkeypatch.setattr(
            theirs, "get_current_datetime", lambda tz: datetime.fromtimestamp(now, ZoneInfo(tz))
        )
        node: Any = SimpleNamespace(freshness_policy_or_from_metadata=policy, key=dg.AssetKey("a"))
        evaluator: Any = theirs.FRESHNESS_EVALUATORS_BY_POLICY_TYPE[type(policy)]()
        return _STATES[asyncio.run(evaluator.evaluate_freshness(None, node))]

    return evaluate


def _around(moment: datetime, hours: int, minutes: int) -> list[float]:
    start = moment.timestamp()
    return [start + 60 * at for at in range(-60 * hours, 60 * hours + 1, minutes)]


@pytest.mark.parametrize("age", [0, 3599, 3600, 3601, 7199, 7200, 7201, None])
@pytest.mark.parametrize("warn", [None, 3600])
def test_a_time_window_is_judged_as_dagster_does(
    judge: Judge, age: int | None, warn: int | None
) -> None:
    policy = dg.FreshnessPolicy.time_window(
        fail_window=timedelta(hours=2), warn_window=timedelta(seconds=warn) if warn else None
    )
    now = 1_795_000_000.0
    made = None if age is None else now - age
    assert freshness_at(TimeWindow(7200, warn), made, now).verdict is judge(policy, made, now)


@pytest.mark.parametrize(
    "day", [datetime(2026, 3, 29, 3, tzinfo=BERLIN), datetime(2026, 10, 25, 3, tzinfo=BERLIN)]
)
@pytest.mark.parametrize(
    "cron", ["30 2 * * *", "0 6 * * *", "0 * * * *", "15 2 * * 0", "@daily", "0 */6 * * *"]
)
def test_a_deadline_is_judged_as_dagster_does_where_the_clock_changes(
    judge: Judge, day: datetime, cron: str
) -> None:
    policy = dg.FreshnessPolicy.cron(
        deadline_cron=cron, lower_bound_delta=timedelta(hours=1), timezone="Europe/Berlin"
    )
    ours = Cron(cron, 3600, "Europe/Berlin")
    for now in _around(day, 5, 15):
        for age in (0, 1800, 3600, 5400, 9000, 90_000):
            verdict = freshness_at(ours, now - age, now).verdict
            assert verdict is judge(policy, now - age, now), (
                datetime.fromtimestamp(now, BERLIN),
                age,
            )


def test_the_moment_of_the_deadline_counts_as_passed(judge: Judge) -> None:
    policy = dg.FreshnessPolicy.cron(
        deadline_cron="0 6 * * *", lower_bound_delta=timedelta(hours=2), timezone="UTC"
    )
    now = datetime(2026, 11, 24, 6, tzinfo=ZoneInfo("UTC")).timestamp()
    made = now - 3 * 3600
    fresh = freshness_at(Cron("0 6 * * *", 7200, "UTC"), made, now)
    assert fresh.verdict is judge(policy, made, now) is FreshnessVerdict.DEGRADED
    assert fresh.due == now


def test_a_fresh_asset_is_due_at_the_next_deadline() -> None:
    now = datetime(2026, 11, 24, 7, tzinfo=ZoneInfo("UTC")).timestamp()
    fresh = freshness_at(Cron("0 6 * * *", 7200, "UTC"), now - 60, now)
    assert fresh.verdict is FreshnessVerdict.HEALTHY
    assert fresh.due == datetime(2026, 11, 25, 6, tzinfo=ZoneInfo("UTC")).timestamp()


def test_within_the_window_before_a_deadline_the_one_before_still_counts() -> None:
    now = datetime(2026, 11, 24, 5, 59, tzinfo=ZoneInfo("UTC")).timestamp()
    policy = Cron("0 6 * * *", 7200, "UTC")
    assert freshness_at(policy, now - 25 * 3600, now).verdict is FreshnessVerdict.HEALTHY
    assert freshness_at(policy, now - 25 * 3600, now + 60).verdict is FreshnessVerdict.DEGRADED


@pytest.mark.parametrize(
    "policy",
    [Cron("not a cron", 60, "UTC"), Cron("0 6 * * *", 60, "No/Where"), Cron("", 60, "UTC")],
)
def test_a_policy_that_cannot_be_read_is_unknown(policy: Cron) -> None:
    assert freshness_at(policy, 1.0, 2.0).verdict is FreshnessVerdict.UNKNOWN


def test_policies_in_plain_words() -> None:
    assert policy_words(TimeWindow(26 * 3600)) == "within 26h"
    assert policy_words(Cron("0 6 * * *", 7200, "UTC")) == "by 06:00 daily"
    assert policy_words(Cron("30 7 * * 1", 7200, "UTC")) == "by 07:30 on Mon"
    assert policy_words(Cron("5 * * * *", 7200, "UTC")) == "by :05 each hour"
    assert policy_words(Cron("*/5 1 1 * *", 7200, "UTC")) == "by cron */5 1 1 * *"
    assert policy_words(Cron("0 6 * * 2-4", 7200, "UTC")) == "by cron 0 6 * * 2-4"
    assert policy_words(Cron("0 6 1 * *", 7200, "UTC")) == "by cron 0 6 1 * *"
    assert policy_words(Cron("0 6-9 * * *", 7200, "UTC")) == "by cron 0 6-9 * * *"
    assert policy_words(Cron("0 * * * 1", 7200, "UTC")) == "by cron 0 * * * 1"
    assert policy_text(TimeWindow(26 * 3600, 13 * 3600)) == "at most 26h old, warning from 13h"
    assert "UTC, from 2h before" in policy_text(Cron("0 6 * * *", 7200, "UTC"))


def test_an_asset_that_misses_several_deadlines_is_late_since_the_first() -> None:
    now = datetime(2026, 11, 24, 7, 0, 30, tzinfo=ZoneInfo("UTC")).timestamp()
    every_two_minutes = Cron("*/2 * * * *", 60, "UTC")
    fresh = freshness_at(every_two_minutes, now - 1200, now)
    assert fresh.verdict is FreshnessVerdict.DEGRADED
    assert fresh.due == datetime(2026, 11, 24, 6, 42, tzinfo=ZoneInfo("UTC")).timestamp()


def test_the_first_deadline_missed_is_not_one_that_was_met() -> None:
    met = datetime(2026, 11, 24, 5, 30, tzinfo=ZoneInfo("UTC")).timestamp()
    fresh = freshness_at(Cron("0 6 * * *", 7200, "UTC"), met, met + 50 * 3600)
    assert fresh.due == datetime(2026, 11, 25, 6, tzinfo=ZoneInfo("UTC")).timestamp()


@pytest.mark.parametrize(
    ("told", "policy", "words"),
    [
        (
            {"maximumLagMinutes": 90.0, "cronSchedule": None},
            TimeWindow(5400.0, by_data=True),
            "its data at most 1h 30m old",
        ),
        (
            {"maximumLagMinutes": 60, "cronSchedule": "0 6 * * *", "cronScheduleTimezone": None},
            Cron("0 6 * * *", 3600.0, "UTC", by_data=True),
            "its data there by 06:00 daily UTC, from 1h before on",
        ),
    ],
    ids=["lag", "lag at a schedule"],
)
def test_the_policy_of_before_1_11_counts_the_age_of_the_data(
    told: dict[str, object], policy: TimeWindow | Cron, words: str
) -> None:
    assert freshness.policy({"freshnessPolicy": told}) == policy
    assert policy_text(policy) == words


def test_the_policy_that_the_daemon_judges_by_comes_first() -> None:
    window = {"__typename": "TimeWindowFreshnessPolicy", "failWindowSeconds": 60}
    both = {"internalFreshnessPolicy": window, "freshnessPolicy": {"maximumLagMinutes": 5}}
    assert freshness.policy(both) == TimeWindow(60.0)


@pytest.mark.parametrize(
    ("minutes", "verdict"),
    [
        (0.0, FreshnessVerdict.HEALTHY),
        (0.5, FreshnessVerdict.DEGRADED),
        (None, FreshnessVerdict.NOT_APPLICABLE),
    ],
    ids=["in time", "late", "never made"],
)
def test_the_verdict_of_before_1_11_is_the_minutes_late(
    minutes: float | None, verdict: FreshnessVerdict
) -> None:
    assert freshness.verdict({"freshnessInfo": {"currentMinutesLate": minutes}}) is verdict
