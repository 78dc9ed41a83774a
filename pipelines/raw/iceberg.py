"""A raw table in Iceberg: its schema, and reading and writing its days on a branch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date

import pyarrow as pa
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.expressions import And, GreaterThanOrEqual, In, LessThanOrEqual, NotIn
from pyiceberg.io.pyarrow import ArrowScan
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

from pipelines.raw.description import DAY, DELETED, RECORD, RawTable, Row
from pipelines.resources.lake import LakeCatalog, ensure_table

ICEBERG_TYPES = {
    "text": StringType(),
    "bigint": LongType(),
    "double": DoubleType(),
    "bool": BooleanType(),
    "timestamp": TimestamptzType(),
}


def schema(described: RawTable) -> Schema:
    """The source's columns, the partition's day, when (UTC) and by which run a row came in, the
    record as sent, and when it was found deleted (UTC)."""
    columns = [(name, ICEBERG_TYPES[kind]) for name, kind in described.kinds.items()]
    columns += [
        (DAY, DateType()),
        ("ingested_at", TimestamptzType()),
        ("ingested_by", StringType()),
        (RECORD, StringType()),
        (DELETED, TimestamptzType()),
    ]
    required = {described.key, described.moment, DAY, "ingested_at", "ingested_by"}
    return Schema(
        *(
            NestedField(number, name, kind, required=name in required)
            for number, (name, kind) in enumerate(columns, start=1)
        )
    )


def raw_table(catalog: LakeCatalog, described: RawTable) -> Table:
    """The table, created with an empty `main` where it isn't there: a branch begins at a snapshot."""
    columns = schema(described)
    day = PartitionField(columns.find_field(DAY).field_id, 1000, IdentityTransform(), DAY)
    table = ensure_table(catalog, described.identifier, columns, PartitionSpec(day))
    begin(table)
    return table


def begin(table: Table) -> None:
    """Gives a table without any snapshot an empty one."""
    while table.current_snapshot() is None:
        with suppress(CommitFailedException):
            table.append(table.schema().as_arrow().empty_table())
        table.refresh()


def stored_rows(
    table: Table,
    days: Sequence[date],
    columns: Sequence[str] = ("*",),
    branch: str = MAIN_BRANCH,
) -> list[Row]:
    """The rows of the days, as dicts; all rows where no day is given.

    With the columns that the table has, whatever it had when the branch was written: a scan of a
    branch alone would leave out those added since.
    """
    scan = table.scan().use_ref(branch)
    if days:
        scan = scan.filter(In(term=DAY, literals=days))
    wanted = table.schema() if "*" in columns else table.schema().select(*columns)
    arrow = ArrowScan(table.metadata, table.io, wanted, scan.row_filter)
    rows: list[Row] = arrow.to_table(scan.plan_files()).to_pylist()
    return rows


def stored_counts(table: Table, days: Sequence[date]) -> dict[date, int]:
    """The number of rows of each of the days; a day without any is left out."""
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
    with _conflicts_alike(table), table.transaction() as transaction:
        ManageSnapshots(transaction).create_branch(base, branch).commit()
        if replaced:
            transaction.delete(
                In(term=DAY, literals=replaced), snapshot_properties=summary, branch=branch
            )
        transaction.append(data, snapshot_properties=summary, branch=branch)


@contextmanager
def _conflicts_alike(table: Table) -> Iterator[None]:
    """Raises CommitFailedException too where another writer was first on a branch of its own.

    pyiceberg has a ValueError for that, since no requirement of a commit speaks of other branches.
    """
    try:
        yield
    except ValueError as error:
        if "older than last sequence number" not in str(error):
            raise
        raise CommitFailedException(f"another writer of {table.name()} was first") from error


def days_of_keys(
    table: Table, key: str, keys: Collection[str], but: Collection[date]
) -> dict[date, set[str]]:
    """The days of `main`, other than some, that hold rows of the keys, and which.

    Only files whose keys lie between the least and the greatest of these are read.
    """
    if not keys or table.current_snapshot() is None:
        return {}
    near = And(
        GreaterThanOrEqual(term=key, value=min(keys)),
        LessThanOrEqual(term=key, value=max(keys)),
    )
    wanted = And(near, NotIn(term=DAY, literals=but)) if but else near
    scan = table.scan(row_filter=wanted, selected_fields=(key, DAY))
    days: dict[date, set[str]] = {}
    for row in scan.to_arrow().to_pylist():
        if row[key] in keys:
            days.setdefault(row[DAY], set()).add(row[key])
    return days
