"""Freshness policies and the verdict at a moment.

The rule is that of dagster's `freshness_evaluator.py`; the daemon applies the same one,
tens of seconds later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from console.domain.times import duration


class Verdict(Enum):
    """Ordered by urgency, the most urgent first."""

    DEGRADED = "degraded"
    WARNING = "warning"
    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    NOT_APPLICABLE = "none"


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Fresh while the last materialization is younger than the window, in seconds."""

    fail_seconds: float
    warn_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Cron:
    """Fresh when materialized after `deadline - lower_bound`, at the last passed deadline."""

    deadline_cron: str
    lower_bound_seconds: float
    timezone: str


Policy = TimeWindow | Cron


@dataclass(frozen=True, slots=True)
class Freshness:
    """`due` is the moment it becomes, or became, late: epoch seconds UTC, None if unknown."""

    verdict: Verdict
    due: float | None


def freshness_at(policy: Policy | None, materialized: float | None, now: float) -> Freshness:
    """The verdict at `now`; times are epoch seconds UTC.

    An asset that was never materialized is UNKNOWN, as the server has it.
    """
    if policy is None:
        return Freshness(Verdict.NOT_APPLICABLE, None)
    if isinstance(policy, TimeWindow):
        return _within_window(policy, materialized, now)
    return _by_deadline(policy, materialized, now)


def _within_window(policy: TimeWindow, materialized: float | None, now: float) -> Freshness:
    if materialized is None:
        return Freshness(Verdict.UNKNOWN, None)
    age = now - materialized
    due = materialized + policy.fail_seconds
    if age >= policy.fail_seconds:
        return Freshness(Verdict.DEGRADED, due)
    if policy.warn_seconds and age >= policy.warn_seconds:
        return Freshness(Verdict.WARNING, due)
    return Freshness(Verdict.HEALTHY, due)


def _by_deadline(policy: Cron, materialized: float | None, now: float) -> Freshness:
    try:
        last, following = _deadlines(policy, now)
    except (CronSimError, KeyError, ValueError, StopIteration):
        return Freshness(Verdict.UNKNOWN, None)
    if materialized is None:
        return Freshness(Verdict.UNKNOWN, following)
    if materialized < last - policy.lower_bound_seconds:
        return Freshness(Verdict.DEGRADED, last)
    return Freshness(Verdict.HEALTHY, following)


def _deadlines(policy: Cron, now: float) -> tuple[float, float]:
    moment = datetime.fromtimestamp(now, ZoneInfo(policy.timezone))
    before = next(CronSim(policy.deadline_cron, moment, reverse=True))
    after = next(CronSim(policy.deadline_cron, moment))
    return before.timestamp(), after.timestamp()


def policy_text(policy: Policy | None) -> str:
    """The policy in plain words."""
    if policy is None:
        return "no freshness policy"
    if isinstance(policy, TimeWindow):
        return f"at most {duration(policy.fail_seconds)} old"
    return f"by {policy.deadline_cron} {policy.timezone}, from {duration(policy.lower_bound_seconds)} before"
