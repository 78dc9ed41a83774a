"""A raw table that an older description made is written and read by a newer one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table
from pyiceberg.types import IntegerType, LongType

from pipelines.raw import evolve as evolution
from pipelines.raw import iceberg
from pipelines.raw.description import DAY, Kind, RawTable, Row
from pipelines.raw.evolve import NarrowedError, evolve
from pipelines.raw.iceberg import raw_table, schema, stored_rows
from pipelines.raw.publish import Merge, last_written, merge
from pipelines.resources.lake import sql_catalog
from pipelines.settings import Settings

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
AT = datetime(2026, 1, 7, tzinfo=UTC)
OLD: dict[str, Kind] = {"id": "text", "at": "timestamp", "value": "bigint"}
NEW: dict[str, Kind] = {**OLD, "note": "text", "weight": "double"}


def described(kinds: Mapping[str, Kind]) -> RawTable:
    return RawTable(
        name="evolving",
        key="id",
        moment="at",
        expected=0,
        kinds=kinds,
        as_moment=lambda moment: moment,
        audited=("id", "value", *kinds.keys() & {"note"}),
        faults=lambda rows, day, _at: [
            f"{row['id']} is negative" for row in rows if row[DAY] == day and row["value"] < 0
        ],
    )


@pytest.fixture
def catalog(lakehouse_settings: Settings) -> Iterator[SqlCatalog]:
    catalog = sql_catalog(lakehouse_settings)
    yield catalog
    with suppress(NoSuchTableError):
        catalog.purge_table("raw.evolving")


def write(catalog: SqlCatalog, table: RawTable, day: date, run: str, **record: Any) -> Merge:
    """Merges one row of the day."""
    record = {"id": str(day), "at": datetime(day.year, day.month, day.day, 9, tzinfo=UTC)} | record
    row = table.as_row(record, Settings().zone, AT, run)
    return merge(catalog, table, [row], run)


def only(rows: list[Row], day: date) -> Row:
    (row,) = [row for row in rows if row[DAY] == day]
    return row


def columns(table: Table) -> list[str]:
    return [field.name for field in table.schema().fields]


def test_a_column_that_is_new_is_added_and_rows_of_before_stay(catalog: SqlCatalog) -> None:
    write(catalog, described(OLD), MONDAY, "old", value=1)
    done = write(catalog, described(NEW), TUESDAY, "new", value=2, note="more", weight=1.5)
    assert done.days[TUESDAY].inserted == 1
    rows = stored_rows(raw_table(catalog, described(NEW)), [])
    assert (only(rows, MONDAY)["value"], only(rows, MONDAY)["note"]) == (1, None)
    assert (only(rows, TUESDAY)["note"], only(rows, TUESDAY)["weight"]) == ("more", 1.5)


def test_a_row_of_before_is_read_with_the_new_column_before_anything_is_written(
    catalog: SqlCatalog,
) -> None:
    write(catalog, described(OLD), MONDAY, "old", value=1)
    table = raw_table(catalog, described(NEW))
    assert only(stored_rows(table, [MONDAY]), MONDAY)["note"] is None
    assert only(stored_rows(table, [MONDAY], ("note", DAY)), MONDAY) == {"note": None, DAY: MONDAY}


def test_a_day_that_an_older_release_held_back_is_read_with_the_new_columns(
    catalog: SqlCatalog,
) -> None:
    write(catalog, described(OLD), MONDAY, "old", value=-1)
    table = raw_table(catalog, described(NEW))
    written = last_written(table, described(NEW), [MONDAY])
    assert written.held == {MONDAY: f"failed-{MONDAY}"}
    assert only(list(written.rows), MONDAY)["note"] is None
    write(catalog, described(NEW), MONDAY, "new", value=1, note="mended")
    table = raw_table(catalog, described(NEW))
    assert only(stored_rows(table, [MONDAY]), MONDAY)["note"] == "mended"
    assert set(table.metadata.refs) == {"main"}


def test_an_older_release_drops_no_column_and_empties_none_that_it_does_not_change(
    catalog: SqlCatalog,
) -> None:
    write(catalog, described(NEW), MONDAY, "new", value=1, note="kept")
    write(catalog, described(OLD), TUESDAY, "old", value=2)
    rows = stored_rows(raw_table(catalog, described(NEW)), [])
    assert only(rows, MONDAY)["note"] == "kept"
    assert only(rows, TUESDAY)["note"] is None


def test_a_required_column_that_is_described_no_more_may_be_empty(catalog: SqlCatalog) -> None:
    other: dict[str, Kind] = {"number": "text", **OLD}
    before = replace(described(other), key="number")
    merge(catalog, before, [before.as_row(_numbered("1"), Settings().zone, AT, "old")], "old")
    write(catalog, described(OLD), TUESDAY, "new", value=2)
    rows = stored_rows(raw_table(catalog, described(OLD)), [])
    assert (only(rows, MONDAY)["number"], only(rows, TUESDAY)["number"]) == ("1", None)


def _numbered(number: str) -> dict[str, Any]:
    return {"number": number, "id": "a", "value": 1, "at": datetime(2026, 1, 5, 9, tzinfo=UTC)}


def test_a_type_is_widened_and_what_is_stored_is_read_by_it(
    catalog: SqlCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as narrow:
        narrow.setitem(iceberg.ICEBERG_TYPES, "bigint", IntegerType())
        write(catalog, described(OLD), MONDAY, "old", value=7)
    write(catalog, described(OLD), TUESDAY, "new", value=2**40)
    table = raw_table(catalog, described(OLD))
    assert table.schema().find_type("value") == LongType()
    rows = stored_rows(table, [])
    assert (only(rows, MONDAY)["value"], only(rows, TUESDAY)["value"]) == (7, 2**40)


def test_a_type_that_would_lose_values_is_refused_and_nothing_is_changed(
    catalog: SqlCatalog,
) -> None:
    write(catalog, described(OLD), MONDAY, "old", value=1)
    narrowed: dict[str, Kind] = {**NEW, "value": "text"}
    with pytest.raises(NarrowedError, match="column value is long and can't become string"):
        raw_table(catalog, described(narrowed))
    written = [*OLD, DAY, "ingested_at", "ingested_by"]
    assert [
        name for name in columns(catalog.load_table("raw.evolving")) if name in written
    ] == written


def test_two_that_add_the_same_column_at_once_both_go_on(
    catalog: SqlCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(catalog, described(OLD), MONDAY, "old", value=1)
    slow = catalog.load_table("raw.evolving")
    added = evolution._added
    overtaken: list[str] = []

    def overtaking(field: Any) -> Any:
        monkeypatch.setattr(evolution, "_added", added)
        overtaken.extend(evolve(catalog.load_table("raw.evolving"), schema(described(NEW))))
        return added(field)

    monkeypatch.setattr(evolution, "_added", overtaking)
    assert evolve(slow, schema(described(NEW))) == []
    assert overtaken == ["column note (string) is added", "column weight (double) is added"]
    assert columns(slow).count("note") == 1
