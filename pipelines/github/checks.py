"""Checks of the raw events, over the days of the run."""

import dagster as dg

from pipelines.partitions import days_of_run
from pipelines.resources.connections import Lake


@dg.asset_check(asset="dlt_github_user_events", blocking=True)
def events_are_complete(context: dg.AssetCheckExecutionContext, lake: Lake) -> dg.AssetCheckResult:
    """Each event has its type, actor and repository; what is downstream waits for that."""
    from pyiceberg.expressions import AlwaysTrue, BooleanExpression, In
    from pyiceberg.expressions.parser import parse

    from pipelines.github.columns import GITHUB_USER_EVENTS
    from pipelines.raw.description import DAY
    from pipelines.raw.iceberg import raw_table

    days = days_of_run(context.run.tags)
    within: BooleanExpression = In(term=DAY, literals=days) if days else AlwaysTrue()
    incomplete = parse("type IS NULL OR actor IS NULL OR repo IS NULL")
    table = raw_table(lake.catalog(), GITHUB_USER_EVENTS)
    count = table.scan(row_filter=within & incomplete).count()
    return dg.AssetCheckResult(passed=count == 0, metadata={"incomplete_rows": count})
