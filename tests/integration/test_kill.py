"""A run killed with SIGKILL in its middle loses nothing, and the next run completes its work."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.integration.lakehouse import Lakehouse, settled_days
from tests.integration.reader import reading
from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

DAYS = settled_days(4)
EARLIER = DAYS[:2]
STAGES = ("ingest", "audit", "dbt", "publish") if THOROUGH else ("ingest", "publish")
Tables = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def straight(session_lakehouse: Lakehouse) -> Tables:
    """What an undisturbed run of all days gives."""
    session_lakehouse.forget()
    assert session_lakehouse.run(DAYS[0], DAYS[-1]).success
    return session_lakehouse.everything()


def run_until_held_and_kill(stage: str, first: date, last: date) -> None:
    command = [sys.executable, "-m", "tests.integration.held", stage, str(first), str(last)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            assert b"held\n" in process.stdout, f"the run ended before its {stage}"
        finally:
            process.kill()
    assert process.returncode == -9


@contextmanager
def read_all_the_while(url: str) -> Iterator[set[tuple[date, ...]]]:
    """The days that a dashboard saw in the mart, each time it looked."""
    query = "select reading_date from marts.mrt_glucose_overview order by 1"
    with psycopg.connect(url, autocommit=True) as connection:

        def days() -> tuple[date, ...]:
            return tuple(row[0] for row in connection.execute(query).fetchall())

        with reading(days) as seen:
            yield seen


@pytest.mark.parametrize("stage", STAGES)
def test_after_a_kill_the_next_run_completes_and_readers_saw_whole_marts(
    lakehouse: Lakehouse, straight: Tables, stage: str
) -> None:
    lakehouse.forget()
    assert lakehouse.run(EARLIER[0], EARLIER[-1]).success
    before = lakehouse.everything()
    with read_all_the_while(lakehouse.settings.database_url) as seen:
        run_until_held_and_kill(stage, DAYS[0], DAYS[-1])
        if stage in ("ingest", "audit"):
            assert lakehouse.raw(DAYS[2:]) == []
        if stage != "publish":
            assert (
                lakehouse.everything()["gold.fct_daily_glucose_metrics"]
                == (before["gold.fct_daily_glucose_metrics"])
            )
        if stage in ("ingest", "audit"):
            assert list(lakehouse.settings.dlt_path.iterdir()) != []
        assert lakehouse.run(DAYS[0], DAYS[-1]).success
    assert list(lakehouse.settings.dlt_path.iterdir()) == []
    assert lakehouse.everything() == straight
    assert len(lakehouse.raw(DAYS)) == len({row["_id"] for row in lakehouse.raw(DAYS)})
    assert seen == {tuple(EARLIER), tuple(DAYS)}
