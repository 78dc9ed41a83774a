"""Checks of the raw readings, over the days of the run, and of how late they are."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from pipelines.partitions import days_of_run
from pipelines.resources.connections import Http, Lake

if TYPE_CHECKING:
    from pipelines.nightscout.quality import Finding
    from pipelines.raw.publish import Written

ASSET = "dlt_glucose_entries"
BLOCKING = {
    "readings_are_complete": "No reading is without its `_id` or its value.",
    "readings_are_unique": "No `_id` is stored twice.",
    "days_are_in_range": "Of no day's readings more than 5 % are outside 20–600 mg/dL.",
    "row_count_is_believable": "No day has ten times the readings of the day before.",
}
TELLING = {
    "readings_are_plausible": "Every value is within 20–600 mg/dL; bronze sets the others apart.",
    "row_count_is_like_the_day_before": "A day has between half and twice as many readings.",
}
SHOWN = 20
"""How many of the wrong rows or days a check names."""
LATE = timedelta(minutes=30)
"""A sensor reads each 5 minutes, and its phone may be out of reach for a while."""
BEHIND = timedelta(hours=2)
"""Ingestion is hourly; one missed hour is no matter yet."""


@dg.multi_asset_check(
    name="glucose_entries_checks",
    specs=[
        *(
            dg.AssetCheckSpec(name, asset=ASSET, blocking=True, description=words)
            for name, words in BLOCKING.items()
        ),
        *(
            dg.AssetCheckSpec(name, asset=ASSET, description=words)
            for name, words in TELLING.items()
        ),
    ],
)
def readings_are_good(
    context: dg.AssetCheckExecutionContext, lake: Lake
) -> Iterator[dg.AssetCheckResult]:
    """All that one look at what was written of the run's days, and the days before, can tell."""
    from pipelines.nightscout.columns import GLUCOSE_ENTRIES
    from pipelines.nightscout.quality import findings
    from pipelines.raw.description import DAY
    from pipelines.raw.iceberg import raw_table
    from pipelines.raw.publish import last_written

    chosen = days_of_run(context.run.tags)
    written = last_written(raw_table(lake.catalog(), GLUCOSE_ENTRIES), GLUCOSE_ENTRIES, chosen)
    days = set(chosen) or {reading[DAY] for reading in written.rows}
    for finding in findings(written.rows, days, written.at):
        yield _result(finding, len(days), written)


def _result(finding: "Finding", days: int, written: "Written") -> dg.AssetCheckResult:
    from pipelines.raw.ingest import held_metadata

    severity = dg.AssetCheckSeverity.ERROR if finding.blocking else dg.AssetCheckSeverity.WARN
    metadata: dict[str, Any] = {
        "wrong": len(finding.wrong),
        "rows": len(written.rows),
        "days": days,
    }
    if finding.wrong:
        metadata["which"] = dg.MetadataValue.json(list(finding.wrong[:SHOWN]))
    if finding.wrong and finding.blocking:
        metadata |= held_metadata(written.held)
    return dg.AssetCheckResult(
        check_name=finding.check,
        passed=not finding.wrong,
        severity=severity,
        metadata=metadata,
    )


@dg.asset_check(asset=ASSET)
def source_is_current(
    context: dg.AssetCheckExecutionContext, lake: Lake, http: Http
) -> dg.AssetCheckResult:
    """Whether the source is late or we are: its newest reading against now, and against ours."""
    from pipelines.nightscout.lateness import lateness, newest_stored
    from pipelines.nightscout.newest import newest_reading
    from pipelines.raw.ingest import SourceError

    settings, now = lake.settings(), datetime.now(UTC)
    try:
        with http.client() as client:
            theirs = newest_reading(client, settings)
    except SourceError as error:
        context.log.warning(str(error))
        return _unasked(str(error))
    found = lateness(theirs.at if theirs else None, newest_stored(lake.catalog(), settings), now)
    return dg.AssetCheckResult(
        passed=not found.words(LATE, BEHIND),
        severity=dg.AssetCheckSeverity.WARN,
        description=found.words(LATE, BEHIND) or "Neither the source nor the ingestion is late.",
        metadata=found.metadata(),
    )


def _unasked(why: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"Not known, for the source can't be asked: {why}",
    )
