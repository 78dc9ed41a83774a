"""Raw tables whose files were moved are found again, with every snapshot and branch."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import fastavro
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table

from pipelines.raw.description import RawTable
from pipelines.raw.iceberg import raw_table, stored_rows
from pipelines.raw.publish import merge
from pipelines.raw.relocate import LostTableError, moved_tables, path_of, relocate
from pipelines.resources.lake import sql_catalog
from pipelines.settings import Settings

DAYS = [date(2026, 1, 5) + timedelta(days=number) for number in range(4)]
TABLE = RawTable(
    name="moving",
    key="id",
    moment="at",
    expected=0,
    kinds={"id": "text", "at": "timestamp", "value": "bigint"},
    as_moment=lambda moment: moment,
    audited=("id", "value"),
    faults=lambda rows, _day, _at: ["negative" for row in rows if row["value"] < 0],
)


@pytest.fixture
def settings(lakehouse_settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Of a home of its own, whose tables are in the session's Postgres."""
    settings = Settings(home=tmp_path / "first", postgres_url=lakehouse_settings.database_url)
    yield settings
    with suppress(NoSuchTableError):
        sql_catalog(settings).drop_table(TABLE.identifier)


def fill(settings: Settings, days: list[date], value: int = 1) -> None:
    catalog = sql_catalog(settings)
    for day in days:
        moment = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        record = {"id": str(day), "at": moment, "value": value}
        row = TABLE.as_row(record, settings.zone, moment, "run")
        merge(catalog, TABLE, [row], f"run-{day}")


def state(table: Table) -> dict[str, Any]:
    """All that can be read of a table: rows of each snapshot, branches, history."""
    return {
        "snapshots": {
            snapshot.snapshot_id: table.scan(snapshot_id=snapshot.snapshot_id)
            .to_arrow()
            .to_pylist()
            for snapshot in table.snapshots()
        },
        "refs": {name: ref.snapshot_id for name, ref in table.metadata.refs.items()},
        "history": [(entry.snapshot_id, entry.timestamp_ms) for entry in table.history()],
        "files": table.inspect.files().select(["record_count", "file_size_in_bytes"]).to_pylist(),
        "sequence": [snapshot.sequence_number for snapshot in table.snapshots()],
    }


def moved_to(settings: Settings, home: Path) -> Settings:
    settings.home.rename(home)
    return Settings(home=home, postgres_url=settings.postgres_url)


def found_again(settings: Settings) -> SqlCatalog:
    catalog = sql_catalog(settings)
    for moved in moved_tables(catalog):
        relocate(catalog, moved)
    return catalog


def test_all_of_a_moved_table_is_as_it_was_and_is_written_on(
    settings: Settings, tmp_path: Path
) -> None:
    fill(settings, DAYS[:2])
    fill(settings, DAYS[1:2], value=5)
    fill(settings, DAYS[2:3], value=-1)
    before = state(sql_catalog(settings).load_table(TABLE.identifier))
    moved = moved_to(settings, tmp_path / "second")
    with pytest.raises(FileNotFoundError):
        sql_catalog(moved).load_table(TABLE.identifier)
    catalog = found_again(moved)
    table = catalog.load_table(TABLE.identifier)
    assert state(table) == before
    assert f"failed-{DAYS[2]}" in before["refs"]
    assert moved_tables(catalog) == []
    assert str(settings.home) not in path_of(table.metadata_location).read_text()
    assert all(str(moved.home) in name for name in table.inspect.files()["file_path"].to_pylist())
    fill(moved, DAYS[3:])
    fill(moved, DAYS[:1], value=7)
    rows = {row["id"]: row["value"] for row in stored_rows(raw_table(catalog, TABLE), [])}
    assert rows == {str(DAYS[0]): 7, str(DAYS[1]): 5, str(DAYS[3]): 1}


def test_a_home_is_moved_twice_and_back(settings: Settings, tmp_path: Path) -> None:
    fill(settings, DAYS[:2])
    before = state(sql_catalog(settings).load_table(TABLE.identifier))
    second = moved_to(settings, tmp_path / "second")
    found_again(second)
    fill(second, DAYS[2:3])
    fill(second, DAYS[2:3], value=-1)
    first = moved_to(second, tmp_path / "first")
    after = state(found_again(first).load_table(TABLE.identifier))
    assert {key: after["snapshots"][key] for key in before["snapshots"]} == before["snapshots"]
    fill(first, DAYS[3:])


def test_an_interrupted_move_starts_again_and_changes_nothing_before_its_end(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(settings, DAYS)
    before = state(sql_catalog(settings).load_table(TABLE.identifier))
    moved = moved_to(settings, tmp_path / "second")
    wrote = fastavro.writer
    for left in range(4):
        countdown = iter(range(left))

        def killed(*arguments: Any, _countdown: Iterator[int] = countdown, **named: Any) -> None:
            if next(_countdown, None) is None:
                raise KeyboardInterrupt
            wrote(*arguments, **named)

        with monkeypatch.context() as patched:
            patched.setattr(fastavro, "writer", killed)
            with pytest.raises(KeyboardInterrupt):
                found_again(moved)
        # The home can still be put back.
        back = moved_to(moved, settings.home)
        assert state(sql_catalog(back).load_table(TABLE.identifier)) == before
        moved_to(back, moved.home)
    assert state(found_again(moved).load_table(TABLE.identifier)) == before


def test_a_move_keeps_the_metadata_of_iceberg_files(settings: Settings, tmp_path: Path) -> None:
    fill(settings, DAYS[:1])
    moved = moved_to(settings, tmp_path / "second")
    folder = moved.warehouse_path / "raw" / "moving" / "metadata"
    before = set(folder.glob("*.avro"))
    found_again(moved)
    written = set(folder.glob("*.avro")) - before
    assert headers(written) == headers(before)


def headers(files: set[Path]) -> list[str]:
    """The Avro schemas, field ids included, and the metadata, of each kind of file."""
    found = []
    for path in files:
        with path.open("rb") as file:
            reader = fastavro.reader(file)
            kept = dict(reader.metadata)
            ids = kept.pop("avro.schema").count("field-id")
            found.append(f"{sorted(kept.items())}, {ids} field ids")
    return sorted(found)


def test_a_table_of_another_home_is_left_alone_and_a_lost_one_is_told(
    settings: Settings, tmp_path: Path
) -> None:
    fill(settings, DAYS[:1])
    other = Settings(home=tmp_path / "other", postgres_url=settings.postgres_url)
    assert moved_tables(sql_catalog(other)) == []
    shutil.move(settings.home / "lake", tmp_path / "away")
    with pytest.raises(LostTableError, match=r"the files of raw\.moving are neither in"):
        moved_tables(sql_catalog(other))
