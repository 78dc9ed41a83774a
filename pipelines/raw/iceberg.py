"""A raw table in Iceberg: its schema, and reading and writing its days on a branch."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.expressions import In
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.table.refs import MAIN_BRANCH
from pyiceberg.table.update.snapshot import ManageSnapshots
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
from pipelines.resources.lake import ensure_table

ICEBERG_TYPES = {
    "text": StringType(),
    "bigint": LongType(),
    "double": DoubleType(),
    "bool": BooleanType(),
    "timestamp": TimestamptzType(),
}


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
    """The table, created with an empty `main` where it isn't there: a branch begins at a snapshot."""
    columns = schema(described)
    day = PartitionField(columns.find_field(DAY).field_id, 1000, IdentityTransform(), DAY)
    table = ensure_table(catalog, described.identifier, columns, PartitionSpec(day))
    while table.current_snapshot() is None:
        with suppress(CommitFailedException):
            table.append(table.schema().as_arrow().empty_table())
        table.refresh()
    return table


def stored_rows(
    table: Table,
    days: Sequence[date],
    columns: Sequence[str] = ("*",),
    branch: str = MAIN_BRANCH,
) -> list[Row]:
    """The rows of the days, as dicts; all rows where no day is given."""
    scan = table.scan(selected_fields=tuple(columns)).use_ref(branch)
    if days:
        scan = scan.filter(In(term=DAY, literals=days))
    rows: list[Row] = scan.to_arrow().to_pylist()
    return rows


def stored_counts(table: Table, days: Sequence[date]) -> dict[date, int]:
    """How many rows there are of each of the days; a day without any isn't in it."""
    scan = table.scan(row_filter=In(term=DAY, literals=days), selected_fields=(DAY,))
    counted = scan.to_arrow().group_by(DAY).aggregate([(DAY, "count")]).to_pylist()
    return {row[DAY]: row[f"{DAY}_count"] for row in counted}


def write_branch(
    table: Table, branch: str, rows: Sequence[Row], replaced: Sequence[date], run_id: str
) -> None:
    """Makes the branch anew from `main`, with the rows in place of those of the replaced days.

    One commit; raises CommitFailedException where another one came first.
    """
    data = pa.Table.from_pylist(list(rows), schema=table.schema().as_arrow())
    summary = {"dagster.run-id": run_id}
    base = table.metadata.refs[MAIN_BRANCH].snapshot_id
    with table.transaction() as transaction:
        ManageSnapshots(transaction).create_branch(base, branch).commit()
        if replaced:
            transaction.delete(
                In(term=DAY, literals=replaced), snapshot_properties=summary, branch=branch
            )
        transaction.append(data, snapshot_properties=summary, branch=branch)
