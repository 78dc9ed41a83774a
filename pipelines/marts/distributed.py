"""What the marts of the distributed profile are computed from: gold and silver of Nessie's `main`.

Trino has no exact percentile, so that the marts are DuckDB's on either profile: by one query, with
the same figures.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import AlwaysTrue, BooleanExpression, GreaterThan

from pipelines.resources.lake import load_catalog

if TYPE_CHECKING:
    from pipelines.settings import Settings

LONGEST = timedelta(days=90)
"""The longest window of a mart."""
TABLES = {
    "gold.fct_daily_glucose_metrics": None,
    "gold.fct_daily_github_metrics": None,
    "silver.fct_glucose_readings": ("gold.fct_daily_glucose_metrics", "reading_date"),
    "silver.fct_github_user_events": ("gold.fct_daily_github_metrics", "event_date"),
}
"""Each table that a mart reads; of those with rows of a moment the days, and where the newest is."""


def read_tables(settings: Settings) -> duckdb.DuckDBPyConnection:
    """A database in memory with these tables, to be closed by the caller; one not yet made is left out."""
    catalog = load_catalog(settings)
    connection = duckdb.connect(config={"threads": 1})
    for schema in ("gold", "silver"):
        connection.execute(f"CREATE SCHEMA {schema}")
    for name, days in TABLES.items():
        try:
            table = catalog.load_table(name)
        except NoSuchTableError:
            continue
        wanted = _since(connection, days) if days else AlwaysTrue()
        rows = table.scan(row_filter=wanted).to_arrow()
        connection.register("read", rows)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read")
        connection.unregister("read")
    return connection


def _since(connection: duckdb.DuckDBPyConnection, days: tuple[str, str]) -> BooleanExpression:
    gold, column = days
    rows: Any = connection.execute(f"SELECT max({column}) FROM {gold}").fetchall()
    newest = rows[0][0]
    return GreaterThan(term=column, value=newest - LONGEST) if newest else AlwaysTrue()
