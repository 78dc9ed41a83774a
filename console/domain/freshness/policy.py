"""Freshness policies and their verdict at a moment.

The rule is that of dagster's `freshness_evaluator.py`, which the daemon applies tens of
seconds later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from console.domain.times import duration

_CLOCK_CHANGE = 3 * 3600
"""The most that a clock is put back, in seconds."""
_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_NAMES = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS = {str(number): f"on {name}" for number, name in enumerate(_NAMES)} | {
    "1-5": "on weekdays",
    "MON-FRI": "on weekdays",
}


class FreshnessVerdict(Enum):
    """The verdicts, the most urgent first."""

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
    by_data: bool = False
    """Whether the age of its source data counts, as in policies of Dagster before 1.11."""


@dataclass(frozen=True, slots=True)
class Cron:
    """Fresh when materialized after `deadline - lower_bound` for the last passed deadline."""

    deadline_cron: str
    lower_bound_seconds: float
    timezone: str
    by_data: bool = False


Policy = TimeWindow | Cron


@dataclass(frozen=True, slots=True)
class Freshness:
    """A verdict; `due` is the moment at which it becomes or became late, epoch seconds UTC."""

    verdict: FreshnessVerdict
    due: float | None


def freshness_at(policy: Policy | None, materialized: float | None, now: float) -> Freshness:
    """The verdict at `now`; times are epoch seconds UTC.

    An asset that was never materialized is UNKNOWN, as on the server.
    """
    if policy is None:
        return Freshness(FreshnessVerdict.NOT_APPLICABLE, None)
    if isinstance(policy, TimeWindow):
        return _within_window(policy, materialized, now)
    return _by_deadline(policy, materialized, now)


def _within_window(policy: TimeWindow, materialized: float | None, now: float) -> Freshness:
    if materialized is None:
        return Freshness(FreshnessVerdict.UNKNOWN, None)
    age = now - materialized
    due = materialized + policy.fail_seconds
    if age >= policy.fail_seconds:
        return Freshness(FreshnessVerdict.DEGRADED, due)
    if policy.warn_seconds and age >= policy.warn_seconds:
        return Freshness(FreshnessVerdict.WARNING, due)
    return Freshness(FreshnessVerdict.HEALTHY, due)


def _by_deadline(policy: Cron, materialized: float | None, now: float) -> Freshness:
    try:
        last, following = _deadlines(policy, now)
    except (CronSimError, KeyError, ValueError, IndexError, StopIteration):
        return Freshness(FreshnessVerdict.UNKNOWN, None)
    if materialized is None:
        return Freshness(FreshnessVerdict.UNKNOWN, following)
    if materialized < last - policy.lower_bound_seconds:
        return Freshness(FreshnessVerdict.DEGRADED, _first_missed(policy, materialized))
    return Freshness(FreshnessVerdict.HEALTHY, following)


def _deadlines(policy: Cron, now: float) -> tuple[float, float]:
    """The last deadline, which may be at `now`, and the next one."""
    known = _known_deadlines.get(policy)
    if known is None or not known[0] <= now < known[1]:
        known = _known_deadlines[policy] = _find_deadlines(policy, now)
    return known


_known_deadlines: dict[Cron, tuple[float, float]] = {}
"""The last and the next deadline, kept until the next one, as finding them is slow."""


@lru_cache(maxsize=4096)
def _first_missed(policy: Cron, materialized: float) -> float:
    """The first deadline that a materialization at that moment doesn't meet."""
    schedule = _ALIASES.get(policy.deadline_cron.strip(), policy.deadline_cron)
    met_until = materialized + policy.lower_bound_seconds
    start = datetime.fromtimestamp(met_until - _CLOCK_CHANGE, ZoneInfo(policy.timezone))
    ticks = (_moment(tick, schedule) for tick in CronSim(schedule, start))
    return next(deadline for deadline in ticks if deadline > met_until)


def _find_deadlines(policy: Cron, now: float) -> tuple[float, float]:
    schedule = _ALIASES.get(policy.deadline_cron.strip(), policy.deadline_cron)
    zone = ZoneInfo(policy.timezone)
    back = CronSim(schedule, datetime.fromtimestamp(int(now) + 1, zone), reverse=True)
    ahead = CronSim(schedule, datetime.fromtimestamp(now - _CLOCK_CHANGE, zone))
    last = next(deadline for tick in back if (deadline := _moment(tick, schedule)) <= now)
    following = next(deadline for tick in ahead if (deadline := _moment(tick, schedule)) > now)
    return last, following


def _moment(tick: datetime, schedule: str) -> float:
    """The moment of a tick; of an hour that occurs twice, Dagster takes the second, cronsim the first."""
    hour = schedule.split()[1]
    return (tick if hour.startswith("*") else tick.replace(fold=1)).timestamp()


def policy_words(policy: Policy | None) -> str:
    """The policy in a few words: `within 26h`, `by 06:00 daily`."""
    if policy is None:
        return "no policy"
    if isinstance(policy, TimeWindow):
        return f"within {duration(policy.fail_seconds)}"
    return f"by {_schedule_words(policy.deadline_cron)}"


def policy_text(policy: Policy | None) -> str:
    """The policy in plain words."""
    if policy is None:
        return "no freshness policy"
    if isinstance(policy, TimeWindow):
        warning = f", warning from {duration(policy.warn_seconds)}" if policy.warn_seconds else ""
        subject = "its data " if policy.by_data else ""
        return f"{subject}at most {duration(policy.fail_seconds)} old{warning}"
    condition = "its data there" if policy.by_data else "materialized"
    return (
        f"{condition} by {_schedule_words(policy.deadline_cron)} {policy.timezone}, "
        f"from {duration(policy.lower_bound_seconds)} before on"
    )


def _schedule_words(cron: str) -> str:
    """`06:00 daily`, `06:00 on Mon`, `:15 each hour`; other schedules as cron."""
    fields = _ALIASES.get(cron.strip(), cron).split()
    if len(fields) != 5 or not fields[0].isdigit() or fields[2:4] != ["*", "*"]:
        return f"cron {cron}"
    minute, hour, day = int(fields[0]), fields[1], fields[4]
    if hour == "*" and day == "*":
        return f":{minute:02} each hour"
    if not hour.isdigit() or not (day == "*" or day in _DAYS):
        return f"cron {cron}"
    return f"{int(hour):02}:{minute:02} {_DAYS.get(day, 'daily')}"
