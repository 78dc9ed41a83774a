"""A mart whose columns change keeps what readers built on it, or stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from pipelines.marts import columns
from pipelines.marts.columns import MartRefusedError
from pipelines.marts.publish import MartTable, publish
from pipelines.settings import Settings

BEFORE = (("day", "date"), ("total", "bigint"), ("name", "text"))
ROW = ("2026-01-05", 3, "Monday")


@pytest.fixture
def database(lakehouse_settings: Settings) -> Iterator[psycopg.Connection]:
    """A database with the mart `mrt_sample` published by an older release."""
    url = lakehouse_settings.database_url
    with psycopg.connect(url, autocommit=True) as connection:
        publish_in(connection, MartTable("mrt_sample", BEFORE, [ROW]))
        yield connection
        connection.execute("DROP TABLE marts.mrt_sample CASCADE")
        connection.execute("DROP ROLE IF EXISTS sample_reader")


def publish_in(connection: psycopg.Connection, mart: MartTable) -> None:
    with connection.transaction():
        publish(connection, mart)


def rows(connection: psycopg.Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def names(connection: psycopg.Connection) -> list[str]:
    found = connection.execute("SELECT * FROM marts.mrt_sample LIMIT 0").description
    return [column.name for column in found or []]


def test_a_new_column_comes_last_and_views_grants_and_comments_stay(
    database: psycopg.Connection,
) -> None:
    database.execute("CREATE ROLE sample_reader")
    database.execute(
        "CREATE VIEW marts.report AS SELECT day, total * 2 AS double FROM marts.mrt_sample"
    )
    database.execute("GRANT SELECT ON marts.mrt_sample TO sample_reader")
    database.execute("COMMENT ON COLUMN marts.mrt_sample.total IS 'readings'")
    wider = (("day", "date"), ("share", "double precision"), *BEFORE[1:])
    publish_in(database, MartTable("mrt_sample", wider, [("2026-01-05", 0.5, 4, "Monday")]))
    assert names(database) == ["day", "total", "name", "share"]
    assert rows(database, "SELECT total, share FROM marts.mrt_sample") == [(4, 0.5)]
    assert rows(database, "SELECT double FROM marts.report") == [(8,)]
    granted = "SELECT has_column_privilege('sample_reader', 'marts.mrt_sample', 'share', 'SELECT')"
    assert rows(database, granted) == [(True,)]
    commented = "SELECT col_description('marts.mrt_sample'::regclass, 2)"
    assert rows(database, commented) == [("readings",)]
    database.execute("REVOKE ALL ON marts.mrt_sample FROM sample_reader")


def test_a_column_that_nothing_stands_on_goes_and_changes_its_type(
    database: psycopg.Connection,
) -> None:
    database.execute("CREATE VIEW marts.report AS SELECT day FROM marts.mrt_sample")
    narrower = (("day", "date"), ("total", "double precision"))
    publish_in(database, MartTable("mrt_sample", narrower, [("2026-01-06", 1.5)]))
    assert names(database) == ["day", "total"]
    assert rows(database, "SELECT total FROM marts.mrt_sample") == [(1.5,)]
    assert len(rows(database, "SELECT day FROM marts.report")) == 1


@pytest.mark.parametrize(
    ("wanted", "row", "said"),
    [
        (BEFORE[:2], ROW[:2], "column name goes"),
        (
            (*BEFORE[:2], ("name", "bigint")),
            ("2026-01-05", 3, 1),
            "column name becomes bigint from text",
        ),
    ],
)
def test_a_column_that_a_view_stands_on_is_not_dropped_and_the_view_is_named(
    database: psycopg.Connection, wanted: tuple[tuple[str, str], ...], row: Any, said: str
) -> None:
    database.execute("CREATE VIEW marts.names_report AS SELECT name FROM marts.mrt_sample")
    with pytest.raises(MartRefusedError, match=said) as refused:
        publish_in(database, MartTable("mrt_sample", wanted, [row]))
    assert "names_report" in str(refused.value)
    assert "marts.mrt_sample is kept as it was" in str(refused.value)
    assert rows(database, "SELECT total, name FROM marts.mrt_sample") == [(3, "Monday")]
    database.execute("DROP VIEW marts.names_report")
    publish_in(database, MartTable("mrt_sample", wanted, [row]))
    assert names(database) == [name for name, _ in wanted]


def test_a_reader_that_holds_the_mart_open_is_said_and_holds_up_no_other_for_long(
    database: psycopg.Connection, lakehouse_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "LOCK_SECONDS", 1)
    wider = (*BEFORE, ("share", "double precision"))
    with psycopg.connect(lakehouse_settings.database_url) as reader:
        reader.execute("SELECT * FROM marts.mrt_sample")
        publish_in(database, MartTable("mrt_sample", BEFORE, [ROW]))
        with pytest.raises(MartRefusedError, match="a reader's open transaction"):
            publish_in(database, MartTable("mrt_sample", wider, [(*ROW, 0.5)]))
    assert names(database) == ["day", "total", "name"]
