"""The asset of the raw glucose readings."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.partitions import DAILY, RANGE_IN_ONE_RUN, days_of
from pipelines.resources.connections import Lake

if TYPE_CHECKING:
    from pipelines.nightscout.load import Loaded

RETRIES = 2
FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=26), warn_window=timedelta(hours=13)
)


@dg.asset(
    partitions_def=DAILY,
    backfill_policy=RANGE_IN_ONE_RUN,
    group_name="nightscout",
    kinds={"dlt", "iceberg"},
    owners=["team:ingestion"],
    retry_policy=dg.RetryPolicy(max_retries=RETRIES, delay=1, backoff=dg.Backoff.EXPONENTIAL),
    freshness_policy=FRESHNESS,
    metadata={"table": "raw.glucose_entries"},
)
def dlt_glucose_entries(
    context: dg.AssetExecutionContext, lake: Lake
) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult[None]]:
    """The readings of a continuous glucose monitor, as Nightscout has them (Iceberg, upsert on _id).

    A day without readings deletes nothing. Where the source fails for some days of a range, the
    others are loaded all the same, and the step fails with the days that are missing.
    """
    from pipelines.nightscout.load import load_days

    days = days_of(context.partition_keys)
    context.log.info(f"asking Nightscout for {_span(days)}")
    loaded = load_days(lake.settings(), days, context.run.run_id, context.log.info)
    if loaded.errors:
        failure = _failure(loaded, attempts_left=context.retry_number < RETRIES)
        if not failure.allow_retries:
            yield from _loaded_partitions(context.asset_key, loaded, days)
        raise failure
    for day in days:
        metadata = day_metadata(loaded, day)
        context.add_asset_metadata(metadata, partition_key=day.isoformat())
    yield dg.MaterializeResult()


def day_metadata(loaded: "Loaded", day: date) -> dict[str, dg.MetadataValue]:
    """What a day's load did, as counted by the merge; `seconds` is the time of the download."""
    merged = loaded.day(day)
    metadata: dict[str, dg.MetadataValue] = {
        "rows_loaded": dg.MetadataValue.int(merged.loaded),
        "rows_inserted": dg.MetadataValue.int(merged.inserted),
        "rows_updated": dg.MetadataValue.int(merged.updated),
        "rows_unchanged": dg.MetadataValue.int(merged.unchanged),
        "seconds": dg.MetadataValue.float(loaded.fetched.seconds.get(day, 0.0)),
    }
    if loaded.merge.snapshot_id is not None:
        metadata["snapshot_id"] = dg.MetadataValue.text(str(loaded.merge.snapshot_id))
    return metadata


def _failure(loaded: "Loaded", *, attempts_left: bool) -> dg.Failure:
    """The failure, in whose words the step fails where no attempt is left or none would help."""
    permanent = all(error.permanent for error in loaded.errors.values())
    first = min(loaded.errors)
    return dg.Failure(
        f"Nightscout failed for {_listed(sorted(loaded.errors))}: {loaded.errors[first]}",
        metadata={day.isoformat(): str(error) for day, error in loaded.errors.items()},
        allow_retries=attempts_left and not permanent,
    )


def _loaded_partitions(
    key: dg.AssetKey, loaded: "Loaded", days: list[date]
) -> Iterator[dg.AssetMaterialization]:
    """Records the days that did load: the step's own failure would leave them missing."""
    for day in days:
        if day not in loaded.errors:
            metadata = day_metadata(loaded, day)
            yield dg.AssetMaterialization(key, partition=day.isoformat(), metadata=metadata)


def _span(days: list[date]) -> str:
    return str(days[0]) if len(days) == 1 else f"{len(days)} days, {days[0]} to {days[-1]}"


def _listed(days: list[date]) -> str:
    return ", ".join(day.isoformat() for day in days)
