"""Checks of the raw events, over the days of the run."""

import dagster as dg

from pipelines.partitions import days_of_run
from pipelines.resources.connections import Lake


@dg.asset_check(asset="dlt_github_user_events", blocking=True)
def events_are_complete(context: dg.AssetCheckExecutionContext, lake: Lake) -> dg.AssetCheckResult:
    """Each event has its type, actor and repository; a day with others is not published."""
    from pipelines.github.columns import GITHUB_USER_EVENTS
    from pipelines.github.quality import incomplete
    from pipelines.raw.description import DAY
    from pipelines.raw.iceberg import raw_table
    from pipelines.raw.ingest import held_metadata
    from pipelines.raw.publish import last_written

    days = days_of_run(context.run.tags)
    written = last_written(raw_table(lake.catalog(), GITHUB_USER_EVENTS), GITHUB_USER_EVENTS, days)
    wrong = incomplete([row for row in written.rows if not days or row[DAY] in days])
    return dg.AssetCheckResult(
        passed=not wrong,
        metadata={"incomplete_rows": len(wrong), **held_metadata(written.held)},
    )
