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
    "days_are_usable": "Of no day so much is set apart that it is the day that is wrong.",
    "readings_are_unique": "No `_id` is stored twice.",
    "row_count_is_believable": "No day has ten times the readings of the day before.",
}
TELLING = {
    "nothing_is_set_apart": "No record had to be put into raw.quarantine.",
    "row_count_is_like_the_day_before": "A day has between half and twice as many readings.",
    "days_are_complete": "A day that is over has 70 % of its 288 five-minute slots or more.",
    "one_device_a_day": "Nine in ten of a day's readings are of one device.",
    "fields_are_known": "Each field that was sent has a column, and a value of its type.",
}
SHOWN = 20
"""The greatest number of wrong rows or days that a check names."""
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
    """The results of all checks, from one reading of what was written for the run's days and the days before."""
    from pipelines.nightscout.columns import GLUCOSE_ENTRIES
    from pipelines.nightscout.fields import takes
    from pipelines.nightscout.quality import Finding, findings
    from pipelines.raw.description import DAY, RECORD
    from pipelines.raw.iceberg import raw_table
    from pipelines.raw.judgement import SET_APART, apart_of_days, judged_days
    from pipelines.raw.publish import last_written
    from pipelines.raw.strange import strange_fields

    chosen, catalog = days_of_run(context.run.tags), lake.catalog()
    table = raw_table(catalog, GLUCOSE_ENTRIES)
    written = last_written(table, GLUCOSE_ENTRIES, chosen, ("device", RECORD))
    days = set(chosen) or {reading[DAY] for reading in written.rows}
    apart = apart_of_days(catalog, GLUCOSE_ENTRIES, days)
    unusable = judged_days(lake.settings(), GLUCOSE_ENTRIES, written, apart)
    own_rows = [row for row in written.rows if row[DAY] in days]
    strange = strange_fields((row[RECORD] for row in own_rows), takes)
    all_findings = [
        *findings(written.rows, days, written.at),
        Finding("days_are_usable", unusable, blocking=True),
        Finding(
            SET_APART, [words for day_apart in apart.values() for words in day_apart.words], False
        ),
        Finding("fields_are_known", strange, blocking=False),
    ]
    for finding in all_findings:
        yield _result(finding, len(days), written)


def _result(finding: "Finding", days: int, written: "Written") -> dg.AssetCheckResult:
    from pipelines.raw.ingest import held_metadata

    blocks = finding.blocking and len(finding.wrong) >= days and not written.spares(days)
    severity = dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN
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
    from pipelines.nightscout.source import address
    from pipelines.raw.errors import SourceError

    settings, now = lake.settings(), datetime.now(UTC)
    try:
        with http.asker("Nightscout", address(settings)) as nightscout:
            theirs = newest_reading(nightscout, settings)
    except SourceError as error:
        context.log.warning(str(error))
        return _unasked(str(error))
    late = lateness(theirs.at if theirs else None, newest_stored(lake.catalog(), settings), now)
    return dg.AssetCheckResult(
        passed=not late.words(LATE, BEHIND),
        severity=dg.AssetCheckSeverity.WARN,
        description=late.words(LATE, BEHIND) or "Neither the source nor the ingestion is late.",
        metadata=late.metadata(),
    )


def _unasked(why: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"Not known, for the source can't be asked: {why}",
    )
