"""The asset of the raw GitHub events."""

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
    group_name="github",
    kinds={"dlt", "iceberg"},
    owners=["team:ingestion"],
    retry_policy=RETRY_POLICY,
    freshness_policy=FRESHNESS,
    automation_condition=hourly,
    metadata={"table": "raw.github_user_events"},
)
def dlt_github_user_events(
    context: dg.AssetExecutionContext, lake: Lake
) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult[None]]:
    """The events of a GitHub user (Iceberg, upsert on id).

    GitHub serves 30 days and at most 300 events. A day before that keeps the rows it has, and the
    run says so; where there are none, the day fails with a sentence and the others are loaded.
    """
    from pipelines.github.load import load_days
    from pipelines.raw.ingest import outcome, span

    days = days_of(context.partition_keys)
    context.log.info(f"asking GitHub for {span(days)}")
    loaded = load_days(lake.settings(), days, context.run.run_id, context.log.info)
    yield from outcome(context, "GitHub", loaded, days)
