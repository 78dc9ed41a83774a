"""The number of rows of each table of a home, by which a backup is checked."""

from __future__ import annotations

from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

CATALOG = "iceberg_tables"


def count_database(connection: psycopg.Connection) -> dict[str, int]:
    """The rows of each table of the database, as the connection's transaction sees it."""
    tables = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
    ).fetchall()
    rows = {}
    for schema, name in tables:
        counted = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, name))
        (count,) = connection.execute(counted).fetchone() or (0,)
        rows[f"postgres {schema}.{name}"] = int(count)
    return rows


def count_lake(connection: psycopg.Connection) -> dict[str, int]:
    """The rows of `main` and each branch of each raw table, at the snapshots that the catalog names."""
    from pyiceberg.table import StaticTable

    if connection.execute("SELECT to_regclass(%s)", [CATALOG]).fetchone() == (None,):
        return {}
    rows = {}
    wanted = f"SELECT table_namespace, table_name, metadata_location FROM {CATALOG}"
    for namespace, name, location in connection.execute(wanted).fetchall():
        table = StaticTable.from_metadata(location)
        for branch in table.metadata.refs:
            scan = table.scan().use_ref(branch)
            rows[f"lake {namespace}.{name} {branch}"] = scan.count()
    return rows


def count_warehouse(file: Path) -> dict[str, int]:
    """The rows of each table of the DuckDB file."""
    with duckdb.connect(file, read_only=True, config={"threads": 1}) as connection:
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1, 2"
        ).fetchall()
        return {
            f"warehouse {schema}.{name}": _count(connection, schema, name)
            for schema, name in tables
        }


def _count(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> int:
    (count,) = connection.execute(f'SELECT count(*) FROM "{schema}"."{name}"').fetchone() or (0,)
    return int(count)
