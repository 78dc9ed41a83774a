"""The upsert of records into stored rows, as a function of the two and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter

from pipelines.raw.description import DAY, DELETED, RECORD, RawTable, Row

MOST_DELETED = 0.1
"""The share of a day's rows beyond which the answer is doubted, and nothing of it deleted."""


@dataclass(frozen=True)
class MergedDay:
    """A day's rows after the merge, and what was done to how many."""

    rows: tuple[Row, ...]
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    """Rows that the source has no more, which stay with the moment this was found."""
    doubted: int = 0
    """Rows that the source has no more, which are too many to be believed and count as before."""
    left: int = 0
    """Rows that are of another day by now, or set apart."""

    @property
    def loaded(self) -> int:
        return self.inserted + self.updated + self.unchanged

    @property
    def live(self) -> int:
        """The number of rows that count."""
        return sum(row.get(DELETED) is None for row in self.rows)

    @property
    def is_changed(self) -> bool:
        return bool(self.inserted or self.updated or self.deleted or self.left)


NOTHING = MergedDay(())


def merge_day(
    table: RawTable,
    stored: Iterable[Row],
    incoming: Iterable[Row],
    apart: Collection[str] = (),
    gone_at: datetime | None = None,
) -> MergedDay:
    """Upserts on the key: incoming wins; a row whose record is as stored stays as it is.

    All hold whole rows; a key that comes twice counts once, the last time. Rows whose key is set
    apart leave. Where `gone_at` is given, what doesn't come was deleted at the source, and found so
    at that moment.
    """
    record = itemgetter(*table.kinds, RECORD, DELETED)
    rows: dict[str, Row] = {row[table.key]: {RECORD: None, DELETED: None} | row for row in stored}
    arriving = {row[table.key]: row for row in incoming}
    left = [rows.pop(key) for key in sorted(rows.keys() & set(apart)) if key not in arriving]
    gone = _gone(rows, arriving) if gone_at else []
    is_believed = len(gone) <= MOST_DELETED * sum(row[DELETED] is None for row in rows.values())
    inserted = updated = unchanged = 0
    for key, row in arriving.items():
        if key not in rows:
            inserted += 1
        elif record(rows[key]) == record(row):
            unchanged += 1
            continue
        else:
            updated += 1
        rows[key] = row
    for key in gone if is_believed else ():
        rows[key] = rows[key] | {DELETED: gone_at}
    ordered = tuple(sorted(rows.values(), key=itemgetter(table.moment, table.key)))
    deleted, doubted = (len(gone), 0) if is_believed else (0, len(gone))
    return MergedDay(ordered, inserted, updated, unchanged, deleted, doubted, len(left))


def _gone(rows: dict[str, Row], arriving: dict[str, Row]) -> list[str]:
    """The keys of the rows that count and that do not come."""
    return [key for key, row in rows.items() if row[DELETED] is None and key not in arriving]


def without(table: RawTable, stored: Iterable[Row], keys: Collection[str]) -> MergedDay:
    """A day that some of its rows leave."""
    rows = list(stored)
    kept = tuple(row for row in rows if row[table.key] not in keys)
    return MergedDay(kept, left=len(rows) - len(kept))


def by_day(rows: Iterable[Row]) -> dict[date, list[Row]]:
    """The rows of each partition day."""
    days: dict[date, list[Row]] = {}
    for row in rows:
        days.setdefault(row[DAY], []).append(row)
    return days
