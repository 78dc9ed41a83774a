"""Checks of the raw readings, over the days of the run."""

import dagster as dg

from pipelines.partitions import days_of_run
from pipelines.resources.connections import Lake

LOWEST_MG_DL, HIGHEST_MG_DL = 20, 600


def _outside(lake: Lake, context: dg.AssetCheckExecutionContext, condition: str) -> int:
    """How many rows of the run's days (all days without any) meet an Iceberg condition."""
    from pyiceberg.expressions import AlwaysTrue, BooleanExpression, In
    from pyiceberg.expressions.parser import parse

    from pipelines.nightscout.columns import GLUCOSE_ENTRIES
    from pipelines.raw.description import DAY
    from pipelines.raw.iceberg import raw_table

    days = days_of_run(context.run.tags)
    within: BooleanExpression = In(term=DAY, literals=days) if days else AlwaysTrue()
    return (
        raw_table(lake.catalog(), GLUCOSE_ENTRIES)
        .scan(row_filter=within & parse(condition))
        .count()
    )


@dg.asset_check(asset="dlt_glucose_entries", blocking=True)
def readings_are_complete(
    context: dg.AssetCheckExecutionContext, lake: Lake
) -> dg.AssetCheckResult:
    """No reading is without its `_id` or its value; what is downstream waits for that."""
    count = _outside(lake, context, "_id IS NULL OR sgv IS NULL")
    return dg.AssetCheckResult(passed=count == 0, metadata={"incomplete_rows": count})


@dg.asset_check(asset="dlt_glucose_entries")
def readings_are_plausible(
    context: dg.AssetCheckExecutionContext, lake: Lake
) -> dg.AssetCheckResult:
    """Every value is within 20–600 mg/dL; bronze sets the others apart, so nothing waits."""
    count = _outside(lake, context, f"sgv < {LOWEST_MG_DL} OR sgv > {HIGHEST_MG_DL}")
    return dg.AssetCheckResult(
        passed=count == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"implausible_rows": count},
    )
