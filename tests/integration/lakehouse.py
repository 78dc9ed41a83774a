"""A lakehouse of its own for tests: real Postgres, stand-in, Iceberg, DuckDB and dbt."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb
import httpx
import psycopg
from dagster_shared.serdes import serialize_value

from pipelines.github.columns import GITHUB_USER_EVENTS
from pipelines.nightscout.columns import GLUCOSE_ENTRIES
from pipelines.partitions import PARTITION_TAG, RANGE_END_TAG, RANGE_START_TAG, day_window
from pipelines.standin.days import is_without_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyiceberg.table import Table

    from pipelines.raw.description import RawTable, Row
    from pipelines.settings import Settings

RECENT = datetime.now(UTC).date()
"""Today; days before yesterday are settled, their late and corrected readings having come."""
DBT = [
    "stg_glucose_entries",
    "stg_glucose_entries_rejected",
    "fct_glucose_readings",
    "fct_glucose_duplicates",
    "dim_date",
    "fct_daily_glucose_metrics",
    "mrt_glucose_readings",
]
GITHUB_DBT = [
    "stg_github_user_events",
    "fct_github_user_events",
    "fct_daily_github_metrics",
]
INGEST = ["dlt_glucose_entries"]
GITHUB_TABLES = {
    "bronze.stg_github_user_events": "* exclude (ingested_at, ingested_by)",
    "silver.fct_github_user_events": "*",
    "gold.dim_date": "*",
    "gold.fct_daily_github_metrics": "*",
}
MARTS = (
    "mrt_glucose_overview",
    "mrt_glucose_hourly_patterns",
    "mrt_glucose_windows",
    "mrt_glucose_agp",
    "mrt_glucose_episodes",
)
GITHUB_MARTS = ("mrt_github_activity_overview",)
TABLES = {
    "bronze.stg_glucose_entries": "* exclude (ingested_at, ingested_by)",
    "bronze.stg_glucose_entries_rejected": "*",
    "silver.fct_glucose_readings": "*",
    "silver.fct_glucose_duplicates": "*",
    "gold.dim_date": "*",
    "gold.fct_daily_glucose_metrics": "*",
    "gold.mrt_glucose_readings": "*",
}


def settled_days(count: int) -> list[date]:
    """The last days in a row that all have data, and that nothing will change any more."""
    newest = RECENT - timedelta(days=3)
    while True:
        days = [newest - timedelta(days=i) for i in range(count - 1, -1, -1)]
        if not any(is_without_data(day) for day in days):
            return days
        newest -= timedelta(days=1)


def days_around_an_empty_one() -> list[date]:
    """Nine settled days; the fifth has no readings."""
    empty = RECENT - timedelta(days=7)
    while not is_without_data(empty):
        empty -= timedelta(days=1)
    return [empty + timedelta(days=i) for i in range(-4, 5)]


@dataclass(frozen=True)
class Outcome:
    """What a run did, read from its events."""

    result: dg.ExecuteInProcessResult
    log: str
    """Everything the run wrote into Dagster's event log."""

    @property
    def success(self) -> bool:
        return self.result.success

    def why(self) -> str:
        """What failed, steps and checks, in words."""
        failed = [e.step_key or "" for e in self.result.all_events if e.is_step_failure]
        words = [self.error(step)[:1500] for step in failed]
        checks = self.result.get_asset_check_evaluations()
        return "\n".join(
            [*words, *(f"{c.check_name}: {c.metadata}" for c in checks if not c.passed)]
        )

    def metadata(self, asset: str, day: date | None = None) -> dict[str, Any]:
        """The metadata of an asset's materialization (of one partition)."""
        key = dg.AssetKey(asset)
        wanted = day.isoformat() if day else None
        for event in self.result.get_asset_materialization_events():
            if event.asset_key == key and event.partition == wanted:
                materialization = event.step_materialization_data.materialization
                return {name: value.value for name, value in materialization.metadata.items()}
        raise AssertionError(f"{asset} was not materialized for {wanted}")

    def partitions(self, asset: str) -> list[str | None]:
        events = self.result.get_asset_materialization_events()
        return [event.partition for event in events if event.asset_key == dg.AssetKey(asset)]

    def checks(self) -> dict[str, bool]:
        return {
            check.check_name: check.passed for check in self.result.get_asset_check_evaluations()
        }

    def error(self, step: str) -> str:
        """The failed step's error in words, with its causes."""
        failed = next(e for e in self.result.all_events if e.is_step_failure and e.step_key == step)
        data = failed.step_failure_data
        words = [data.user_failure_data.description or ""] if data.user_failure_data else []
        return "\n".join([*words, data.error.to_string() if data.error else ""])


class Lakehouse:
    """Runs the chain and reads what it made."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.http = httpx.Client(base_url=settings.nightscout_url, timeout=30)

    @cached_property
    def defs(self) -> dg.Definitions:
        from pipelines.definitions import defs

        return defs

    def run(
        self, first: date, last: date | None = None, assets: Sequence[str] | None = None
    ) -> Outcome:
        """One run of the chain, or of some of its assets, for a range of days."""
        tags = {RANGE_START_TAG: str(first), RANGE_END_TAG: str(last)}
        return self._execute("glucose_chain", tags if last else {PARTITION_TAG: str(first)}, assets)

    def run_github(
        self, first: date, last: date | None = None, assets: Sequence[str] | None = None
    ) -> Outcome:
        """One run of GitHub's chain, or of some of its assets, for a range of days."""
        tags = {RANGE_START_TAG: str(first), RANGE_END_TAG: str(last)}
        return self._execute("github_chain", tags if last else {PARTITION_TAG: str(first)}, assets)

    def run_both(self, day: date) -> Outcome:
        """One run of every partitioned asset."""
        names = ["dlt_glucose_entries", *DBT, "dlt_github_user_events", *GITHUB_DBT]
        return self._execute("__ASSET_JOB", {PARTITION_TAG: str(day)}, names)

    def publish(self) -> Outcome:
        return self._execute("glucose_marts", {}, None)

    def _execute(self, job: str, tags: dict[str, str], assets: Sequence[str] | None) -> Outcome:
        with dg.DagsterInstance.ephemeral() as instance:
            result = self.defs.resolve_job_def(job).execute_in_process(
                instance=instance,
                tags=tags,
                raise_on_error=False,
                asset_selection=[dg.AssetKey(name) for name in assets] if assets else None,
            )
            logged = instance.all_logs(result.run_id)
            return Outcome(result, "\n".join(map(serialize_value, logged)))

    def readings(self, day: date) -> list[dict[str, Any]]:
        """The stand-in's readings of a day of the deployment's zone."""
        first, last = day_window(day, self.settings.zone).milliseconds
        window = {"find[date][$gte]": first, "find[date][$lte]": last, "count": 100_000}
        answer = self.http.get("/api/v1/entries.json", params=window).raise_for_status()
        entries: list[dict[str, Any]] = answer.json()
        return entries

    def correct(self, entry_id: str, sgv: int | None) -> None:
        body = {"_id": entry_id, "sgv": sgv}
        self.http.post("/standin/corrections", json=body).raise_for_status()

    @contextmanager
    def wrong(self, reading: Mapping[str, Any], sgv: int | None) -> Iterator[None]:
        """The source has another value for the reading, or none, as long as the block lasts."""
        self.correct(reading["_id"], sgv)
        try:
            yield
        finally:
            self.correct(reading["_id"], reading["sgv"])

    @contextmanager
    def spoiled(self, day: date) -> Iterator[list[dict[str, Any]]]:
        """The source has values below any meter's for 20 readings of the day, which are given."""
        readings = self.readings(day)[20:40]
        for reading in readings:
            self.correct(reading["_id"], 15)
        try:
            yield readings
        finally:
            for reading in readings:
                self.correct(reading["_id"], reading["sgv"])

    def quarantine(self, source: str = "glucose_entries") -> list[Row]:
        """What is set apart of a source."""
        from pipelines.raw.quarantine import quarantine_table, set_apart_rows
        from pipelines.resources.lake import load_catalog

        return set_apart_rows(quarantine_table(load_catalog(self.settings)), source, ())

    def events(self) -> list[dict[str, Any]]:
        """All events that the stand-in serves, newest first; the asking costs quota."""
        found: list[dict[str, Any]] = []
        url: str | None = "/users/demo/events?per_page=100"
        while url:
            answer = self.http.get(url).raise_for_status()
            found += answer.json()
            url = answer.links.get("next", {}).get("url")
        return found

    def control_github(self, **wanted: Any) -> dict[str, Any]:
        answer = self.http.post("/standin/github", json=wanted).raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def let_poll_interval_pass(self) -> None:
        """As if the interval in which GitHub is not to be asked again were over."""
        with psycopg.connect(self.settings.database_url) as connection:
            connection.execute(
                "UPDATE ingestion.github_answers SET seen_at = seen_at - interval '61 seconds'"
            )

    def table(self, described: RawTable = GLUCOSE_ENTRIES) -> Table:
        """The raw table as it is now."""
        from pipelines.raw.iceberg import raw_table
        from pipelines.resources.lake import load_catalog

        return raw_table(load_catalog(self.settings), described)

    def raw(
        self, days: Sequence[date], table: RawTable = GLUCOSE_ENTRIES, branch: str = "main"
    ) -> list[Row]:
        from pipelines.raw.iceberg import stored_rows

        return stored_rows(self.table(table), days, branch=branch)

    def warehouse(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.settings.duckdb_path) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(query).fetchall()

    def postgres(self, query: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.settings.database_url) as connection:
            cursor = connection.execute(query)
            names = [column.name for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def everything(
        self, of: Mapping[str, str] = TABLES, marts: Sequence[str] = MARTS
    ) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of bronze, silver, gold and the marts, but for when and by whom it was made."""
        tables = {
            table: self.warehouse(f"select {columns} from {table} order by all")
            for table, columns in of.items()
        }
        for mart in marts:
            rows = self.postgres(f"select * from marts.{mart}")
            tables[mart] = sorted((tuple(row.values()) for row in rows), key=str)
        return tables

    def forget(self) -> None:
        """Everything made so far is gone, and nothing of the source is broken any more."""
        self.http.delete("/standin/faults").raise_for_status()
        self.http.delete("/standin/github").raise_for_status()
        self.empty_tables()

    def empty_tables(self) -> None:
        """Everything made so far is gone; the sources stay as they are."""
        self.settings.duckdb_path.unlink(missing_ok=True)
        self._drop_raw()
        with psycopg.connect(self.settings.database_url) as connection:
            connection.execute("DROP SCHEMA IF EXISTS marts, ingestion CASCADE")

    def _drop_raw(self) -> None:
        from pyiceberg.exceptions import NoSuchTableError

        from pipelines.raw.quarantine import IDENTIFIER
        from pipelines.resources.lake import load_catalog

        for name in (GLUCOSE_ENTRIES.identifier, GITHUB_USER_EVENTS.identifier, IDENTIFIER):
            with suppress(NoSuchTableError):
                load_catalog(self.settings).purge_table(name)
