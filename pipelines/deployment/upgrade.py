"""Brings a home up to date before anything runs in it.

What is to be done is found by looking at the home, not by remembering what was done: a step that
was killed is found again. Before the first step that changes something the database and the files
that change in place are kept in the home, until a later start found nothing to do; `back` brings
them back.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipelines.deployment.dagster_home import write_instance
from pipelines.deployment.dump import dump
from pipelines.deployment.errors import REFUSED, DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout
from pipelines.deployment.postgres import MAJOR
from pipelines.deployment.version import (
    demand_not_newer,
    is_current,
    read_version,
    write_version,
)
from pipelines.raw.description import DAY

if TYPE_CHECKING:
    from dagster import DagsterInstance
    from pyiceberg.catalog.sql import SqlCatalog

KEPT_FILES = (
    "version.json",
    "timezone",
    "first-backfill",
    "warehouse.duckdb",
    "warehouse.duckdb.wal",
)
"""The files of a home that an upgrade, or a run after it, changes in place."""
Say = Callable[[str], None]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Step:
    """A step of an upgrade; `words` say what it does."""

    words: str
    run: Callable[[], object]


def bring_up_to_date(layout: Layout, say: Say) -> None:
    """Does the steps of the upgrade and says each; the database must answer.

    Raises DeploymentError where the home is a newer release's, or a step can't be done.
    """
    home, kept_version = layout.home, read_version(layout.home)
    demand_not_newer(kept_version, f"The home {home.root}")
    if is_current(kept_version, home):
        return
    if not is_new(layout):
        _do(layout, say)
    write_version(home, parts(layout))


def _do(layout: Layout, say: Say) -> None:
    steps = list(pending(layout))
    if steps:
        keep(layout)
        say(f"The database as it was is kept in {kept(layout.home)} until the next start.")
    for step in steps:
        say(f"upgrade: {step.words}")
        _told(step.run)


def pending(layout: Layout) -> Iterator[Step]:
    """The steps in order: tables are found again before their columns are read."""
    if layout.lake:
        yield from _dagster(layout)
        return
    moved = list(_moved(layout))
    yield from moved
    if not moved:
        yield from _columns(layout)
    else:
        yield Step("the columns of the raw tables follow", partial(_follow, layout))
    yield from _zone(layout)
    yield from _dagster(layout)


def is_new(layout: Layout) -> bool:
    """Whether the database is empty."""
    import psycopg

    with psycopg.connect(layout.postgres_url) as connection:
        tables = "select to_regclass('runs') is null and to_regclass('iceberg_tables') is null"
        (new,) = connection.execute(tables).fetchone() or (True,)
    return bool(new)


def kept(home: Home) -> Path:
    """The dump of the database, which is written last: where it is, all is kept."""
    return home.before_upgrade / "postgres.dump"


def keep(layout: Layout) -> None:
    """Keeps files and database once; what an interrupted upgrade kept stays as it is."""
    folder = layout.home.before_upgrade
    if kept(layout.home).exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in KEPT_FILES:
        if (layout.home.root / name).exists():
            shutil.copy2(layout.home.root / name, folder)
    dump(layout.postgres_url, kept(layout.home))


def forget(home: Home, say: Say) -> None:
    """Removes what an upgrade kept, once a later start has found nothing to do."""
    if home.before_upgrade.exists():
        shutil.rmtree(home.before_upgrade)
        say("What was kept before the upgrade is removed: this start succeeded.")


def find_moved(layout: Layout, say: Say) -> None:
    """Finds again the tables whose files are in this home and were in another place."""
    for step in _moved(layout):
        say(step.words)
        _told(step.run)


def _moved(layout: Layout) -> Iterator[Step]:
    from pipelines.raw.relocate import moved_tables, relocate

    catalog = _catalog(layout)
    for moved in _told(lambda: moved_tables(catalog)):
        words = f"{moved.identifier} is found again, from {moved.old} to {moved.new}"
        yield Step(words, partial(relocate, catalog, moved))


def _columns(layout: Layout) -> Iterator[Step]:
    from pipelines.raw.evolve import differences, evolve
    from pipelines.raw.iceberg import schema
    from pipelines.tables import RAW_TABLES

    catalog = _catalog(layout)
    for described in RAW_TABLES:
        if catalog.table_exists(described.identifier):
            table, wanted = catalog.load_table(described.identifier), schema(described)
            if changes := _told(partial(differences, table, wanted)):
                words = f"{described.identifier}: {'; '.join(changes)}"
                yield Step(words, partial(evolve, table, wanted))


def _follow(layout: Layout) -> None:
    for step in _columns(layout):
        step.run()


def _zone(layout: Layout) -> Iterator[Step]:
    """The zone of the days is noted in a home from before it was."""
    from pipelines.raw.relocate import catalogued
    from pipelines.raw.zone import is_kept
    from pipelines.tables import RAW_TABLES

    names = {identifier for identifier, _metadata in catalogued(_catalog(layout))}
    if not is_kept(layout.lake_settings) and any(raw.identifier in names for raw in RAW_TABLES):
        words = f"the zone of the days is noted, {layout.settings.timezone}"
        yield Step(words, partial(_note_zone, layout))


def _note_zone(layout: Layout) -> None:
    """Raises DeploymentError where rows have the days of another zone than that of the settings."""
    from pipelines.raw.iceberg import stored_rows
    from pipelines.raw.zone import demand_zone
    from pipelines.tables import RAW_TABLES

    catalog, zone = _catalog(layout), layout.settings.zone
    for described in RAW_TABLES:
        if catalog.table_exists(described.identifier):
            columns = (described.moment, DAY)
            rows = stored_rows(catalog.load_table(described.identifier), (), columns)
            if any(described.day_of(row, zone) != row[DAY] for row in rows):
                raise DeploymentError(
                    f"DAGDECK_TIMEZONE={layout.settings.timezone!r}, and the rows of "
                    f"{described.identifier} were given their days in another zone: set "
                    "DAGDECK_TIMEZONE to the one that this home was made with.",
                    REFUSED,
                )
    demand_zone(layout.lake_settings)


def _dagster(layout: Layout) -> Iterator[Step]:
    with _instance(layout) as instance:
        before, after = instance.run_storage.alembic_version() or (None, None)
    if before != after:
        words = f"Dagster's storage is migrated from {before or 'no revision'} to {after}"
        yield Step(words, partial(_migrate, layout))


def _migrate(layout: Layout) -> None:
    with _instance(layout) as instance:
        instance.upgrade()


def _instance(layout: Layout) -> DagsterInstance:
    from dagster import DagsterInstance

    write_instance(layout.home, layout.postgres_url)
    return DagsterInstance.from_config(str(layout.home.dagster))


def _catalog(layout: Layout) -> SqlCatalog:
    from pipelines.resources.lake import sql_catalog

    return sql_catalog(layout.lake_settings)


def parts(layout: Layout) -> dict[str, str]:
    """The version or schema of each part of the home, in words."""
    words_of = {"postgres": MAJOR}
    if is_new(layout) or layout.lake:
        return words_of
    from pipelines.tables import RAW_TABLES

    catalog = _catalog(layout)
    for described in RAW_TABLES:
        if catalog.table_exists(described.identifier):
            fields = catalog.load_table(described.identifier).schema().fields
            words_of[described.identifier] = ", ".join(f"{f.name} {f.field_type}" for f in fields)
    with _instance(layout) as instance:
        revision = instance.run_storage.alembic_version()
    return words_of | ({"dagster": str(revision[0])} if revision else {})


def _told(call: Callable[[], Result]) -> Result:
    """The result of the call, or raises DeploymentError with one sentence."""
    from pipelines.failures import ToldError, sentence

    try:
        return call()
    except DeploymentError:
        raise
    except (ToldError, OSError) as error:
        raise DeploymentError(f"The home can't be brought up to date: {error}.") from error
    except Exception as error:
        raise DeploymentError(sentence(error, "The home can't be brought up to date")) from error
