"""The made-up readings are believable, and the same whenever they are asked for."""

from __future__ import annotations

import statistics
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from pipelines.standin import days

FIRST = date(2025, 11, 1)
YEAR = [FIRST + timedelta(days=i) for i in range(400)]


@pytest.fixture(scope="module")
def served() -> dict[date, list[dict[str, Any]]]:
    return {day: days.entries_of_day("demo", 1, day) for day in YEAR}


@pytest.fixture(scope="module")
def values(served: dict[date, list[dict[str, Any]]]) -> list[int]:
    return [entry["sgv"] for entries in served.values() for entry in entries]


def share(values: list[int], lowest: int, highest: int) -> float:
    return sum(lowest <= value <= highest for value in values) / len(values)


def test_more_than_seventy_percent_are_in_range(values: list[int]) -> None:
    assert share(values, 70, 180) > 0.70


def test_some_but_under_four_percent_are_low(values: list[int]) -> None:
    assert 0.002 < share(values, 0, 69) < 0.04


def test_the_coefficient_of_variation_is_at_most_36_percent(values: list[int]) -> None:
    assert 0.2 < statistics.stdev(values) / statistics.mean(values) <= 0.36


def test_values_stay_within_what_a_sensor_shows(values: list[int]) -> None:
    assert min(values) >= 39
    assert max(values) <= 400


def test_a_day_with_data_has_260_to_288_readings_and_at_most_one_duplicate(
    served: dict[date, list[dict[str, Any]]],
) -> None:
    for day, entries in served.items():
        moments = Counter(entry["date"] for entry in entries)
        assert days.is_without_data(day) == (not entries)
        assert len(entries) - len(moments) == (days.has_duplicate(day) and bool(entries))
        assert not entries or 260 <= len(moments) <= 288


def test_every_id_is_24_hex_digits_and_its_own(served: dict[date, list[dict[str, Any]]]) -> None:
    ids = [entry["_id"] for entries in served.values() for entry in entries]
    assert len(set(ids)) == len(ids)
    assert all(len(text) == 24 and int(text, 16) for text in ids)


def test_readings_lie_within_their_day_five_minutes_apart(
    served: dict[date, list[dict[str, Any]]],
) -> None:
    for day, entries in served.items():
        moments = sorted({entry["date"] for entry in entries})
        assert all(datetime.fromtimestamp(at / 1000, UTC).date() == day for at in moments)
        steps = [later - earlier for earlier, later in pairwise(moments)]
        assert not steps or 280_000 <= min(steps) <= statistics.median(steps) <= 320_000


def test_trend_and_direction_agree_and_some_are_not_computable(
    served: dict[date, list[dict[str, Any]]],
) -> None:
    seen = Counter((e["trend"], e["direction"]) for entries in served.values() for e in entries)
    assert set(seen) <= set(days.DIRECTIONS.items())
    assert seen[(8, "NOT COMPUTABLE")] > 10
    assert seen[(4, "Flat")] > sum(seen.values()) / 2


@pytest.mark.parametrize(
    ("rate", "direction"),
    [
        (0.99, "Flat"),
        (-0.99, "Flat"),
        (1, "FortyFiveUp"),
        (-1.5, "FortyFiveDown"),
        (2, "SingleUp"),
        (-3, "SingleDown"),
        (3.1, "DoubleUp"),
        (-3.1, "DoubleDown"),
    ],
)
def test_the_rate_tells_the_direction(rate: float, direction: str) -> None:
    assert days.DIRECTIONS[days.trend_of(rate)] == direction


def test_a_day_is_the_same_whenever_it_is_asked_for_and_another_for_another_user() -> None:
    day = date(2026, 3, 3)
    once = days.entries_of_day("demo", 1, day)
    days.entries_of_day("demo", 1, day - timedelta(days=1))
    assert days.entries_of_day("demo", 1, day) == once
    assert days.entries_of_day("other", 1, day) != once
    assert days.entries_of_day("demo", 2, day) != once


def test_nothing_jumps_at_midnight() -> None:
    for day in YEAR[:60]:
        today = days.glucose("demo", 1, day)
        tomorrow = days.glucose("demo", 1, day + timedelta(days=1))
        assert abs(tomorrow[0] - today[-1]) < 25
