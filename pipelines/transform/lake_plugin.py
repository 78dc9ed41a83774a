"""The dbt-duckdb plugin: the run's days as session variables, and their raw rows from Iceberg."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import SourceConfig
from duckdb import DuckDBPyConnection
from pyiceberg.expressions import And, EqualTo, GreaterThanOrEqual, LessThanOrEqual

from pipelines.raw.quarantine import IDENTIFIER, SOURCE, quarantine_table
from pipelines.resources.lake import load_catalog
from pipelines.settings import Settings
from pipelines.transform.environment import WINDOW_END, WINDOW_START


def window() -> tuple[date, date]:
    """The first and last day of the run, both included; today where none was given."""
    today = datetime.now(UTC).date().isoformat()
    start = os.environ.get(WINDOW_START, today)
    return date.fromisoformat(start), date.fromisoformat(os.environ.get(WINDOW_END, start))


class Plugin(BasePlugin):
    """Serves the models' `window_start`, `window_end` and `zone`, and sources with `plugin: lake`."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:  # noqa: ARG002 - dbt gives it
        self._settings = Settings()

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Sets the variables on a cursor, for each cursor is a connection of its own."""
        start, end = window()
        cursor.execute("SET TimeZone = 'UTC'")
        cursor.execute(f"SET VARIABLE window_start = DATE '{start}'")
        cursor.execute(f"SET VARIABLE window_end = DATE '{end}'")
        cursor.execute(f"SET VARIABLE zone = '{self._settings.timezone}'")
        device = (self._settings.nightscout_device or "").replace("'", "''")
        cursor.execute(f"SET VARIABLE preferred_device = '{device}'")

    def load(self, source_config: SourceConfig) -> pa.Table:
        """The source's rows for the run's days."""
        start, end = window()
        day = source_config["day_column"]
        catalog, name = load_catalog(self._settings), source_config["iceberg_table"]
        table = quarantine_table(catalog) if name == IDENTIFIER else catalog.load_table(name)
        wanted = And(
            GreaterThanOrEqual(term=day, value=start), LessThanOrEqual(term=day, value=end)
        )
        if source := source_config.get("set_apart_of"):
            wanted = And(wanted, EqualTo(term=SOURCE, value=source))
        return table.scan(row_filter=wanted).to_arrow()
