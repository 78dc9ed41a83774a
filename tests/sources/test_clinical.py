"""What a clinician reads off the marts: windows from readings, days that say little, episodes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.integration.lakehouse import RECENT, Lakehouse
from tests.sources.readings import midnight, reading, whole_day
from tests.sources.server import Entries, Sent, serving

LOW, SPARSE = RECENT - timedelta(days=5), RECENT - timedelta(days=4)
VALUES = {
    **dict.fromkeys(range(10, 13), 60),  # 15 minutes
    **dict.fromkeys(range(20, 22), 60),  # 10 minutes: no episode
    **dict.fromkeys([30, 31, 33, 34], 52),  # one of 25 minutes, for 5 minutes above don't end it
    **dict.fromkeys([50, 51, 52, 56, 57, 58], 65),  # two of 15 minutes, with 15 above in between
}


def low_day(day: date) -> list[Sent]:
    return whole_day(day, {n: reading(day, n) | {"sgv": sgv} for n, sgv in VALUES.items()})


def sparse_day(day: date) -> list[Sent]:
    """Twelve readings, high all of them: an hour of a day."""
    at = [each for each in whole_day(day) if (each.at - midnight(day)) < 3_600_000]
    return [Sent(each.at, each.record | {"sgv": 300}) for each in at]


@pytest.fixture(scope="module")
def marts(session_lakehouse: Lakehouse) -> Iterator[Lakehouse]:
    session_lakehouse.forget()
    now = int(datetime.now(UTC).timestamp() * 1000)
    today = [each for each in whole_day(datetime.now(UTC).date()) if each.at <= now]
    with (
        serving(Entries([*low_day(LOW), *sparse_day(SPARSE), *today])) as server,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("DAGDECK_NIGHTSCOUT_URL", server.url)
        outcome = session_lakehouse.run(LOW, datetime.now(UTC).date())
        assert outcome.success, outcome.why()
        yield session_lakehouse


def rows(lakehouse: Lakehouse, mart: str, day: date) -> list[dict[str, Any]]:
    return lakehouse.postgres(f"select * from marts.{mart} where reading_date = '{day}'")


def test_episodes_last_fifteen_minutes_and_end_with_as_many_above(marts: Lakehouse) -> None:
    counted = {row["threshold_mg_dl"]: row for row in rows(marts, "mrt_glucose_episodes", LOW)}
    assert counted[70]["episode_count"] == 4
    assert counted[70]["episode_minutes"] == 15 + 25 + 15 + 15
    assert (counted[70]["longest_minutes"], counted[70]["lowest_glucose_mg_dl"]) == (25, 52)
    assert (counted[54]["episode_count"], counted[54]["episode_minutes"]) == (1, 25)
    quiet = rows(marts, "mrt_glucose_episodes", SPARSE)
    assert [row["episode_count"] for row in quiet] == [0, 0]


def test_the_gmi_of_a_window_is_that_of_its_readings_and_not_of_its_days(marts: Lakehouse) -> None:
    values = [each.record["sgv"] for each in [*low_day(LOW), *sparse_day(SPARSE)]]
    right = 3.31 + 0.02392 * sum(values) / len(values)
    (day,) = rows(marts, "mrt_glucose_overview", SPARSE)
    assert day["gmi_7_day_avg_pct"] == pytest.approx(right)
    windows = {row["window_days"]: row for row in rows(marts, "mrt_glucose_windows", SPARSE)}
    assert windows[14]["gmi_pct"] == pytest.approx(right)
    assert windows[14]["is_representative"] is False


def test_a_day_of_an_hour_is_there_and_marked_and_today_is_partial(marts: Lakehouse) -> None:
    (low,), (sparse,) = (rows(marts, "mrt_glucose_overview", day) for day in (LOW, SPARSE))
    assert (low["active_pct"], low["is_representative"], low["is_partial"]) == (100, True, False)
    assert (sparse["reading_count"], sparse["time_above_250_pct"]) == (12, 100)
    assert (sparse["is_representative"], sparse["is_partial"]) == (False, False)
    today = rows(marts, "mrt_glucose_overview", datetime.now(UTC).date())
    assert [row["is_partial"] for row in today] == [True] * len(today)
    assert low["time_below_54_pct"] == pytest.approx(100 * 4 / 288)
