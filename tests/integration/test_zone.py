"""In a zone whose clocks change, partitions, windows and days are still the same days."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.partitions import day_window
from pipelines.standin.days import is_without_data
from tests.integration.lakehouse import RECENT
from tests.integration.processes import postgres

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

ZONE = "Europe/Berlin"


def last_clock_change() -> date:
    """The last day of 23 or 25 hours on which, as on its neighbours, there are readings."""
    for i in range(5, 390):
        day = RECENT - timedelta(days=i)
        window = day_window(day, ZoneInfo(ZONE))
        around = [day + timedelta(days=j) for j in range(-2, 3)]
        if window.end - window.start != timedelta(days=1) and not any(map(is_without_data, around)):
            return day
    raise AssertionError("no clock change in a year")


@pytest.fixture(scope="module")
def told(lakehouse_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home: Path = tmp_path_factory.mktemp("berlin")
    change = last_clock_change()
    days = [str(change + timedelta(days=i)) for i in range(-1, 2)]
    with postgres(home / "postgres") as database:
        environment = os.environ | {
            "DAGDECK_HOME": str(home),
            "DAGDECK_TIMEZONE": ZONE,
            "DAGDECK_POSTGRES_URL": database,
            "DAGDECK_NIGHTSCOUT_URL": lakehouse_settings.nightscout_url,
        }
        command = [sys.executable, "-m", "tests.integration.in_zone", *days]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_each_day_of_the_zone_holds_the_readings_the_api_has_for_it(told: dict[str, Any]) -> None:
    assert told["success"]
    assert told["partitions"] == sorted(told["served"])
    assert told["counts"] == told["served"]


def test_the_day_the_clocks_change_has_more_or_fewer_readings(told: dict[str, Any]) -> None:
    change = str(last_clock_change())
    window = day_window(date.fromisoformat(change), ZoneInfo(ZONE))
    expected = (window.end - window.start) / timedelta(minutes=5)
    assert expected in (276, 300)
    assert expected - 28 <= told["counts"][change] <= expected


def test_hours_are_those_of_the_zones_clock(told: dict[str, Any]) -> None:
    change = last_clock_change()
    spring = change.month < 7
    assert told["hours"][str(change)] == [h for h in range(24) if not (spring and h == 2)]
