"""Write, audit, publish: a run merges on a branch, and only days that pass there reach `main`."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table
from pyiceberg.table.refs import MAIN_BRANCH
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from pipelines.raw import branches
from pipelines.raw.description import DAY, RawTable, Row
from pipelines.raw.iceberg import raw_table, stored_rows, write_branch
from pipelines.raw.merge import MergedDay, by_day, merge_day

COMMIT_ATTEMPTS = 25
LONGEST_WAIT_SECONDS = 2.0
TURN_SECONDS = 10


class MergeConflictError(RuntimeError):
    """Other writers committed first, time after time."""


@dataclass(frozen=True)
class Held:
    """A day that failed its audit: its rows are on the branch, and `main` stays as it was."""

    branch: str
    rows: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Merge:
    """What a merge did to each day, what was held back, and the snapshot that `main` is at."""

    days: Mapping[date, MergedDay]
    snapshot_id: int
    held: Mapping[date, Held] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """What runs last wrote of some days and the days before, published or not."""

    rows: Sequence[Row]
    held: Mapping[date, str]
    """The branches of those of the days that are not published."""
    at: datetime
    """The moment as of which to judge them (UTC)."""


def merge(
    catalog: SqlCatalog,
    described: RawTable,
    incoming: Sequence[Row],
    run_id: str,
    answered: Collection[date] = (),
) -> Merge:
    """Upserts rows and publishes the days that pass their audit; `main` moves once or not at all.

    Done again whole where another writer published first. Days that fail are left on branches of
    their own until a run brings them anew; of those `answered` without a row nothing is left.
    Raises MergeConflictError after 25 attempts.
    """
    arriving = by_day(incoming)
    held: dict[date, Held] = {}
    with _turn(catalog, described.identifier):
        while True:
            told = {*arriving, *answered} - held.keys()
            rest = {day: rows for day, rows in arriving.items() if day in told}
            done = _until_committed(catalog, described, rest, run_id, told)
            held |= done.held
            if not done.held:
                return Merge(done.days, done.snapshot_id, held)


@contextmanager
def _turn(catalog: SqlCatalog, table: str) -> Iterator[None]:
    """Writers of a table wait for one another a while, to spare each other work done twice.

    Nothing depends on it: who has waited long enough goes ahead, and the commits decide.
    """
    with catalog.engine.connect() as connection:
        # Closed at the end, where a pooled one would stay open beside the catalog's own.
        connection.detach()
        connection.execute(text(f"SET LOCAL lock_timeout = '{TURN_SECONDS}s'"))
        with suppress(OperationalError):
            lock = text("SELECT pg_advisory_xact_lock(hashtext(:name))")
            connection.execute(lock, {"name": f"dagdeck.{table}"})
        yield


def _until_committed(
    catalog: SqlCatalog,
    described: RawTable,
    arriving: Mapping[date, list[Row]],
    run_id: str,
    told: Collection[date],
) -> Merge:
    for attempt in range(COMMIT_ATTEMPTS):
        try:
            return _once(raw_table(catalog, described), described, arriving, run_id, told)
        except CommitFailedException:
            time.sleep(random.uniform(0, min(0.05 * 2**attempt, LONGEST_WAIT_SECONDS)))
    raise MergeConflictError(
        f"{described.identifier} could not be committed in {COMMIT_ATTEMPTS} attempts: "
        "other runs kept committing first"
    )


def _once(
    table: Table,
    described: RawTable,
    arriving: Mapping[date, list[Row]],
    run_id: str,
    told: Collection[date],
) -> Merge:
    """All of the days published, or those that fail held back and none published."""
    base = table.metadata.refs[MAIN_BRANCH].snapshot_id
    branch = branches.of_run(run_id)
    failed = branches.failed_days(table).items()
    outlived = {branch, *(name for day, name in failed if day in told)}
    stored = by_day(stored_rows(table, sorted(arriving))) if arriving else {}
    days = {day: merge_day(described, stored.get(day, []), rows) for day, rows in arriving.items()}
    changed = sorted(day for day, merged in days.items() if merged.is_changed)
    if not changed:
        branches.drop(table, outlived)
        return Merge(days, base)
    rows = [row for day in changed for row in days[day].rows]
    write_branch(table, branch, rows, [day for day in changed if day in stored], run_id)
    if held := _audit(table, described, branch, changed):
        branches.keep_failed(table, branch, held)
        return Merge(days, base, held)
    branches.fast_forward(table, base, branch, outlived)
    return Merge(days, table.metadata.refs[MAIN_BRANCH].snapshot_id)


def _audit(
    table: Table, described: RawTable, branch: str, days: Sequence[date]
) -> dict[date, Held]:
    """The days of which the source's rules say that they must not be published."""
    columns = (*described.audited, DAY)
    rows = by_day(stored_rows(table, _with_days_before(days), columns, branch))
    at = branches.written_at(table, branch)
    held: dict[date, Held] = {}
    for day in days:
        around = rows.get(day - timedelta(days=1), []) + rows.get(day, [])
        if faults := described.faults(around, day, at):
            held[day] = Held(branches.of_day(day), len(rows.get(day, [])), tuple(faults))
    return held


def last_written(table: Table, described: RawTable, days: Sequence[date]) -> Written:
    """What the runs last wrote of the days: of those that failed their audit, what failed.

    All days where none is given.
    """
    columns = (*described.audited, DAY)
    failed = branches.failed_days(table).items()
    held = {day: branch for day, branch in failed if not days or day in days}
    published = stored_rows(table, _with_days_before(days), columns)
    rows = [row for row in published if row[DAY] not in held]
    for day, branch in held.items():
        rows += stored_rows(table, [day], columns, branch)
    moments = [branches.written_at(table, branch) for branch in held.values()]
    return Written(rows, held, min(moments, default=datetime.now(UTC)))


def _with_days_before(days: Collection[date]) -> list[date]:
    return sorted({day - timedelta(days=back) for day in days for back in (0, 1)})
