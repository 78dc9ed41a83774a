"""The upsert of readings into stored rows, as a function of the two and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.nightscout.columns import DAY, ENTRY_COLUMNS, KEY

Row = dict[str, Any]


@dataclass(frozen=True)
class MergedDay:
    """A day's rows after the merge, and how many readings were new, changed or as stored."""

    rows: tuple[Row, ...]
    inserted: int
    updated: int
    unchanged: int

    @property
    def loaded(self) -> int:
        return self.inserted + self.updated + self.unchanged

    @property
    def is_changed(self) -> bool:
        return bool(self.inserted or self.updated)


def merge_day(stored: Iterable[Row], incoming: Iterable[Row]) -> MergedDay:
    """Upserts on `_id`: incoming wins; a row whose reading is as stored stays as it is.

    Both hold whole rows; an `_id` that comes twice counts once, the last time.
    """
    rows = {row[KEY]: row for row in stored}
    inserted = updated = unchanged = 0
    for key, row in {row[KEY]: row for row in incoming}.items():
        if key not in rows:
            inserted += 1
        elif _reading(rows[key]) == _reading(row):
            unchanged += 1
            continue
        else:
            updated += 1
        rows[key] = row
    ordered = tuple(sorted(rows.values(), key=lambda row: (row["date"], row[KEY])))
    return MergedDay(ordered, inserted, updated, unchanged)


def _reading(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(column) for column in ENTRY_COLUMNS)


def as_row(entry: Mapping[str, Any], zone: ZoneInfo, at: datetime, run_id: str) -> Row:
    """A loaded reading as a row of the raw table; `at` is the moment of ingestion (aware)."""
    day = datetime.fromtimestamp(entry["date"] / 1000, UTC).astimezone(zone).date()
    reading = {column: entry.get(column) for column in ENTRY_COLUMNS}
    return reading | {DAY: day, "ingested_at": at, "ingested_by": run_id}


def by_day(rows: Iterable[Row]) -> dict[date, list[Row]]:
    """The rows of each partition day."""
    days: dict[date, list[Row]] = {}
    for row in rows:
        days.setdefault(row[DAY], []).append(row)
    return days
