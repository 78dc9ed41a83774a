"""Dagster resources: each reads the one settings class when used, so no secret is in run config."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb
    import psycopg
    from pyiceberg.catalog.sql import SqlCatalog


LOCK_SECONDS = 60.0
"""How long a reader waits for a writer that no pool kept away, such as a person's own session."""


class Lake(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The Iceberg catalog of the raw layer."""

    def settings(self) -> Settings:
        return Settings()

    def catalog(self) -> SqlCatalog:
        from pipelines.resources.lake import load_catalog

        return load_catalog(self.settings())


class Warehouse(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The DuckDB database of bronze, silver and gold, read only: dbt is its one writer."""

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in UTC with one thread, so that sums are added in one order."""
        with _connected(Settings().duckdb_path) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection


def _connected(path: Path) -> duckdb.DuckDBPyConnection:
    import duckdb

    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return duckdb.connect(path, read_only=True, config={"threads": 1})
        except duckdb.IOException as error:
            if "lock" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


class Postgres(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The database the marts are published to."""

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """A connection in one transaction: committed at the end, rolled back on an error."""
        import psycopg

        with psycopg.connect(Settings().database_url) as connection:
            yield connection
