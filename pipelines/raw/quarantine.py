"""`raw.quarantine`: the records that can't be used, of all sources, as sent and with the reason."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime

import pyarrow as pa
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.expressions import And, EqualTo, In
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import DateType, NestedField, StringType, TimestamptzType

from pipelines.raw.description import DAY, Row
from pipelines.raw.iceberg import begin, days_of_keys
from pipelines.raw.set_apart import SetApart
from pipelines.resources.lake import LakeCatalog, NessieCatalog, ensure_table

IDENTIFIER = "raw.quarantine"
SOURCE, KEY = "source", "key"
SCHEMA = Schema(
    NestedField(1, SOURCE, StringType(), required=True, doc="The raw table it was meant for."),
    NestedField(2, KEY, StringType(), required=True, doc="The record's own id, or one made of it."),
    NestedField(3, DAY, DateType(), required=True, doc="The day in whose answer it came."),
    NestedField(4, "reason", StringType(), required=True, doc="Why it can't be used."),
    NestedField(5, "record", StringType(), required=True, doc="The record as sent, as JSON."),
    NestedField(6, "set_apart_at", TimestamptzType(), required=True, doc="When (UTC)."),
    NestedField(7, "set_apart_by", StringType(), required=True, doc="The run that did."),
)
PARTITIONS = PartitionSpec(
    PartitionField(1, 1000, IdentityTransform(), SOURCE),
    PartitionField(3, 1001, IdentityTransform(), DAY),
)
ATTEMPTS = 25


def quarantine_table(catalog: LakeCatalog) -> Table:
    """The table, created empty where it isn't there."""
    table = ensure_table(catalog, IDENTIFIER, SCHEMA, PARTITIONS)
    # Nessie tells commits apart by the snapshot before: of two first ones, one would be lost.
    if isinstance(catalog, NessieCatalog):
        begin(table)
    return table


def set_apart_rows(table: Table, source: str, days: Collection[date]) -> list[Row]:
    """The records of a source's days that are set apart; those of all its days where none is given."""
    if table.current_snapshot() is None:
        return []
    wanted = EqualTo(term=SOURCE, value=source)
    scan = table.scan(row_filter=And(wanted, In(term=DAY, literals=days)) if days else wanted)
    rows: list[Row] = scan.to_arrow().to_pylist()
    return rows


def replace_set_apart(
    catalog: LakeCatalog,
    source: str,
    apart: Mapping[date, Sequence[SetApart]],
    usable: Collection[str],
    run_id: str,
) -> None:
    """Makes what is set apart of the days what is given, and frees the keys that are usable.

    A key is set apart once. Writes nothing where all is as it was; raises CommitFailedException
    where others committed first, 25 times.
    """
    for attempt in range(ATTEMPTS):
        try:
            _replace_once(quarantine_table(catalog), source, apart, usable, run_id)
            return
        except CommitFailedException:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0, 0.1))


def _replace_once(
    table: Table,
    source: str,
    apart: Mapping[date, Sequence[SetApart]],
    usable: Collection[str],
    run_id: str,
) -> None:
    given = {each.key: each for days in apart.values() for each in days}
    taken = given.keys() | set(usable)
    others = days_of_keys(table, KEY, taken, but=apart.keys())
    days = sorted(apart.keys() | others.keys())
    before = set_apart_rows(table, source, days) if days else []
    after = [row for row in before if row[DAY] not in apart and row[KEY] not in taken]
    stored = {row[KEY]: row for row in before}
    after += [_row(source, each, stored.get(each.key), run_id) for each in given.values()]
    changed = _differing_days(before, after)
    if changed:
        _write(table, source, changed, before, [row for row in after if row[DAY] in changed])


def _row(source: str, each: SetApart, stored: Row | None, run_id: str) -> Row:
    """The row of a record; one that is as it was keeps when it was set apart and by whom."""
    wanted = {SOURCE: source, KEY: each.key, DAY: each.day, "reason": each.reason}
    wanted["record"] = each.record
    if stored and wanted.items() <= stored.items():
        return stored
    return wanted | {"set_apart_at": datetime.now(UTC), "set_apart_by": run_id}


def _differing_days(before: Sequence[Row], after: Sequence[Row]) -> set[date]:
    rows_before = {tuple(sorted(row.items())) for row in before}
    rows_after = {tuple(sorted(row.items())) for row in after}
    return {dict(row)[DAY] for row in rows_before ^ rows_after}


def _write(
    table: Table, source: str, days: set[date], before: Sequence[Row], rows: Sequence[Row]
) -> None:
    replaced = days & {row[DAY] for row in before}
    with table.transaction() as transaction:
        if replaced:
            of_source = EqualTo(term=SOURCE, value=source)
            transaction.delete(And(of_source, In(term=DAY, literals=sorted(replaced))))
        if rows:
            data = pa.Table.from_pylist(list(rows), schema=table.schema().as_arrow())
            transaction.append(data)
