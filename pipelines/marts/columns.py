"""The columns of a published mart, changed in place: readers' views, grants and comments stay."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import Connection, errors, sql

from pipelines.failures import ToldError

Column = tuple[str, str]
"""A column's name and its Postgres type."""

SCHEMA = "marts"
LOCK_SECONDS = 30
"""A change of columns waits this long for readers, who wait for it in turn."""


class MartRefusedError(ToldError):
    """The mart's columns can't be changed as wanted; the published mart stays as it is."""


def follow(connection: Connection, name: str, wanted: Sequence[Column]) -> None:
    """Makes the table, or makes its columns the wanted ones within the caller's transaction.

    Columns keep their order, and new ones come last. Raises MartRefusedError where something that
    others made stands on a column that goes or changes its type.
    """
    table = sql.Identifier(SCHEMA, name)
    published = _published(connection, name)
    if not published:
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, _definition(wanted)))
        return
    changes = _changes(published, dict(wanted))
    if not changes:
        return
    connection.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
    # A type is changed without rows: all are replaced in this transaction.
    connection.execute(sql.SQL("DELETE FROM {}").format(table))
    for words, change in changes:
        _change(connection, name, words, change)


def _published(connection: Connection, name: str) -> dict[str, str]:
    rows = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
        (SCHEMA, name),
    )
    return {str(column): str(kind) for column, kind in rows.fetchall()}


def _definition(columns: Sequence[Column]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("{} ").format(sql.Identifier(name)) + sql.SQL(kind) for name, kind in columns
    )


def _changes(published: dict[str, str], wanted: dict[str, str]) -> list[tuple[str, sql.Composable]]:
    """A change of the columns, in words and as a clause of ALTER TABLE."""
    changes: list[tuple[str, sql.Composable]] = []
    for name, kind in published.items():
        column = sql.Identifier(name)
        if name not in wanted:
            clause = sql.SQL("DROP COLUMN {}").format(column)
            changes.append((f"column {name} goes", clause))
        elif wanted[name] != kind:
            clause = sql.SQL("ALTER COLUMN {} TYPE {} USING NULL").format(
                column, sql.SQL(wanted[name])
            )
            changes.append((f"column {name} becomes {wanted[name]} from {kind}", clause))
    added = [(name, kind) for name, kind in wanted.items() if name not in published]
    for name, kind in added:
        clause = sql.SQL("ADD COLUMN {}").format(_definition([(name, kind)]))
        changes.append((f"column {name} is added", clause))
    return changes


def _change(connection: Connection, name: str, words: str, change: sql.Composable) -> None:
    table = sql.Identifier(SCHEMA, name)
    try:
        connection.execute(sql.SQL("ALTER TABLE {} {}").format(table, change))
    except (errors.DependentObjectsStillExist, errors.FeatureNotSupported) as error:
        what = "; ".join((error.diag.message_detail or str(error)).splitlines())
        raise MartRefusedError(
            f"{SCHEMA}.{name} is kept as it was: {words}, and {what}; drop what depends on it, "
            "materialize the mart, and make it again (docs/runbook.md, A mart is refused)"
        ) from error
    except errors.LockNotAvailable as error:
        raise MartRefusedError(
            f"{SCHEMA}.{name} is kept as it was: {words}, and a reader's open transaction has "
            f"held the table for {LOCK_SECONDS} s; end it, and materialize the mart again"
        ) from error
