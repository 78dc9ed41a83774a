"""A raw table follows its description: columns are added and widened, never dropped or narrowed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from pyiceberg.exceptions import CommitFailedException, ResolveError
from pyiceberg.schema import Schema, promote
from pyiceberg.table import Table
from pyiceberg.table.update.schema import UpdateSchema
from pyiceberg.types import IcebergType, NestedField, PrimitiveType

from pipelines.failures import ToldError

ATTEMPTS = 25
Change = Callable[[UpdateSchema], object]


class NarrowedError(ToldError):
    """The description wants a column to have a type that its stored values may not fit."""


def evolve(table: Table, described: Schema) -> list[str]:
    """Changes the table's schema where the description asks for more; what was done, in words.

    Idempotent; two processes may do so at once. Raises NarrowedError, and changes nothing then.
    """
    for attempt in range(ATTEMPTS):
        changes = differences(table, described)
        if not changes:
            return []
        try:
            with table.update_schema() as update:
                for change in changes.values():
                    change(update)
        except CommitFailedException:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0, 0.05))
            table.refresh()
        else:
            return list(changes)
    return []


def differences(table: Table, described: Schema) -> dict[str, Change]:
    """The changes that bring the table to its description, each with its words.

    Raises NarrowedError.
    """
    stored = {field.name: field for field in table.schema().fields}
    changes: dict[str, Change] = {}
    for field in described.fields:
        changes |= _added(field) if field.name not in stored else _widened(table, stored, field)
    required = {field.name for field in described.fields if field.required}
    for name, field in stored.items():
        if field.required and name not in required:
            changes[f"column {name} may be empty"] = _relaxing(name)
    return changes


def _added(field: NestedField) -> dict[str, Change]:
    """A new column is empty in the rows that there are, so that it can't be required."""

    def add(update: UpdateSchema) -> object:
        return update.add_column(field.name, field.field_type)

    return {f"column {field.name} ({field.field_type}) is added": add}


def _widened(table: Table, stored: dict[str, NestedField], field: NestedField) -> dict[str, Change]:
    before, after = stored[field.name].field_type, field.field_type
    if before == after or _holds(before, after):
        return {}
    if not _holds(after, before) or not isinstance(after, PrimitiveType):
        raise NarrowedError(
            f"{'.'.join(table.name())}: column {field.name} is {before} and can't become {after} "
            "without losing values; describe a new column of another name instead"
        )

    def widen(update: UpdateSchema) -> object:
        return update.update_column(field.name, field_type=after)

    return {f"column {field.name} is widened from {before} to {after}": widen}


def _holds(wider: IcebergType, narrower: IcebergType) -> bool:
    """Whether Iceberg lets a column of the narrower type become the wider one."""
    try:
        promote(narrower, wider)
    except ResolveError:
        return False
    return True


def _relaxing(name: str) -> Change:
    return lambda update: update.make_column_optional(name)
