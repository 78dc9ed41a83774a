"""Files in a table's folder that nothing of the table names: of dropped branches, of killed runs."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pyiceberg.catalog.sql import IcebergTables, SqlCatalog
from pyiceberg.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.raw.relocate import path_of


@dataclass(frozen=True)
class Orphan:
    """A file that nothing names; `size` in bytes."""

    path: Path
    size: int


def orphans(catalog: SqlCatalog, identifier: str, age: timedelta) -> list[Orphan]:
    """The files that nothing of the table names and that are older than `age`.

    A run writes its files before its commit names them, so younger ones are left alone.
    """
    latest = time.time() - age.total_seconds()
    folder = path_of(catalog.load_table(identifier).metadata.location)
    old = {path: stat for path, stat in _files(folder) if stat.st_mtime < latest}
    # Read after the folder: what was committed in between is named by now.
    named = {path_of(uri).resolve() for uri in _named(catalog, catalog.load_table(identifier))}
    return [Orphan(path, stat.st_size) for path, stat in sorted(old.items()) if path not in named]


def remove(found: list[Orphan]) -> None:
    """Removes the files; one that is gone already is no error."""
    for each in found:
        each.path.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in folder.resolve().rglob("*"):
        if path.is_file():
            yield path, path.stat()


def _named(catalog: SqlCatalog, table: Table) -> Iterator[str]:
    """The URIs of every file that the table's metadata name, at any depth, and of the metadata."""
    yield table.metadata_location
    yield from _previous_metadata(catalog, table)
    yield from (entry.metadata_file for entry in table.metadata.metadata_log)
    yield from (file.statistics_path for file in table.metadata.statistics)
    passed: set[str] = set()
    for snapshot in table.metadata.snapshots:
        yield snapshot.manifest_list
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path not in passed:
                passed.add(manifest.manifest_path)
                yield manifest.manifest_path
                for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True):
                    yield entry.data_file.file_path


def _previous_metadata(catalog: SqlCatalog, table: Table) -> list[str]:
    """What the catalog keeps as the metadata before the current ones."""
    namespace, name = table.name()[0], table.name()[-1]
    wanted = select(IcebergTables.previous_metadata_location).where(
        IcebergTables.catalog_name == catalog.name,
        IcebergTables.table_namespace == namespace,
        IcebergTables.table_name == name,
    )
    with Session(catalog.engine) as session:
        return [location for location in session.scalars(wanted) if location]
