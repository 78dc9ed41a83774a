"""`python -m tests.benchmarks.big_rig_events`: the big rig's history, by real runs in this process.

Runs are created and executed by Dagster's own code against the rig's instance (DAGSTER_HOME),
as its run workers do it, so each event has the provenance of a real one.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster_postgres.event_log import PostgresEventLogStorage

from pipelines.deployment.dagster_home import LOCATION
from tests.benchmarks.big_rig_definitions import FAIL_TAG, SUBJECTS, days, defs, names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagster._core.events.log import EventLogEntry

DAYS = days.get_partition_keys()
START_TAG, END_TAG = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
PLANNED = dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED
REPOSITORY_TAG = ".dagster/repository"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of one asset over days `first` to `last`, counted from the first or, below 0, the last."""

    asset: str
    first: int = 0
    last: int = -1
    fails: bool = False


def history() -> Iterator[Run]:
    """Everything once, with gaps; then what makes cells stale; then what fails."""
    for at, name in enumerate(names()):
        if at % 10 == 7:
            yield from (Run(name, 0, 1199), Run(name, 1240, -1))
        elif at % 10 == 9:
            yield Run(name, 0, -1 - (at // 10 + 1))
        else:
            yield Run(name)
    for at, subject in enumerate(SUBJECTS):
        yield Run(f"{subject}_typed", -60 - 20 * at, -31 - 10 * at)
        yield Run(f"{subject}_conformed", -400, -371)
        yield Run(f"{subject}_summed", 500 + 100 * at, 520 + 100 * at)
    for at, subject in enumerate(SUBJECTS):
        yield from (Run(f"{subject}_landed", -1 - day, -1 - day) for day in range(6, 0, -1))
        yield Run(f"{subject}_enriched", -9 - at, -9 - at, fails=True)
        yield Run(f"{subject}_scored", 2000, 2004 + at, fails=True)


def store_planned_in_batches() -> None:
    """A run says of each partition that it plans it: 3,017 rows, written one transaction each.

    Dagster's storage batches materializations only; the rows that this writes are the same.
    """
    usual = PostgresEventLogStorage.store_event_batch

    def store(self: PostgresEventLogStorage, events: Sequence[EventLogEntry]) -> None:
        if {event.dagster_event_type for event in events} != {PLANNED}:
            usual(self, events)
            return
        insert = self.prepare_insert_event_batch(events).returning(SqlEventLogStorageTable.c.id)
        with self._connect() as connection:
            ids = [row[0] for row in connection.execute(insert)]
        self.store_asset_event(events[-1], ids[-1])

    PostgresEventLogStorage.store_event_batch = store  # type: ignore[method-assign]  # the point


def main() -> None:
    store_planned_in_batches()
    logging.disable(logging.CRITICAL)
    job = defs.resolve_implicit_global_asset_job_def()
    began = time.monotonic()
    with dg.DagsterInstance.get() as instance:
        for run in history():
            _execute(instance, job, run)
    print(f"history made in {time.monotonic() - began:.0f} s", file=sys.stderr)


def _execute(instance: dg.DagsterInstance, job: dg.JobDefinition, run: Run) -> None:
    subset = job.get_subset(asset_selection={dg.AssetKey(run.asset)})
    tags = {
        START_TAG: DAYS[run.first],
        END_TAG: DAYS[run.last],
        REPOSITORY_TAG: f"__repository__@{LOCATION}",
    }
    if run.first == run.last:
        tags = {"dagster/partition": DAYS[run.first], REPOSITORY_TAG: tags[REPOSITORY_TAG]}
    if run.fails:
        tags[FAIL_TAG] = run.asset
    created = instance.create_run_for_job(
        subset, tags=tags, asset_selection=frozenset({dg.AssetKey(run.asset)})
    )
    done = execute_run(InMemoryJob(subset), created, instance, raise_on_error=False)
    assert done.success is not run.fails, f"{run}: {created.run_id}"


if __name__ == "__main__":
    assert os.environ.get("DAGSTER_HOME"), "DAGSTER_HOME names the rig's instance"
    main()
