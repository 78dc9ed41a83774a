"""One ingestion as ops: explicit steps, for a day that somebody wants to see fetched and judged."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg

from pipelines.partitions import DAILY
from pipelines.raw.retries import RETRY_POLICY
from pipelines.resources.connections import Lake
from pipelines.settings import Settings

ASSET = "dlt_glucose_entries"


class Day(dg.Config):
    """The day to ingest, as YYYY-MM-DD; yesterday where none is given."""

    day: str | None = None

    def chosen(self, settings: Settings) -> date:
        """Raises dagster.Failure, naming the day, where it is none or has no partition."""
        yesterday = datetime.now(UTC).astimezone(settings.zone).date() - timedelta(days=1)
        text = self.day or yesterday.isoformat()
        if not DAILY.has_partition_key(text):
            raise dg.Failure(
                f"No day {text!r}; a day from {settings.first_day} to today is expected",
                allow_retries=False,
            )
        return date.fromisoformat(text)


@dg.op(retry_policy=RETRY_POLICY)
def fetch_readings(context: dg.OpExecutionContext, config: Day, lake: Lake) -> list[dict[str, Any]]:
    """The day's readings, as Nightscout has them."""
    from pipelines.nightscout.source import fetch_day, http_client

    settings = lake.settings()
    day = config.chosen(settings)
    readings = fetch_day(http_client(settings), settings, day)
    context.log.info(f"{day}: {len(readings)} readings fetched")
    return readings


@dg.op
def validate_readings(
    context: dg.OpExecutionContext, readings: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """All of them, or a failure that says how many have no value; implausible ones are only told."""
    from pipelines.nightscout.quality import implausible, incomplete

    described = [{"sgv": None} | reading for reading in readings]
    if without := incomplete(described):
        raise dg.Failure(f"{len(without)} of {len(readings)} readings have no value: {without[0]}")
    context.log.info(f"{len(implausible(described))} readings are implausible")
    return readings


@dg.op
def write_readings(
    context: dg.OpExecutionContext, lake: Lake, readings: list[dict[str, Any]]
) -> None:
    """Merges the readings into the raw table, and records the asset's partition.

    Fails where they do not pass the audit that publishing asks for.
    """
    from pipelines.nightscout.columns import GLUCOSE_ENTRIES
    from pipelines.raw.load import load

    merge = load(
        lake.settings(), GLUCOSE_ENTRIES, iter([readings]), context.run_id, context.log.info
    )
    if merge.held:
        told = [f"{day} ({'; '.join(held.reasons)})" for day, held in merge.held.items()]
        raise dg.Failure(f"Not published: {', '.join(told)}", allow_retries=False)
    for day, merged in merge.days.items():
        metadata = {"rows_loaded": merged.loaded, "rows_inserted": merged.inserted}
        context.log_event(
            dg.AssetMaterialization(ASSET, partition=day.isoformat(), metadata=metadata)
        )


@dg.job(description="A day of readings as explicit steps: fetch, validate, write.")
def glucose_day_by_ops() -> None:
    """Fetches, validates and writes a day's readings."""
    write_readings(validate_readings(fetch_readings()))
