"""The rules that stored readings are checked by, as functions of the readings and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.raw.description import DAY
from pipelines.raw.strange import shown

Reading = dict[str, Any]
EXPECTED = 288
"""Readings a day at one each 5 minutes."""
HALF_A_DAY = EXPECTED // 2
"""A day before with fewer says little of the next."""
MOST_GROWTH = 10
"""A device that reads each minute has 5 times the readings of one that reads each 5 minutes."""
LEAST_OF_A_DAY = 0.7
"""The share of a day's readings from which on its figures are representative."""
MOST_OF_OTHERS = 0.1
"""The share of a day's readings that devices other than the day's first may have sent unremarked."""


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
        Finding("readings_are_unique", repeated(readings), blocking=True),
        Finding("row_count_is_believable", grown(counts), blocking=True),
        Finding("row_count_is_like_the_day_before", unlike(counts), blocking=False),
        Finding("days_are_complete", incomplete(readings, days, now), blocking=False),
        Finding("one_device_a_day", shared_days(readings), blocking=False),
    ]


def faults(stored: Sequence[Reading], day: date, now: datetime) -> list[str]:
    """The blocking findings of the day, in words; `stored` holds its readings and those of the day before."""
    return [
        f"{finding.check}: {len(finding.wrong)} wrong, the first {finding.wrong[0]}"
        for finding in findings(stored, {day}, now)
        if finding.blocking and finding.wrong
    ]


def repeated(readings: Sequence[Reading]) -> list[str]:
    """Each `_id` that is there more than once."""
    return [key for key, count in Counter(r["_id"] for r in readings).items() if count > 1]


def incomplete(readings: Sequence[Reading], days: Collection[date], now: datetime) -> list[str]:
    """Days that are over and have less than 70 % of the five-minute slots of a day."""
    slots: dict[date, set[int]] = {day: set() for day in days}
    for reading in readings:
        slots[reading[DAY]].add(reading["date"] // 300_000)
    over = now - timedelta(days=2)
    return [
        f"{day}: {len(slots[day])} of {EXPECTED}"
        for day in sorted(days)
        if day <= over.date() and len(slots[day]) < LEAST_OF_A_DAY * EXPECTED
    ]


def shared_days(readings: Sequence[Reading]) -> list[str]:
    """Days of whose readings more than a tenth are of other devices than the one with most."""
    devices: dict[date, Counter[str]] = {}
    for reading in readings:
        devices.setdefault(reading[DAY], Counter())[reading.get("device") or "no device"] += 1
    return [
        f"{day}: " + ", ".join(f"{count} of {shown(name)}" for name, count in counted.most_common())
        for day, counted in sorted(devices.items())
        if counted.total() - max(counted.values()) > MOST_OF_OTHERS * counted.total()
    ]


@dataclass(frozen=True)
class DayCount:
    """The number of readings of a day, and of the day before up to the same time of day."""

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
