"""One ingestion as ops: explicit steps, for a day that somebody wants to see fetched and judged."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg

from pipelines.partitions import DAILY
from pipelines.raw.retries import RETRY_POLICY
from pipelines.resources.connections import Lake
from pipelines.settings import Settings

ASSET = "dlt_glucose_entries"
Sent = dict[str, Any]
"""A day and the records that were sent for it."""
Judged = dict[Any, Any]
"""Dates, and what was answered for each."""


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
def fetch_readings(context: dg.OpExecutionContext, config: Day, lake: Lake) -> Sent:
    """The day's records, as Nightscout sends them."""
    from pipelines.nightscout.source import asker, fetch_day

    settings = lake.settings()
    day = config.chosen(settings)
    with asker(settings, context.log.info) as nightscout:
        records = fetch_day(nightscout, settings, day)
    context.log.info(f"{day}: {len(records)} records fetched")
    return {"day": day.isoformat(), "records": records}


@dg.op
def validate_readings(context: dg.OpExecutionContext, lake: Lake, sent: Sent) -> Judged:
    """The records judged: readings, and what is set apart with the reason."""
    from pipelines.nightscout.records import judged
    from pipelines.partitions import day_window
    from pipelines.raw.set_apart import reasons

    day = date.fromisoformat(sent["day"])
    window = day_window(day, lake.settings().zone).milliseconds
    answered = judged(sent["records"], day, window, datetime.now(UTC), is_whole=True)
    apart = reasons(answered.apart)
    context.log.info(f"{len(answered.records)} readings, set apart: {apart or 'none'}")
    return {day: answered}


@dg.op
def write_readings(context: dg.OpExecutionContext, lake: Lake, judged: Judged) -> None:
    """Merges the readings into the raw table, and records the asset's partition.

    Fails where they do not pass the audit that publishing asks for.
    """
    from pipelines.nightscout.columns import GLUCOSE_ENTRIES
    from pipelines.raw.load import load

    merge = load(lake.settings(), GLUCOSE_ENTRIES, judged, context.run_id, context.log.info)
    if merge.held:
        held_days = [f"{day} ({'; '.join(held.reasons)})" for day, held in merge.held.items()]
        raise dg.Failure(f"Not published: {', '.join(held_days)}", allow_retries=False)
    for day, merged in merge.days.items():
        metadata = {"rows_loaded": merged.loaded, "rows_inserted": merged.inserted}
        context.log_event(
            dg.AssetMaterialization(ASSET, partition=day.isoformat(), metadata=metadata)
        )


@dg.job(description="A day of readings as explicit steps: fetch, validate, write.")
def glucose_day_by_ops() -> None:
    """Fetches, validates and writes a day's readings."""
    write_readings(validate_readings(sent=fetch_readings()))
