"""A run killed with SIGKILL in its middle loses nothing, and the next run completes its work."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from threading import Event, Thread

import psycopg
import pytest

from tests.integration.lakehouse import Lakehouse, settled_days

DAYS = settled_days(4)
EARLIER = DAYS[:2]
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
    seen: set[tuple[date, ...]] = set()
    ended = Event()

    def look() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not ended.is_set():
                rows = connection.execute(
                    "select reading_date from marts.mrt_glucose_overview order by 1"
                )
                seen.add(tuple(row[0] for row in rows.fetchall()))

    reader = Thread(target=look)
    reader.start()
    try:
        yield seen
    finally:
        ended.set()
        reader.join()


@pytest.mark.parametrize("stage", ["ingest", "audit", "dbt", "publish"])
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
