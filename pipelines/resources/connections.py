"""Dagster resources: each reads the one settings class when used, so no secret is in run config."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import dagster as dg

from pipelines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    import duckdb
    import psycopg
    import trino

    from pipelines.operations.alerts.alert import Alert
    from pipelines.operations.alerts.outbox import Delivered
    from pipelines.operations.alerts.receivers import Send
    from pipelines.raw.address import Address
    from pipelines.raw.http import Asker
    from pipelines.resources.lake import LakeCatalog


LOCK_SECONDS = 60.0
"""A reader waits this long for a writer that no pool kept away, such as a person's own session."""

DELIVERY_SECONDS = 20.0
"""A sensor is given 60 seconds, of which the last alert may take two thirds."""


class Lake(dg.ConfigurableResource[Any]):
    """The Iceberg catalog of the raw layer."""

    def settings(self) -> Settings:
        return Settings()

    def catalog(self) -> LakeCatalog:
        from pipelines.resources.lake import load_catalog

        return load_catalog(self.settings())


class Warehouse(dg.ConfigurableResource[Any]):
    """The DuckDB database of bronze, silver and gold, read only: dbt is its one writer."""

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in UTC with one thread, so that sums are added in one order.

        The variable `zone` is the deployment's time zone. Of the distributed profile it holds the
        tables of gold and silver as Nessie's `main` has them, as far back as a mart looks.
        """
        with _of_profile(Settings()) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"SET VARIABLE zone = '{Settings().timezone}'")
            yield connection


def _of_profile(settings: Settings) -> duckdb.DuckDBPyConnection:
    if settings.lakehouse == "stack":
        from pipelines.marts.distributed import read_tables

        return read_tables(settings)
    return _connected(settings.duckdb_path)


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


class Postgres(dg.ConfigurableResource[Any]):
    """The database the marts are published to, and that keeps the alerts."""

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """A connection in one transaction: committed at the end, rolled back on an error."""
        import psycopg

        with psycopg.connect(Settings().database_url) as connection:
            yield connection


class Trino(dg.ConfigurableResource[Any]):
    """The query engine of the distributed profile; nothing is asked of it before a query is."""

    @contextmanager
    def connect(self) -> Iterator[trino.dbapi.Connection]:
        """A connection to the catalog of the lake, in UTC; raises trino's own errors."""
        with self.connected(Settings(), Settings().trino_catalog) as connection:
            yield connection

    @staticmethod
    @contextmanager
    def connected(settings: Settings, catalog: str | None) -> Iterator[trino.dbapi.Connection]:
        """The same with other settings, to a catalog or to none."""
        from trino.dbapi import connect

        url = urlsplit(settings.trino_url)
        with connect(
            host=url.hostname,
            port=url.port or (443 if url.scheme == "https" else 80),
            http_scheme=url.scheme,
            user=settings.trino_user,
            catalog=catalog,
            timezone="UTC",
            request_timeout=settings.http_timeout_seconds,
            max_attempts=settings.http_attempts,
        ) as connection:
            yield connection


class Http(dg.ConfigurableResource[Any]):
    """HTTP, for what is asked of a source once and needs no pipeline."""

    def asker(self, name: str, address: Address) -> Asker:
        """Asks the server of that name; to be used in a `with` block."""
        from pipelines.raw.http import Asker

        return Asker(name, address, Settings())


class Alerts(dg.ConfigurableResource[Any]):
    """The receivers of alerts, and the outbox in Postgres that none is lost from."""

    def receivers(self) -> Mapping[str, Send]:
        """The function that sends to each receiver that is set."""
        from pipelines.operations.alerts.receivers import receivers

        return receivers(Settings())

    def keep(self, alert: Alert, window: timedelta) -> bool:
        """Whether the alert is to be sent: it is new, and none of its cause was sent within the window."""
        from pipelines.operations.alerts.outbox import keep

        with Postgres().transaction() as connection:
            return keep(connection, alert, window, self.receivers())

    def deliver(self) -> Delivered:
        """Tells what is due, in less time than a sensor is given."""
        from pipelines.operations.alerts.outbox import deliver, prepare

        with Postgres().transaction() as connection:
            prepare(connection)
        attempts = Settings().alert_attempts
        return deliver(Postgres().transaction, self.receivers(), attempts, DELIVERY_SECONDS)
