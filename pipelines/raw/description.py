"""The description of a source's raw table, from which schema, merge and load follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from dlt.common.schema.typing import TTableSchemaColumns

Kind = Literal["text", "bigint", "double", "bool", "timestamp"]
Row = dict[str, Any]

DAY = "partition_day"
"""A row's day in the deployment's time zone; the Iceberg tables are partitioned by it."""
RECORD = "record"
"""The whole record as it was sent, as JSON."""
DELETED = "deleted_at"
"""The time when the row was found to be gone from its source (UTC); null for rows that are there."""


@dataclass(frozen=True)
class RawTable:
    """A table keyed by `key`, whose rows belong to the moment in their column `moment`."""

    name: str
    key: str
    moment: str
    kinds: Mapping[str, Kind]
    """dlt's type of each of the source's columns, under dlt's snake_case name."""
    as_moment: Callable[[Any], datetime]
    """The aware UTC moment that a value of the column `moment` means."""
    audited: tuple[str, ...]
    """The columns that `faults` reads."""
    faults: Callable[[Sequence[Row], date, datetime], Sequence[str]]
    """Why a day must not be published, in a sentence each.

    Given the rows of the day and of the day before, the day, and the moment (UTC) as of which.
    """
    expected: int
    """The number of rows that a whole day has."""
    uncounted: frozenset[str] = frozenset()
    """The reasons for setting a record apart that say nothing against its day."""

    @property
    def identifier(self) -> str:
        return f"raw.{self.name}"

    @property
    def dlt_columns(self) -> TTableSchemaColumns:
        kinds = {**self.kinds, RECORD: "text"}
        return {
            name: {"name": name, "data_type": kind, "nullable": True}
            for name, kind in kinds.items()
        }

    def day_of(self, record: Mapping[str, Any], zone: ZoneInfo) -> date:
        return self.as_moment(record[self.moment]).astimezone(zone).date()

    def as_row(
        self, record: Mapping[str, Any], zone: ZoneInfo, ingested_at: datetime, run_id: str
    ) -> Row:
        """A loaded record as a row of the table; `at` is the moment of ingestion (aware)."""
        typed = {column: record.get(column) for column in (*self.kinds, RECORD)}
        origin = {"ingested_at": ingested_at, "ingested_by": run_id, DELETED: None}
        return typed | origin | {DAY: self.day_of(record, zone)}
