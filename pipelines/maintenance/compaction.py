"""Partitions of several small files, which become one file each, and manifests, which become few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta
from functools import partial, reduce
from typing import Any

from pyiceberg.expressions import And, BooleanExpression, EqualTo, IsNull, Or
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table, TableProperties, Transaction
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import DateType

from pipelines.maintenance.commits import commit

SMALL_BYTES = 32 * 1024 * 1024
"""A quarter of what an engine likes to read at once."""
PARTITIONS = 200
"""The partitions that are written anew at once, in memory."""
MANIFESTS = 100
"""A table of more manifests than these is planned slowly; each commit adds one."""

Partition = tuple[Any, ...]


def scattered(table: Table) -> list[Partition]:
    """The partitions of the current spec that hold two or more small files, in order.

    None of a table that is partitioned by anything but columns as they are.
    """
    if not all(isinstance(f.transform, IdentityTransform) for f in table.spec().fields):
        return []
    counted: Counter[Partition] = Counter()
    for task in table.scan().plan_files():
        file = task.file
        if file.spec_id == table.spec().spec_id and file.file_size_in_bytes < SMALL_BYTES:
            counted[partition_of(file)] += 1
    return sorted((key for key, files in counted.items() if files > 1), key=repr)


def partition_of(file: DataFile) -> Partition:
    """The values of the partition that a file is in."""
    return tuple(file.partition[at] for at in range(len(file.partition)))


def compact(table: Table, run_id: str) -> int:
    """Writes the scattered partitions anew, a file each; the number of files that there are less."""
    before = _files(table)
    wanted = scattered(table)
    for start in range(0, len(wanted), PARTITIONS):
        some = wanted[start : start + PARTITIONS]
        commit(table, partial(_rewrite, wanted=some, run_id=run_id))
    table.refresh()
    return before - _files(table)


def _files(table: Table) -> int:
    return sum(1 for _ in table.scan().plan_files())


def _rewrite(
    table: Table, transaction: Transaction, wanted: Collection[Partition], run_id: str
) -> None:
    """Replaces the partitions' rows by themselves, as the newest snapshot has them."""
    rows = reduce(Or, (_filter(table, partition) for partition in wanted))
    data = table.scan(row_filter=rows).to_arrow()
    summary = {"dagster.run-id": run_id, "dagdeck.maintenance": "compact"}
    transaction.delete(rows, snapshot_properties=summary)
    transaction.append(data, snapshot_properties=summary)


def _filter(table: Table, partition: Partition) -> BooleanExpression:
    names = [table.schema().find_column_name(f.source_id) for f in table.spec().fields]
    terms: list[BooleanExpression] = [
        IsNull(term=name) if value is None else EqualTo(term=name, value=value)
        for name, value in zip(names, _literals(table, partition), strict=True)
    ]
    return reduce(And, terms)


def _literals(table: Table, partition: Partition) -> list[Any]:
    """The values as rows have them: a date in a partition is the number of its days."""
    kinds = [table.schema().find_type(field.source_id) for field in table.spec().fields]
    return [
        date(1970, 1, 1) + timedelta(days=value)
        if isinstance(kind, DateType) and isinstance(value, int)
        else value
        for kind, value in zip(kinds, partition, strict=True)
    ]


def manifests(table: Table) -> int:
    """The number of manifests of the current snapshot."""
    snapshot = table.current_snapshot()
    return len(snapshot.manifests(table.io)) if snapshot else 0


def merge_manifests(table: Table) -> int:
    """Merges the manifests of a table that has more than 100; the number that there are less."""
    before = manifests(table)
    if before <= MANIFESTS:
        return 0
    commit(table, _merge)
    table.refresh()
    return before - manifests(table)


def _merge(table: Table, transaction: Transaction) -> None:
    """A commit without rows that merges; the properties that make it are gone at its end."""
    names = {
        TableProperties.MANIFEST_MERGE_ENABLED: "true",
        TableProperties.MANIFEST_MIN_MERGE_COUNT: "2",
    }
    kept = {name: table.properties[name] for name in names if name in table.properties}
    transaction.set_properties(names)
    summary = {"dagdeck.maintenance": "merge manifests"}
    with transaction.update_snapshot(snapshot_properties=summary).merge_append():
        pass
    transaction.remove_properties(*names)
    if kept:
        transaction.set_properties(kept)
