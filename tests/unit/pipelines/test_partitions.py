"""A day begins and ends at midnight of the deployment's zone, clock changes or not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.partitions import daily_partitions, day_window, days_of_run
from pipelines.settings import Settings

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia"]


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 6, 1), 24), (date(2026, 10, 25), 25)],
)
def test_a_day_of_berlin_is_as_long_as_its_clocks_make_it(day: date, hours: int) -> None:
    window = day_window(day, ZoneInfo("Europe/Berlin"))
    assert window.end - window.start == timedelta(hours=hours)


def test_a_utc_day_is_from_midnight_to_the_last_millisecond() -> None:
    window = day_window(date(2026, 1, 2), ZoneInfo("UTC"))
    assert window.start == datetime(2026, 1, 2, tzinfo=UTC)
    first, last = window.milliseconds
    assert last - first == 86_399_999


@given(day=st.dates(date(2024, 1, 1), date(2027, 12, 31)), zone=st.sampled_from(ZONES))
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    today, tomorrow = (day_window(d, ZoneInfo(zone)) for d in (day, day + timedelta(days=1)))
    assert today.milliseconds[1] + 1 == tomorrow.milliseconds[0]
    assert today.start.astimezone(ZoneInfo(zone)).date() == day


def test_partitions_and_windows_agree_over_a_clock_change() -> None:
    settings = Settings(first_day=date(2026, 3, 1), timezone="Europe/Berlin")
    partition = daily_partitions(settings).time_window_for_partition_key("2026-03-29")
    window = day_window(date(2026, 3, 29), settings.zone)
    assert (partition.start.timestamp(), partition.end.timestamp()) == (
        window.start.timestamp(),
        window.end.timestamp(),
    )


def test_today_is_a_partition_and_tomorrow_is_none() -> None:
    now = datetime.now(UTC)
    keys = daily_partitions(Settings()).get_partition_keys(now)
    assert keys[-1] == now.date().isoformat()


def test_a_run_tells_its_days_by_its_tags() -> None:
    span = {
        "dagster/asset_partition_range_start": "2026-02-27",
        "dagster/asset_partition_range_end": "2026-03-01",
    }
    assert [day.day for day in days_of_run(span)] == [27, 28, 1]
    assert days_of_run({"dagster/partition": "2026-02-27"}) == [date(2026, 2, 27)]
    assert days_of_run({}) == []
