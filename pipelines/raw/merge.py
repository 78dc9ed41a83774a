"""The upsert of records into stored rows, as a function of the two and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from pipelines.raw.description import DAY, RawTable, Row


@dataclass(frozen=True)
class MergedDay:
    """A day's rows after the merge, and how many records were new, changed or as stored."""

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


NOTHING = MergedDay((), 0, 0, 0)


def merge_day(table: RawTable, stored: Iterable[Row], incoming: Iterable[Row]) -> MergedDay:
    """Upserts on the key: incoming wins; a row whose record is as stored stays as it is.

    Both hold whole rows; a key that comes twice counts once, the last time.
    """
    record = itemgetter(*table.kinds)
    rows = {row[table.key]: row for row in stored}
    inserted = updated = unchanged = 0
    for key, row in {row[table.key]: row for row in incoming}.items():
        if key not in rows:
            inserted += 1
        elif record(rows[key]) == record(row):
            unchanged += 1
            continue
        else:
            updated += 1
        rows[key] = row
    ordered = tuple(sorted(rows.values(), key=itemgetter(table.moment, table.key)))
    return MergedDay(ordered, inserted, updated, unchanged)


def by_day(rows: Iterable[Row]) -> dict[date, list[Row]]:
    """The rows of each partition day."""
    days: dict[date, list[Row]] = {}
    for row in rows:
        days.setdefault(row[DAY], []).append(row)
    return days
