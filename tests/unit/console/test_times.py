from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.times import (
    age,
    clock,
    clock_ms,
    dated_clock_ms,
    duration,
    moment,
    past_moment,
    short_moment,
    short_past_moment,
    told_moment,
)

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def _at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0, "0s"),
        (59.6, "1m"),
        (61, "1m 01s"),
        (9 * MINUTE + 59, "9m 59s"),
        (10 * MINUTE, "10m"),
        (47 * MINUTE + 30, "47m"),
        (65 * MINUTE, "1h 5m"),
        (26 * HOUR, "26h"),
        (3 * DAY + 4 * HOUR, "3d 4h"),
        (20 * DAY + 4 * HOUR, "20d"),
        (-90, "1m 30s"),
    ],
)
def test_a_duration_is_said_in_two_units_at_most(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (-3, "now"),
        (4.9, "now"),
        (5, "<1m"),
        (59, "<1m"),
        (60, "1m"),
        (3 * HOUR + 59 * MINUTE, "3h"),
        (47 * HOUR, "47h"),
        (48 * HOUR, "2d"),
    ],
)
def test_an_age_is_one_rounded_down_unit(seconds: float | None, text: str) -> None:
    assert age(seconds) == text


@given(st.floats(0, 10 * DAY), st.floats(0, 60))
def test_an_age_changes_at_most_once_a_minute_past_the_first(start: float, more: float) -> None:
    later = start + more
    if start >= MINUTE:
        seen = {age(start + (later - start) * part / 10) for part in range(11)}
        assert len(seen) <= 2


@given(st.floats(0, 400 * DAY, allow_nan=False))
def test_durations_and_ages_fit_into_seven_characters(seconds: float) -> None:
    assert len(duration(seconds)) <= 7
    assert len(age(seconds)) <= 4


def test_a_clock_is_read_in_the_zone_asked_for() -> None:
    at = _at(2026, 11, 20, 14, 2) + 9.1149
    assert clock(at, UTC) == "14:02:09"
    assert clock_ms(at, UTC) == "14:02:09.114"
    assert clock(None) == "–"


@pytest.mark.parametrize(
    ("then", "text"),
    [
        (_at(2026, 11, 24, 5, 14), "05:14"),
        (_at(2026, 11, 20, 14, 2), "Nov 20 14:02"),
        (_at(2024, 11, 20), "2024 Nov 20"),
    ],
)
def test_a_moment_is_as_short_as_its_distance_allows(then: float, text: str) -> None:
    assert moment(then, _at(2026, 11, 24, 12), UTC) == text


def test_an_unknown_moment_is_shown_as_unknown() -> None:
    assert moment(None, 0.0) == "–"


def test_a_time_of_another_day_carries_the_date_wherever_it_stands() -> None:
    now = _at(2026, 11, 26, 0, 5)
    before, next_year = _at(2026, 11, 25, 23, 40), _at(2027, 11, 1)
    assert short_moment(before, now, UTC) == "Nov 25"
    assert short_moment(now, now, UTC) == "00:05"
    assert short_moment(next_year, now, UTC) == "2027-11"
    assert dated_clock_ms(before, now, UTC) == "Nov 25 23:40:00.000"
    assert dated_clock_ms(now, now, UTC) == "00:05:00.000"
    assert dated_clock_ms(next_year, now, UTC) == "2027-11-01 00:00:00.000"


@given(st.floats(0, 4e9), st.floats(0, 4e9))
def test_a_short_moment_fits_its_column(at: float, now: float) -> None:
    assert len(short_moment(at, now, UTC)) <= 7


def test_a_past_event_ahead_of_the_clock_says_so() -> None:
    now = _at(2026, 11, 26, 12)
    assert past_moment(now + 300, now, UTC) == "in 5m"
    assert past_moment(now - 300, now, UTC) == "11:55"
    assert short_past_moment(now + 300, now, UTC) == "in 5m"
    assert short_past_moment(now - 300, now, UTC) == "11:55"
    assert told_moment(now + 300, now, UTC) == "12:05 (in 5m)"
    assert told_moment(now - 300, now, UTC) == "11:55"
    assert age(-300) == "in 5m"
    assert age(-3) == "now"
