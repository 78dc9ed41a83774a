"""Write, audit, publish: a run merges on a branch, and only days that pass there reach `main`."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from pipelines.raw.description import DAY, DELETED, RawTable, Row
from pipelines.raw.iceberg import days_of_keys, raw_table, stored_rows
from pipelines.raw.merge import MergedDay, by_day, merge_day, without
from pipelines.raw.quarantine import replace_set_apart
from pipelines.raw.set_apart import Answered, SetApart, too_many
from pipelines.raw.trunk import Trunk, trunk_of
from pipelines.resources.lake import LakeCatalog

COMMIT_ATTEMPTS = 25
LONGEST_WAIT_SECONDS = 2.0
TURN_SECONDS = 10


class MergeConflictError(RuntimeError):
    """Other writers committed first, time after time."""


@dataclass(frozen=True)
class HeldBackDay:
    """A day that failed its audit: its rows are on the branch, and `main` stays as it was."""

    branch: str
    rows: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Merge:
    """The outcome of a merge: what it did to each day, the days held back, and the snapshot of `main`."""

    days: Mapping[date, MergedDay]
    snapshot_id: int
    held: Mapping[date, HeldBackDay] = field(default_factory=dict)
    left: Mapping[date, int] = field(default_factory=dict)
    """Other days, and how many rows of each are of one of these days by now, or set apart."""


@dataclass(frozen=True)
class Limits:
    """The share of a day that may be set apart, and the days that are accepted whatever it is."""

    most_set_apart: float = 0.05
    accepted: Collection[date] = ()


@dataclass(frozen=True)
class Work:
    """The input of one merge: the rows that come and the source's answers, day by day."""

    described: RawTable
    rows: Mapping[date, list[Row]]
    answered: Mapping[date, Answered]
    run_id: str
    limits: Limits

    @property
    def days(self) -> list[date]:
        return sorted({*self.rows, *self.answered})

    @property
    def usable(self) -> set[str]:
        return {row[self.described.key] for rows in self.rows.values() for row in rows}

    def apart(self, day: date) -> Sequence[SetApart]:
        return self.answered[day].apart if day in self.answered else ()

    def but(self, days: Collection[date]) -> Work:
        """The same without some days."""
        rows = {day: rows for day, rows in self.rows.items() if day not in days}
        answered = {day: answer for day, answer in self.answered.items() if day not in days}
        return replace(self, rows=rows, answered=answered)

    @property
    def unusable(self) -> set[str]:
        """The keys that are set apart, so that no row of theirs counts."""
        apart = (each for answer in self.answered.values() for each in answer.apart)
        return {each.key for each in apart if not each.elsewhere} - self.usable


@dataclass(frozen=True)
class Written:
    """The rows that runs last wrote for some days and the days before, published or not."""

    rows: Sequence[Row]
    held: Mapping[date, str]
    """The branches of those of the days that are not published."""
    at: datetime
    """The moment as of which to judge them (UTC)."""

    def spares(self, days: int) -> bool:
        """Whether some of a run's days are published: what is downstream goes on with those."""
        return 0 < len(self.held) < days


def merge(
    catalog: LakeCatalog,
    described: RawTable,
    incoming: Sequence[Row],
    run_id: str,
    answered: Mapping[date, Answered] | None = None,
    limits: Limits | None = None,
) -> Merge:
    """Upserts rows and publishes the days that pass their audit; `main` moves once or not at all.

    A key is stored once in the whole table: where it comes with another day, its row leaves the
    one it was of. What is set apart of the days goes to `raw.quarantine` before `main` moves. Done
    again whole where another writer published first. Days that fail are left on branches of their
    own until a run brings them anew; of those answered without a row nothing is left. Raises
    MergeConflictError after 25 attempts.
    """
    last = {row[described.key]: row for row in incoming}
    work = Work(described, by_day(last.values()), answered or {}, run_id, limits or Limits())
    held: dict[date, HeldBackDay] = {}
    with turn(catalog, described.identifier):
        while True:
            done = _until_committed(catalog, work.but(held))
            held |= done.held
            if not done.held:
                return replace(done, held=held)


@contextmanager
def turn(catalog: LakeCatalog, table: str) -> Iterator[None]:
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


def _until_committed(catalog: LakeCatalog, work: Work) -> Merge:
    for attempt in range(COMMIT_ATTEMPTS):
        try:
            return _once(catalog, raw_table(catalog, work.described), work)
        except CommitFailedException:
            time.sleep(random.uniform(0, min(0.05 * 2**attempt, LONGEST_WAIT_SECONDS)))
    raise MergeConflictError(
        f"{work.described.identifier} could not be committed in {COMMIT_ATTEMPTS} attempts: "
        "other runs kept committing first"
    )


def _once(catalog: LakeCatalog, table: Table, work: Work) -> Merge:
    """Publishes all of the days, or holds back those that fail and publishes none."""
    trunk = trunk_of(table)
    base = trunk.base()
    branch = trunk.of_run(work.run_id)
    failed = trunk.failed_days().items()
    outlived = {branch, *(name for day, name in failed if day in work.days)}
    stored = by_day(stored_rows(table, work.days)) if work.days else {}
    days = {day: _merged(work, day, stored.get(day, [])) for day in work.days}
    left = _left(table, work)
    _set_apart(catalog, table, work)
    changed = {day: merged for day, merged in {**days, **left}.items() if merged.is_changed}
    if not changed:
        trunk.drop(outlived)
        return Merge(days, _snapshot(table))
    rows = [row for merged in changed.values() for row in merged.rows]
    replaced = [day for day in sorted(changed) if day in stored or day in left]
    trunk.write(base, branch, rows, replaced, work.run_id)
    if held := _audit(trunk, work, branch, sorted(changed.keys() - left.keys())):
        trunk.keep_failed(branch, held)
        return Merge(days, _snapshot(table), held)
    trunk.publish(base, branch, outlived)
    moved = {day: merged.left for day, merged in left.items()}
    return Merge(days, _snapshot(table), left=moved)


def _snapshot(table: Table) -> int:
    """The snapshot of `main`."""
    snapshot = table.current_snapshot()
    assert snapshot is not None
    return snapshot.snapshot_id


def _merged(work: Work, day: date, stored: Sequence[Row]) -> MergedDay:
    answered = work.answered.get(day)
    now = datetime.now(UTC) if answered and answered.is_whole else None
    elsewhere = {
        row[work.described.key] for d, rows in work.rows.items() if d != day for row in rows
    }
    leaving = work.unusable | elsewhere
    return merge_day(work.described, stored, work.rows.get(day, ()), leaving, now)


def _left(table: Table, work: Work) -> dict[date, MergedDay]:
    """The days, other than those of the run, that rows of it leave."""
    keys = work.usable | work.unusable
    days = days_of_keys(table, work.described.key, keys, but=work.days)
    if not days:
        return {}
    stored = by_day(stored_rows(table, sorted(days)))
    return {day: without(work.described, stored[day], keys_gone) for day, keys_gone in days.items()}


def _set_apart(catalog: LakeCatalog, table: Table, work: Work) -> None:
    """Records of other days are set apart only where nothing is known of them there."""
    apart = {day: list(answer.apart) for day, answer in work.answered.items()}
    strays = {each.key for answer in apart.values() for each in answer if each.elsewhere}
    stored_keys = days_of_keys(table, work.described.key, strays, but=())
    stored = {key for keys in stored_keys.values() for key in keys} | work.usable
    by_day = {
        day: [each for each in answer if not (each.elsewhere and each.key in stored)]
        for day, answer in apart.items()
    }
    replace_set_apart(catalog, work.described.name, by_day, work.usable, work.run_id)


def _audit(trunk: Trunk, work: Work, branch: str, days: Sequence[date]) -> dict[date, HeldBackDay]:
    """The days of which the source's rules say that they must not be published."""
    columns = (*work.described.audited, DAY, DELETED)
    rows = by_day(_live(trunk.rows(branch, _with_days_before(days), columns)))
    written_at = trunk.written_at(branch)
    held: dict[date, HeldBackDay] = {}
    for day in days:
        around = rows.get(day - timedelta(days=1), []) + rows.get(day, [])
        faults = [*work.described.faults(around, day, written_at)]
        reasons = [each.reason for each in work.apart(day)]
        faults += unusable(work.described, day, len(rows.get(day, [])), reasons, work.limits)
        if faults:
            held[day] = HeldBackDay(trunk.of_day(day), len(rows.get(day, [])), tuple(faults))
    return held


def unusable(
    described: RawTable, day: date, usable: int, reasons: Sequence[str], limits: Limits
) -> list[str]:
    """The sentence that too much of a day is set apart; empty where it isn't, or was accepted."""
    share = limits.most_set_apart
    if day in limits.accepted or not too_many(
        usable, reasons, described.uncounted, described.expected, share
    ):
        return []
    counted = Counter(reason for reason in reasons if reason not in described.uncounted)
    counts = ", ".join(f"{count} {reason}" for reason, count in counted.most_common(3))
    return [
        f"days_are_usable: {counted.total()} of {usable + counted.total()} are set apart ({counts})"
    ]


def _live(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.get(DELETED) is None]


def last_written(
    table: Table, described: RawTable, days: Sequence[date], more: Sequence[str] = ()
) -> Written:
    """The runs' last write of each day, with the failed checks of those that failed their audit.

    All days where none is given; rows that were deleted are left out. The columns are the audited
    ones and `more`.
    """
    columns = (*described.audited, *more, DAY, DELETED)
    trunk = trunk_of(table)
    failed = trunk.failed_days().items()
    held = {day: branch for day, branch in failed if not days or day in days}
    published = stored_rows(table, _with_days_before(days), columns)
    rows = [row for row in published if row[DAY] not in held]
    for day, branch in held.items():
        rows += trunk.rows(branch, [day], columns)
    moments = [trunk.written_at(branch) for branch in held.values()]
    return Written(_live(rows), held, min(moments, default=datetime.now(UTC)))


def _with_days_before(days: Collection[date]) -> list[date]:
    return sorted({day - timedelta(days=back) for day in days for back in (0, 1)})
