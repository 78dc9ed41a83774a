"""Believable glucose readings, one UTC day at a time, the same whenever a day is asked for.

A day is a basal curve with a dawn rise, meals as gamma-shaped excursions (the evening's run on
into the next morning), a weekday shift and autocorrelated noise, in mg/dL, clamped to 39–400.
"""

from __future__ import annotations

import hashlib
import math
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

MINUTES_PER_DAY = 1440
STEP_MINUTES = 5
LOWEST, HIGHEST = 39, 400
SENSOR_DAYS = 10
WARM_UP_MINUTES = 120
DEVICE = "share2"

DIRECTIONS = {
    1: "DoubleUp",
    2: "SingleUp",
    3: "FortyFiveUp",
    4: "Flat",
    5: "FortyFiveDown",
    6: "SingleDown",
    7: "DoubleDown",
    8: "NOT COMPUTABLE",
    9: "RATE OUT OF RANGE",
    0: "NONE",
}


@dataclass(frozen=True)
class Meal:
    """An excursion: when it was eaten (minute of its day), how high it rises, how fast."""

    minute: float
    rise_mg_dl: float
    peak_minutes: float

    def effect(self, minute: float) -> float:
        """The rise in mg/dL at a minute counted from the start of the meal's day."""
        elapsed = (minute - self.minute) / self.peak_minutes
        return self.rise_mg_dl * elapsed**2 * math.exp(2 * (1 - elapsed)) if elapsed > 0 else 0.0


def dice(user: str, seed: int, day: date, purpose: str) -> random.Random:
    """Random numbers that depend on nothing but the arguments."""
    return random.Random(f"{seed}:{user}:{day.isoformat()}:{purpose}")


def is_without_data(day: date) -> bool:
    return day.toordinal() % 31 == 14


def is_late(day: date) -> bool:
    """Whether the readings of 00:00–06:00 UTC arrive only at noon of the next day."""
    return day.toordinal() % 29 == 11


def is_corrected(day: date) -> bool:
    """Whether one reading is served too low until noon of the next day."""
    return day.toordinal() % 13 == 5


def has_duplicate(day: date) -> bool:
    """Whether one reading is stored twice, under two ids."""
    return day.toordinal() % 7 == 2


def meals(user: str, seed: int, day: date) -> list[Meal]:
    """Three meals and up to two snacks; later and richer at weekends."""
    roll = dice(user, seed, day, "meals")
    weekend = day.weekday() >= 5
    shift, factor = (55, 1.15) if weekend else (0, 1.0)
    planned = [(450, 84), (750, 88), (1125, 104)]
    eaten = [
        Meal(
            roll.gauss(at + shift, 22), factor * max(roll.gauss(rise, 26), 20), roll.uniform(50, 80)
        )
        for at, rise in planned
    ]
    snacks = [
        Meal(roll.uniform(590, 1300), roll.uniform(12, 35), roll.uniform(30, 45))
        for _ in range(roll.randint(0, 2))
    ]
    return eaten + snacks


def noise(user: str, seed: int, day: date, count: int) -> list[float]:
    """First-order autoregressive noise, bent to be zero at both midnights."""
    roll = dice(user, seed, day, "noise")
    values, value = [], 0.0
    for _ in range(count + 1):
        values.append(value)
        value = 0.97 * value + roll.gauss(0, 4.2)
    last = values[-1]
    return [value - last * i / count for i, value in enumerate(values[:-1])]


def basal(minute: float) -> float:
    """The fasting curve in mg/dL, with the rise of the early morning."""
    return 98 + 16 * math.exp(-(((minute - 390) / 110) ** 2)) - 6 * math.cos(minute / 229.2)


def glucose(user: str, seed: int, day: date) -> list[float]:
    """The curve of a day, one value each 5 minutes (mg/dL)."""
    count = MINUTES_PER_DAY // STEP_MINUTES
    today, before = meals(user, seed, day), meals(user, seed, day - timedelta(days=1))
    hum = noise(user, seed, day, count)
    curve = []
    for i in range(count):
        minute = i * STEP_MINUTES
        eaten = sum(m.effect(minute) for m in today)
        eaten += sum(m.effect(minute + MINUTES_PER_DAY) for m in before)
        curve.append(min(max(basal(minute) + eaten + hum[i], LOWEST), HIGHEST))
    return curve


def gaps(user: str, seed: int, day: date) -> list[tuple[float, float]]:
    """Minutes of the day without readings: dropouts, and the warm-up of a new sensor."""
    roll = dice(user, seed, day, "gaps")
    silent = []
    for _ in range(roll.choice([0, 0, 1, 1, 2])):
        start = roll.uniform(0, MINUTES_PER_DAY - 60)
        silent.append((start, start + roll.uniform(15, 60)))
    if day.toordinal() % SENSOR_DAYS == 3:
        start = roll.uniform(480, 1080)
        return [(start, start + WARM_UP_MINUTES)]
    return silent


def trend_of(rate: float) -> int:
    """Nightscout's trend for a rate in mg/dL a minute."""
    steepness = 0 if abs(rate) < 1 else 1 if abs(rate) < 2 else 2 if abs(rate) <= 3 else 3
    return 4 - steepness if rate > 0 else 4 + steepness


def entry_id(user: str, milliseconds: int, copy: int = 0) -> str:
    """A Mongo-like id: 8 hex digits of the second, 16 that are peculiar to the reading."""
    digest = hashlib.sha1(f"{user}:{milliseconds}:{copy}".encode()).hexdigest()
    return f"{milliseconds // 1000:08x}{digest[:16]}"


def iso(milliseconds: int) -> str:
    """ISO 8601 in UTC with milliseconds, as Nightscout writes it."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def entry(user: str, milliseconds: int, sgv: int, trend: int) -> dict[str, Any]:
    """One reading with the fields a Nightscout server serves."""
    return {
        "_id": entry_id(user, milliseconds),
        "type": "sgv",
        "sgv": sgv,
        "date": milliseconds,
        "dateString": iso(milliseconds),
        "trend": trend,
        "direction": DIRECTIONS[trend],
        "device": DEVICE,
        "utcOffset": 0,
        "sysTime": iso(milliseconds),
    }


def entries_of_day(user: str, seed: int, day: date) -> list[dict[str, Any]]:
    """All readings of a UTC day, oldest first; 260–288 of them, or none on a day without data."""
    if is_without_data(day):
        return []
    roll = dice(user, seed, day, "entries")
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    silent = gaps(user, seed, day)
    readings: list[dict[str, Any]] = []
    previous: float | None = None
    for i, value in enumerate(glucose(user, seed, day)):
        jitter = roll.uniform(-10, 10)
        minute = i * STEP_MINUTES
        if any(start <= minute < end for start, end in silent):
            previous = None
            continue
        second = min(max(minute * 60 + 20 + jitter, 0), 86399)
        trend = 8 if previous is None and i else trend_of((value - (previous or value)) / 5)
        readings.append(entry(user, midnight + int(second * 1000), round(value), trend))
        previous = value
    return readings + ([_copy(user, readings[100])] if has_duplicate(day) else [])


def _copy(user: str, reading: dict[str, Any]) -> dict[str, Any]:
    return reading | {"_id": entry_id(user, reading["date"], copy=1)}
