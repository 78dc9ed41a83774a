"""What may be wrong with stored readings, as functions of the readings and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.raw.description import DAY

Reading = dict[str, Any]
LOWEST_MG_DL, HIGHEST_MG_DL = 20, 600
MOST_IMPLAUSIBLE = 0.05
"""The share of a day's readings beyond which not a reading is wrong but the day, its unit say."""
HALF_A_DAY = 144
"""Readings in 12 hours at one each 5 minutes; a day before with fewer says little of the next."""
MOST_GROWTH = 10
"""A device that reads each minute has 5 times the readings of one that reads each 5 minutes."""


@dataclass(frozen=True)
class Finding:
    """The rows or days that are wrong; a blocking one stops what is downstream."""

    check: str
    wrong: Sequence[str]
    blocking: bool


def findings(stored: Sequence[Reading], days: Collection[date], now: datetime) -> list[Finding]:
    """All findings on the readings of `days`; `stored` holds those and the days before each."""
    readings = [reading for reading in stored if reading[DAY] in days]
    counts = day_counts(stored, days, now)
    return [
        Finding("readings_are_complete", incomplete(readings), blocking=True),
        Finding("readings_are_unique", repeated(readings), blocking=True),
        Finding("days_are_in_range", mostly_implausible(readings), blocking=True),
        Finding("row_count_is_believable", grown(counts), blocking=True),
        Finding("readings_are_plausible", implausible(readings), blocking=False),
        Finding("row_count_is_like_the_day_before", unlike(counts), blocking=False),
    ]


def faults(stored: Sequence[Reading], day: date, now: datetime) -> list[str]:
    """What blocks the day, in words; `stored` holds its readings and those of the day before."""
    return [
        f"{found.check}: {len(found.wrong)} wrong, the first {found.wrong[0]}"
        for found in findings(stored, {day}, now)
        if found.blocking and found.wrong
    ]


def incomplete(readings: Sequence[Reading]) -> list[str]:
    """Readings without a value, by `_id`, and those without even that."""
    return [str(r["_id"]) for r in readings if r["_id"] is None or r["sgv"] is None]


def repeated(readings: Sequence[Reading]) -> list[str]:
    """Each `_id` that is there more than once."""
    return [key for key, count in Counter(r["_id"] for r in readings).items() if count > 1]


def implausible(readings: Sequence[Reading]) -> list[str]:
    """Readings outside 20–600 mg/dL, which bronze sets apart, by `_id`."""
    return [r["_id"] for r in readings if _is_implausible(r)]


def _is_implausible(reading: Reading) -> bool:
    sgv = reading["sgv"]
    return sgv is not None and not LOWEST_MG_DL <= sgv <= HIGHEST_MG_DL


def mostly_implausible(readings: Sequence[Reading]) -> list[str]:
    """Days of whose readings more than one in twenty is outside 20–600 mg/dL."""
    whole = Counter(r[DAY] for r in readings)
    wrong = Counter(r[DAY] for r in readings if _is_implausible(r))
    return [str(day) for day in sorted(wrong) if wrong[day] > MOST_IMPLAUSIBLE * whole[day]]


@dataclass(frozen=True)
class DayCount:
    """How many readings a day has, and the day before had by the same time of day."""

    day: date
    count: int
    before: int


def day_counts(stored: Sequence[Reading], days: Collection[date], now: datetime) -> list[DayCount]:
    """The days that can be compared: something is stored of the day before."""
    yesterday_by_now = (now - timedelta(days=1)).timestamp() * 1000
    whole = Counter(r[DAY] for r in stored)
    so_far = Counter(r[DAY] for r in stored if r["date"] <= yesterday_by_now)
    compared = [DayCount(day, whole[day], so_far[day - timedelta(days=1)]) for day in sorted(days)]
    return [each for each in compared if each.before]


def grown(counts: Sequence[DayCount]) -> list[str]:
    """Days with more than ten times the readings of the day before: they came in some other way."""
    return [_words(c) for c in counts if c.count > MOST_GROWTH * max(c.before, HALF_A_DAY)]


def unlike(counts: Sequence[DayCount]) -> list[str]:
    """Days with less than half of the readings of the day before, or more than twice as many."""
    return [_words(c) for c in counts if not c.before / 2 <= c.count <= c.before * 2]


def _words(counted: DayCount) -> str:
    return f"{counted.day}: {counted.count} readings, {counted.before} the day before"
