"""A log that is followed holds what Postgres holds, whatever is committed late.

`DAGDECK_LATE_EVENTS` events a round, `DAGDECK_LATE_ROUNDS` rounds.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import dagster as dg
import psycopg
import pytest
from dagster._core.events.log import EventLogEntry
from dagster._core.test_utils import create_run_for_test, instance_for_test
from dagster_shared.serdes import serialize_value

from console.store.runs.run_watch import RunWatch
from pipelines.deployment.postgres import Cluster, system_uid
from tests.conftest import traversable
from tests.deployments import free_ports, until
from tests.staleness.server import InProcess, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENTS = int(os.environ.get("DAGDECK_LATE_EVENTS", "3000"))
ROUNDS = int(os.environ.get("DAGDECK_LATE_ROUNDS", "1"))
STEPS = 8
HELD = 0.003
"""The share of events that are committed late."""
LONGEST_HOLD = 2.0
INSERT = "insert into event_logs (run_id, event, timestamp, step_key) values (%s, %s, now(), %s)"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Postgres of its own."""
    folder = traversable(tmp_path_factory.mktemp("late")) / "postgres"
    cluster = Cluster(folder, free_ports()["postgres"])
    cluster.create()
    uid = system_uid()
    server = subprocess.Popen(
        cluster.command, user=uid, group=uid, cwd=folder, stderr=subprocess.DEVNULL
    )
    until(cluster.accepts, 60, "Postgres accepts connections")
    cluster.create_database()
    try:
        yield cluster.url
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def client(database: str) -> Iterator[InProcess]:
    url = database.replace("postgresql://", "postgresql+psycopg2://")
    storage = {"postgres": {"postgres_url": url}}
    with (
        instance_for_test(overrides={"storage": storage}) as instance,
        serving(instance, dg.Definitions()) as served,
    ):
        yield served


class Step(threading.Thread):
    """Writes its events one by one, each in a transaction, some of which stay open for a while."""

    def __init__(self, url: str, run_id: str, number: int, events: int) -> None:
        super().__init__(daemon=True)
        self.url, self.run_id, self.number, self.events = url, run_id, number, events

    def run(self) -> None:
        chance = random.Random(f"{self.run_id} {self.number}")
        with psycopg.connect(self.url) as connection:
            for line in range(self.events):
                name = f"step_{self.number}"
                entry = _entry(self.run_id, name, f"{name} line {line}")
                connection.execute(INSERT, (self.run_id, serialize_value(entry), name))
                if chance.random() < HELD:
                    time.sleep(chance.uniform(0, LONGEST_HOLD))
                connection.commit()


def _entry(run_id: str, step: str, words: str) -> EventLogEntry:
    return EventLogEntry(
        error_info=None,
        level=20,
        user_message=words,
        run_id=run_id,
        timestamp=time.time(),
        step_key=step,
    )


@pytest.mark.parametrize("_round", range(ROUNDS))
async def test_a_followed_log_is_what_the_database_holds(
    client: InProcess, database: str, _round: int
) -> None:
    instance = client.process.instance
    run = create_run_for_test(instance, job_name="lines", status=dg.DagsterRunStatus.STARTED)
    steps = [Step(database, run.run_id, at, EVENTS // STEPS) for at in range(STEPS)]
    for step in steps:
        step.start()
    watch = RunWatch(client, run.run_id)
    ended = False
    while watch.interval is not None:
        await watch.look()
        if not ended and not any(step.is_alive() for step in steps):
            ended = True
            instance.report_run_failed(run)
        await asyncio.sleep(min(watch.interval or 0.0, 0.3))
    with psycopg.connect(database) as connection:
        query = "select event from event_logs where run_id = %s order by id"
        rows = connection.execute(query, [run.run_id]).fetchall()
    assert len(watch.events) == len(rows)
    assert all(event.message in row[0] for event, row in zip(watch.events, rows, strict=True))
    assert sorted(event.message for event in watch.log.arrived) == sorted(
        event.message for event in watch.events
    )
    print(f"{len(watch.log.inserted)} of {len(rows)} came late")
