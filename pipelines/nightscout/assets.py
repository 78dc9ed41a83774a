"""The asset of the raw glucose readings."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from pipelines.operations.automation import hourly
from pipelines.partitions import DAILY, RANGE_IN_ONE_RUN, days_of
from pipelines.raw.retries import RETRY_POLICY
from pipelines.resources.connections import Lake

FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=26), warn_window=timedelta(hours=13)
)


@dg.asset(
    partitions_def=DAILY,
    backfill_policy=RANGE_IN_ONE_RUN,
    group_name="nightscout",
    kinds={"dlt", "iceberg"},
    owners=["team:ingestion"],
    retry_policy=RETRY_POLICY,
    freshness_policy=FRESHNESS,
    automation_condition=hourly,
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
    from pipelines.raw.ingest import outcome, span

    days = days_of(context.partition_keys)
    context.log.info(f"asking Nightscout for {span(days)}")
    loaded = load_days(lake.settings(), days, context.run.run_id, context.log.info)
    yield from outcome(context, "Nightscout", loaded, days)
