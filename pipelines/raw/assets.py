"""The asset of a source's raw table, by one factory for every source."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from inspect import cleandoc
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.failures import root_named
from pipelines.operations.automation import hourly
from pipelines.partitions import DAILY, RANGE_IN_ONE_RUN, days_of
from pipelines.raw.retries import RETRY_POLICY
from pipelines.resources.connections import Lake
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.raw.ingest import Loaded

LoadDays = Callable[[Settings, Sequence[date], str, Callable[[str], None]], "Loaded"]
"""Loads days in the run with this id, and gives each line for the log to the function."""

FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=26), warn_window=timedelta(hours=13)
)


def raw_asset(
    table: str, *, source: str, group: str, load_days: LoadDays, description: str
) -> dg.AssetsDefinition:
    """The asset `dlt_<table>`, which loads the days of a run from `source` into `raw.<table>`."""

    @dg.asset(
        name=f"dlt_{table}",
        description=cleandoc(description),
        partitions_def=DAILY,
        backfill_policy=RANGE_IN_ONE_RUN,
        group_name=group,
        kinds={"dlt", "iceberg"},
        owners=["team:ingestion"],
        retry_policy=RETRY_POLICY,
        freshness_policy=FRESHNESS,
        automation_condition=hourly,
        metadata={"table": f"raw.{table}"},
    )
    def loaded_days(
        context: dg.AssetExecutionContext, lake: Lake
    ) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult[None]]:
        from pipelines.raw.ingest import outcome, refuse_another_zone, span

        refuse_another_zone(lake.settings())
        days = days_of(context.partition_keys)
        context.log.info(f"asking {source} for {span(days)}")
        with root_named(context, f"raw.{table}", days):
            loaded = load_days(lake.settings(), days, context.run.run_id, context.log.info)
        yield from outcome(context, source, loaded, days)

    return loaded_days
