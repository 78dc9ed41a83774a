"""The lateness of the source and that of the ingestion, each by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.nightscout.records import CLOCK_TOLERANCE
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.resources.lake import LakeCatalog

LOOKED_AT = timedelta(days=4)
"""The newest reading is looked for this far back, here as at the source."""


@dataclass(frozen=True)
class Stored:
    """The newest reading in the raw table (aware), and when a row of these days last came in."""

    at: datetime
    ingested_at: datetime


def newest_stored(catalog: LakeCatalog, settings: Settings) -> Stored | None:
    """None where the raw table has no reading of the last days."""
    from pyiceberg.expressions import GreaterThanOrEqual

    from pipelines.nightscout.columns import GLUCOSE_ENTRIES
    from pipelines.raw.description import DAY
    from pipelines.raw.iceberg import raw_table

    now = datetime.now(UTC)
    first = (now - LOOKED_AT).astimezone(settings.zone).date()
    scan = raw_table(catalog, GLUCOSE_ENTRIES).scan(
        row_filter=GreaterThanOrEqual(term=DAY, value=first),
        selected_fields=("date", "ingested_at"),
    )
    latest = (now + CLOCK_TOLERANCE).timestamp() * 1000
    rows = [row for row in scan.to_arrow().to_pylist() if row["date"] <= latest]
    if not rows:
        return None
    newest = max(row["date"] for row in rows)
    read_at = datetime.fromtimestamp(newest / 1000, UTC)
    return Stored(read_at, max(row["ingested_at"] for row in rows))


@dataclass(frozen=True)
class Lateness:
    """The lag of the source behind the clock, and of the ingestion behind the source; None where not known."""

    newest: datetime | None
    source: timedelta | None
    ingestion: timedelta | None
    ingested_at: datetime | None

    def words(self, late: timedelta, behind: timedelta) -> str:
        """A sentence for each that is late, the source and the ingestion; empty where neither is."""
        said = []
        if self.newest is None:
            said.append("The source has no reading of the last 4 days.")
        elif self.source is not None and self.source > late:
            said.append(f"The source is late: its newest reading is {_rough(self.source)} old.")
        if self.newest and self.ingestion is None:
            said.append("Ingestion is late: nothing of the last 4 days is stored.")
        elif self.ingestion is not None and self.ingestion > behind:
            said.append(f"Ingestion is late: it is {_rough(self.ingestion)} behind the source.")
        return " ".join(said)

    def metadata(self) -> dict[str, dg.MetadataValue]:
        """The lateness as metadata, in seconds and moments."""
        metadata: dict[str, dg.MetadataValue] = {}
        if self.newest:
            metadata["newest_reading_at"] = dg.MetadataValue.timestamp(self.newest)
        if self.ingested_at:
            metadata["last_row_ingested_at"] = dg.MetadataValue.timestamp(self.ingested_at)
        if self.source is not None:
            metadata["source_lag_seconds"] = dg.MetadataValue.float(self.source.total_seconds())
        if self.ingestion is not None:
            metadata["ingestion_lag_seconds"] = dg.MetadataValue.float(
                self.ingestion.total_seconds()
            )
        return metadata


def lateness(theirs: datetime | None, ours: Stored | None, now: datetime) -> Lateness:
    """Compares the newest reading of the source with the clock, and ours with the source's."""
    return Lateness(
        newest=theirs,
        source=max(now - theirs, timedelta()) if theirs else None,
        ingestion=max(theirs - ours.at, timedelta()) if theirs and ours else None,
        ingested_at=ours.ingested_at if ours else None,
    )


def _rough(lag: timedelta) -> str:
    minutes = int(lag.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
