"""A raw table in Iceberg, and the commit of a merge into it."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.expressions import In
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import (
    BooleanType,
    DateType,
    DoubleType,
    LongType,
    NestedField,
    StringType,
    TimestamptzType,
)

from pipelines.raw.description import DAY, RawTable, Row
from pipelines.raw.merge import MergedDay, by_day, merge_day
from pipelines.resources.lake import ensure_table

COMMIT_ATTEMPTS = 25
LONGEST_WAIT_SECONDS = 2.0
ICEBERG_TYPES = {
    "text": StringType(),
    "bigint": LongType(),
    "double": DoubleType(),
    "bool": BooleanType(),
    "timestamp": TimestamptzType(),
}


class MergeConflictError(RuntimeError):
    """Other writers committed first, time after time."""


@dataclass(frozen=True)
class Merge:
    """What a merge did to each day, and the table's snapshot that shows it (None: no rows yet)."""

    days: Mapping[date, MergedDay]
    snapshot_id: int | None


def schema(described: RawTable) -> Schema:
    """The source's columns, the partition's day, and when (UTC) and by which run a row came in."""
    columns = [(name, ICEBERG_TYPES[kind]) for name, kind in described.kinds.items()]
    columns += [
        (DAY, DateType()),
        ("ingested_at", TimestamptzType()),
        ("ingested_by", StringType()),
    ]
    required = {described.key, described.moment, DAY, "ingested_at", "ingested_by"}
    return Schema(
        *(
            NestedField(number, name, kind, required=name in required)
            for number, (name, kind) in enumerate(columns, start=1)
        )
    )


def raw_table(catalog: SqlCatalog, described: RawTable) -> Table:
    """The table, created when it isn't there."""
    columns = schema(described)
    day = PartitionField(columns.find_field(DAY).field_id, 1000, IdentityTransform(), DAY)
    return ensure_table(catalog, described.identifier, columns, PartitionSpec(day))


def stored_rows(table: Table, days: Sequence[date]) -> list[Row]:
    """The rows of the days, as dicts."""
    rows: list[Row] = table.scan(row_filter=In(term=DAY, literals=days)).to_arrow().to_pylist()
    return rows


def stored_counts(table: Table, days: Sequence[date]) -> dict[date, int]:
    """How many rows there are of each of the days; a day without any isn't in it."""
    scan = table.scan(row_filter=In(term=DAY, literals=days), selected_fields=(DAY,))
    counted = scan.to_arrow().group_by(DAY).aggregate([(DAY, "count")]).to_pylist()
    return {row[DAY]: row[f"{DAY}_count"] for row in counted}


def merge(catalog: SqlCatalog, described: RawTable, incoming: Sequence[Row], run_id: str) -> Merge:
    """Upserts rows in one catalog commit; done again whole where another writer came first.

    Raises MergeConflictError after 25 attempts.
    """
    for attempt in range(COMMIT_ATTEMPTS):
        try:
            return _merge_once(raw_table(catalog, described), described, incoming, run_id)
        except CommitFailedException:
            time.sleep(random.uniform(0, min(0.05 * 2**attempt, LONGEST_WAIT_SECONDS)))
    raise MergeConflictError(
        f"{described.identifier} could not be committed in {COMMIT_ATTEMPTS} attempts: "
        "other runs kept committing first"
    )


def _merge_once(table: Table, described: RawTable, incoming: Sequence[Row], run_id: str) -> Merge:
    arriving = by_day(incoming)
    stored = by_day(stored_rows(table, sorted(arriving))) if arriving else {}
    days = {day: merge_day(described, stored.get(day, []), rows) for day, rows in arriving.items()}
    changed = sorted(day for day, merged in days.items() if merged.is_changed)
    if changed:
        rows = [row for day in changed for row in days[day].rows]
        _write(table, rows, [day for day in changed if day in stored], run_id)
    snapshot = table.current_snapshot()
    return Merge(days, snapshot.snapshot_id if snapshot else None)


def _write(table: Table, rows: Sequence[Row], replaced: Sequence[date], run_id: str) -> None:
    data = pa.Table.from_pylist(list(rows), schema=table.schema().as_arrow())
    summary = {"dagster.run-id": run_id}
    if replaced:
        table.overwrite(
            data, overwrite_filter=In(term=DAY, literals=replaced), snapshot_properties=summary
        )
    else:
        table.append(data, snapshot_properties=summary)
