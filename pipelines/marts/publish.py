"""Publishing a table to Postgres: whole, typed, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import Connection, sql

from pipelines.failures import ToldError
from pipelines.marts.columns import SCHEMA, follow

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

POSTGRES_TYPES = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double precision",
    "INTEGER": "integer",
    "VARCHAR": "text",
}
"""Postgres' type for each of DuckDB's that a mart may have."""


class NothingToPublishError(ToldError):
    """The mart's query gave no rows; the published table stays as it is."""


@dataclass(frozen=True)
class MartTable:
    """The rows of a mart with the names and Postgres types of its columns."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: Sequence[tuple[Any, ...]]


def compute(connection: DuckDBPyConnection, name: str, query: str) -> MartTable:
    """Runs the mart's query; raises NothingToPublishError where it gives no row."""
    result = connection.execute(query)
    columns = tuple((column[0], POSTGRES_TYPES[str(column[1])]) for column in result.description)
    rows = result.fetchall()
    if not rows:
        raise NothingToPublishError(f"{SCHEMA}.{name} is kept as it was: its source has no rows")
    return MartTable(name, columns, rows)


def publish(connection: Connection, mart: MartTable) -> int:
    """Replaces the published rows within the caller's transaction; how many there are now.

    Readers see the rows of before until the commit, and wait only where columns change. Raises
    MartRefusedError where somebody's view stands on a column that goes or changes.
    """
    table = sql.Identifier(SCHEMA, mart.name)
    lock_schema(connection)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
    follow(connection, mart.name, mart.columns)
    connection.execute(sql.SQL("DELETE FROM {}").format(table))
    _copy(connection, table, mart)
    return len(mart.rows)


def lock_schema(connection: Connection) -> None:
    """Locks until the transaction ends, for two that make the schema at once would fail each other."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('dagdeck.marts'))")


def _copy(connection: Connection, table: sql.Identifier, mart: MartTable) -> None:
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in mart.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, names)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in mart.rows:
            copy.write_row(row)
