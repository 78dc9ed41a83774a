"""Checks of the raw events, over the days of the run."""

from collections.abc import Iterator

import dagster as dg

from pipelines.partitions import days_of_run
from pipelines.resources.connections import Lake

ASSET = "dlt_github_user_events"
SHOWN = 20
"""The greatest number of lines that a check shows."""


@dg.multi_asset_check(
    name="github_user_events_checks",
    specs=[
        dg.AssetCheckSpec(
            "events_are_complete",
            asset=ASSET,
            blocking=True,
            description="Each event has its type, actor and repository, and few are set apart.",
        ),
        dg.AssetCheckSpec(
            "no_event_is_set_apart",
            asset=ASSET,
            description="No event had to be put into raw.quarantine.",
        ),
        dg.AssetCheckSpec(
            "fields_are_known",
            asset=ASSET,
            description="Each field that was sent has a column, and a value of its type.",
        ),
    ],
)
def events_are_good(
    context: dg.AssetCheckExecutionContext, lake: Lake
) -> Iterator[dg.AssetCheckResult]:
    """The results of all checks, from one reading of what was written for the run's days."""
    from pipelines.github.columns import GITHUB_USER_EVENTS
    from pipelines.github.quality import incomplete
    from pipelines.github.records import takes
    from pipelines.raw.description import DAY, RECORD
    from pipelines.raw.iceberg import raw_table
    from pipelines.raw.ingest import held_metadata
    from pipelines.raw.judgement import apart_of_days, judged_days
    from pipelines.raw.publish import last_written
    from pipelines.raw.strange import strange_fields

    days, catalog = days_of_run(context.run.tags), lake.catalog()
    table = raw_table(catalog, GITHUB_USER_EVENTS)
    written = last_written(table, GITHUB_USER_EVENTS, days, (RECORD,))
    own_rows = [row for row in written.rows if not days or row[DAY] in days]
    wrong = incomplete(own_rows)
    apart = apart_of_days(catalog, GITHUB_USER_EVENTS, days)
    unusable = judged_days(lake.settings(), GITHUB_USER_EVENTS, written, apart)
    is_error = not written.spares(len(days))
    yield dg.AssetCheckResult(
        check_name="events_are_complete",
        passed=not wrong and not unusable,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        metadata={
            "incomplete_rows": len(wrong),
            "which": dg.MetadataValue.json(unusable),
            **held_metadata(written.held),
        },
    )
    reasons = [words for of_day in apart.values() for words in of_day.words]
    yield _told("no_event_is_set_apart", reasons)
    yield _told("fields_are_known", strange_fields((row[RECORD] for row in own_rows), takes))


def _told(check: str, wrong: list[str]) -> dg.AssetCheckResult:
    """The result of a check that warns and blocks nothing."""
    return dg.AssetCheckResult(
        check_name=check,
        passed=not wrong,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"which": dg.MetadataValue.json(wrong[:SHOWN])},
    )
