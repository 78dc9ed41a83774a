"""The upkeep of the tables takes what nobody needs, and no row."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pyiceberg.expressions import EqualTo

from pipelines.deployment.home import Home
from pipelines.maintenance import compaction, orphans, snapshots
from pipelines.maintenance.tables import BusyError, look, maintain
from pipelines.nightscout.load import load_days
from pipelines.raw.description import DAY
from pipelines.raw.relocate import path_of
from pipelines.resources.lake import sql_catalog
from tests.integration.lakehouse import Lakehouse, settled_days

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pyiceberg.table import Table, Transaction

TABLE = "raw.glucose_entries"


def ignored(_line: str) -> None:
    """Where nobody reads the log."""


def load(lakehouse: Lakehouse, days: list[date], run_id: str) -> None:
    load_days(lakehouse.settings, days, run_id, ignored)


def files(lakehouse: Lakehouse) -> dict[Path, int]:
    folder = path_of(lakehouse.table().metadata.location)
    return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def age(lakehouse: Lakehouse, days: int = 30) -> None:
    """Makes every file of the table so many days old."""
    then = time.time() - days * 86400
    for path in files(lakehouse):
        os.utime(path, (then, then))


def scatter(lakehouse: Lakehouse, day: date) -> None:
    """Puts the second half of a day's rows into a file of its own."""
    table = lakehouse.table()
    rows = table.scan(row_filter=EqualTo(term=DAY, value=day)).to_arrow()
    half = len(rows) // 2
    table.overwrite(rows.slice(0, half), EqualTo(term=DAY, value=day))
    table.append(rows.slice(half))


def data_files(table: Table) -> int:
    return sum(1 for _ in table.scan().plan_files())


def everything(lakehouse: Lakehouse) -> list[dict[str, Any]]:
    rows = lakehouse.table().scan().to_arrow().to_pylist()
    return sorted(rows, key=lambda row: str(row["_id"]))


def test_a_partition_of_two_files_becomes_one_with_the_same_rows(lakehouse: Lakehouse) -> None:
    days = settled_days(3)
    load(lakehouse, days, "first")
    scatter(lakehouse, days[1])
    before = everything(lakehouse)
    table = lakehouse.table()
    assert data_files(table) == 4
    assert [partition[0] for partition in compaction.scattered(table)] == [
        (days[1] - datetime(1970, 1, 1).date()).days
    ]
    assert compaction.compact(table, "upkeep") == 1
    assert data_files(lakehouse.table()) == 3
    assert everything(lakehouse) == before
    assert not compaction.scattered(lakehouse.table())


def test_a_run_that_commits_first_keeps_its_rows(lakehouse: Lakehouse) -> None:
    days = settled_days(2)
    load(lakehouse, days[:1], "first")
    scatter(lakehouse, days[0])
    attempts: list[int] = []

    def rewritten(table: Table, transaction: Transaction) -> None:
        compaction._rewrite(table, transaction, compaction.scattered(table), "upkeep")
        if not attempts:
            load(lakehouse, days[1:], "second")
        attempts.append(1)

    from pipelines.maintenance.commits import commit

    commit(lakehouse.table(), rewritten)
    assert len(attempts) == 2
    assert {row[DAY] for row in everything(lakehouse)} == set(days)
    assert data_files(lakehouse.table()) == 2


def test_old_snapshots_go_and_what_a_branch_shows_stays(lakehouse: Lakehouse) -> None:
    days = settled_days(2)
    load(lakehouse, days[:1], "first")
    table = lakehouse.table()
    kept = table.metadata.refs["main"].snapshot_id
    table.manage_snapshots().create_branch(kept, "somebodys").commit()
    load(lakehouse, days[1:], "second")
    with lakehouse.wrong(lakehouse.readings(days[0])[5], 222):
        load(lakehouse, days[:1], "third")
    before = everything(lakehouse)
    count = len(lakehouse.table().metadata.snapshots)
    gone = snapshots.expire(lakehouse.table(), datetime.now(UTC) + timedelta(seconds=1))
    table = lakehouse.table()
    assert gone == count - 2 > 0
    assert {each.snapshot_id for each in table.metadata.snapshots} == {
        ref.snapshot_id for ref in table.metadata.refs.values()
    }
    assert everything(lakehouse) == before
    assert table.scan(snapshot_id=kept).count() == len(lakehouse.readings(days[0]))
    load(lakehouse, days, "fourth")
    assert len(everything(lakehouse)) == len(before)


def test_snapshots_of_the_days_that_are_kept_stay(lakehouse: Lakehouse) -> None:
    load(lakehouse, settled_days(1), "first")
    count = len(lakehouse.table().metadata.snapshots)
    assert snapshots.expire(lakehouse.table(), datetime.now(UTC) - timedelta(days=1)) == 0
    assert len(lakehouse.table().metadata.snapshots) == count


def test_files_of_a_dropped_branch_go_once_they_are_old(lakehouse: Lakehouse) -> None:
    days = settled_days(1)
    load(lakehouse, days, "first")
    age(lakehouse)
    catalog = sql_catalog(lakehouse.settings)
    orphans.remove(orphans.orphans(catalog, TABLE, timedelta(days=3)))
    assert len(everything(lakehouse)) == len(lakehouse.readings(days[0]))
    written = set(files(lakehouse))
    table = lakehouse.table()
    table.manage_snapshots().create_branch(
        table.metadata.refs["main"].snapshot_id, "dropped"
    ).commit()
    rows = table.scan().to_arrow()
    table.append(rows, branch="dropped")
    table.manage_snapshots().remove_branch("dropped").commit()
    before = everything(lakehouse)
    snapshots.expire(table, datetime.now(UTC) + timedelta(seconds=1))
    young = orphans.orphans(catalog, TABLE, timedelta(days=3))
    assert {each.path for each in young} <= written
    age(lakehouse)
    found = orphans.orphans(catalog, TABLE, timedelta(days=3))
    assert any(each.path.suffix == ".parquet" for each in found)
    orphans.remove(found)
    assert everything(lakehouse) == before
    assert not orphans.orphans(catalog, TABLE, timedelta(days=3))
    load(lakehouse, days, "second")
    assert everything(lakehouse) == before


def test_many_manifests_become_few(lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "MANIFESTS", 3)
    for run, day in enumerate(settled_days(4)):
        load(lakehouse, [day], f"run-{run}")
    before = everything(lakehouse)
    table = lakehouse.table()
    properties = dict(table.properties)
    count = compaction.manifests(table)
    assert count > 3
    assert compaction.merge_manifests(table) == count - compaction.manifests(lakehouse.table()) > 0
    assert compaction.manifests(lakehouse.table()) == 1
    assert lakehouse.table().properties == properties
    assert everything(lakehouse) == before


def test_a_dry_run_says_what_is_to_be_done_and_changes_nothing(lakehouse: Lakehouse) -> None:
    days = settled_days(2)
    load(lakehouse, days, "first")
    scatter(lakehouse, days[0])
    age(lakehouse)
    before = files(lakehouse), lakehouse.table().metadata_location
    outcome = lakehouse.defs.resolve_job_def("maintain_tables").execute_in_process(
        run_config={"ops": {"keep_tables_small": {"config": {"dry_run": True}}}}
    )
    assert outcome.success
    assert (files(lakehouse), lakehouse.table().metadata_location) == before
    needed = next(each for each in look(lakehouse.settings) if each.table == TABLE)
    assert needed.scattered == 1
    assert needed.words().startswith(f"{TABLE}: 1 partitions of several small files")


def test_the_job_does_what_the_dry_run_said(lakehouse: Lakehouse) -> None:
    days = settled_days(2)
    load(lakehouse, days, "first")
    scatter(lakehouse, days[0])
    before = everything(lakehouse)
    age(lakehouse)
    (needed,) = [each for each in look(lakehouse.settings) if each.table == TABLE]
    outcome = lakehouse.defs.resolve_job_def("maintain_tables").execute_in_process()
    assert outcome.success
    assert everything(lakehouse) == before
    age(lakehouse)
    (left,) = [each for each in look(lakehouse.settings) if each.table == TABLE]
    assert (needed.scattered, left.scattered) == (1, 0)
    assert not {path for path in files(lakehouse) if path.suffix == ".half"}


def test_files_stay_while_a_command_is_at_work_on_them(lakehouse: Lakehouse) -> None:
    load(lakehouse, settled_days(1), "first")
    age(lakehouse)
    before = files(lakehouse)
    with (
        Home(lakehouse.settings.home).locked(lambda: None),
        pytest.raises(BusyError, match="another dagdeck command is at work"),
    ):
        maintain(lakehouse.settings, "upkeep", ignored)
    assert files(lakehouse).keys() >= before.keys()
