"""A raw table whose files were moved is found again: its metadata is written anew for the new place.

Iceberg's metadata name every file by its whole path. What is written is new files beside the old
ones, and the catalog is pointed at them last: until then nothing has changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

import fastavro
from pyiceberg.catalog import Catalog
from pyiceberg.catalog.sql import IcebergTables, SqlCatalog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pipelines.failures import ToldError


class LostTableError(ToldError):
    """The files of a table are neither where the catalog has them nor in the home's lake."""


@dataclass(frozen=True)
class Moved:
    """A table whose files are at `new` and whose metadata say `old`; both are folders' URIs."""

    identifier: str
    metadata: str
    """The path of its metadata in the catalog, within `old`."""
    old: str
    new: str

    def there(self, path: str) -> str:
        """A path within `old` as one within `new`; any other text as it is."""
        within = path == self.old or path.startswith(self.old + "/")
        return self.new + path.removeprefix(self.old) if within else path


def moved_tables(catalog: SqlCatalog) -> list[Moved]:
    """The tables whose files are in the lake under another path than the catalog says.

    A table whose files are still where the catalog has them, and not in the lake, is another
    home's and is left alone. Raises LostTableError where they are nowhere.
    """
    return [moved for row in catalogued(catalog) if (moved := _moved(catalog, *row))]


def catalogued(catalog: SqlCatalog) -> list[tuple[str, str]]:
    """The identifier and the metadata's path of each table; no file is read, so none need be there."""
    wanted = select(
        IcebergTables.table_namespace, IcebergTables.table_name, IcebergTables.metadata_location
    ).where(IcebergTables.catalog_name == catalog.name)
    with Session(catalog.engine) as session:
        rows = session.execute(wanted).all()
    return [(f"{namespace}.{name}", location or "") for namespace, name, location in rows]


def _moved(catalog: SqlCatalog, identifier: str, metadata: str) -> Moved | None:
    old = metadata.rpartition("/metadata/")[0]
    lake = str(catalog.properties["warehouse"])
    new = f"{lake}/{'/'.join(Catalog.identifier_to_tuple(identifier))}"
    if old == new:
        return None
    moved = Moved(identifier, metadata, old, new)
    if path_of(moved.there(metadata)).is_file():
        return moved
    if path_of(metadata).is_file():
        return None
    raise LostTableError(
        f"the files of {identifier} are neither in {path_of(old)}, where the catalog has them, "
        f"nor in {path_of(new)}; put the folder `lake` of the home back, or restore a backup"
    )


def path_of(uri: str) -> Path:
    """The local path that a `file:` URI, or a plain path, names; as pyiceberg has it, not unquoted."""
    return Path(urlsplit(uri).path if uri.startswith("file:") else uri)


def relocate(catalog: SqlCatalog, moved: Moved) -> None:
    """Writes the metadata for the new place and points the catalog at them, in that order."""
    metadata = json.loads(path_of(moved.there(moved.metadata)).read_bytes())
    lists: dict[str, str] = {}
    for snapshot in metadata["snapshots"]:
        lists[snapshot["manifest-list"]] = _rewritten_list(moved, snapshot["manifest-list"])
    placed = _with_paths(metadata, lambda path: lists.get(path) or moved.there(path))
    version = moved.metadata.rpartition("/")[2].partition("-")[0]
    target = f"{moved.new}/metadata/{version}-{_mark(moved, moved.metadata)}.metadata.json"
    _write(path_of(target), json.dumps(placed).encode())
    _point_at(catalog, moved, target)


def _rewritten_list(moved: Moved, path: str) -> str:
    """Writes a list of manifests, and each manifest that it names, for the new place; its path."""

    def placed(manifest: dict[str, Any]) -> dict[str, Any]:
        new_path = _rewritten(moved, manifest["manifest_path"], _data_file_placed(moved))
        return {
            **manifest,
            "manifest_path": new_path,
            "manifest_length": path_of(new_path).stat().st_size,
        }

    return _rewritten(moved, path, placed)


def _data_file_placed(moved: Moved) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def placed(entry: dict[str, Any]) -> dict[str, Any]:
        file = entry["data_file"]
        return {**entry, "data_file": {**file, "file_path": moved.there(file["file_path"])}}

    return placed


def _rewritten(moved: Moved, path: str, placed: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    """Writes an Avro file of the old place with each record placed; its path, made once."""
    target = f"{moved.new}/metadata/{_mark(moved, path)}.avro"
    if moved.there(path) == path:
        return path
    if path_of(target).is_file():
        return target
    half = path_of(target).with_suffix(".half")
    with path_of(moved.there(path)).open("rb") as source, half.open("wb") as sink:
        reader = fastavro.reader(source)
        records: Iterator[Any] = (placed(record) for record in reader)  # type: ignore[arg-type]  # every record of Iceberg's is a dict
        written_anew = {"avro.schema", "avro.codec"}
        kept = {name: text for name, text in reader.metadata.items() if name not in written_anew}
        fastavro.writer(sink, reader.writer_schema, records, reader.codec, metadata=kept)
    half.replace(path_of(target))
    return target


def _mark(moved: Moved, path: str) -> str:
    """The name of the file that replaces `path` in the new place; the same each time."""
    return str(uuid5(NAMESPACE_URL, f"{path} {moved.new}"))


def _with_paths(value: Any, placed: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {name: _with_paths(part, placed) for name, part in value.items()}
    if isinstance(value, list):
        return [_with_paths(part, placed) for part in value]
    return placed(value) if isinstance(value, str) else value


def _write(path: Path, content: bytes) -> None:
    half = path.with_suffix(".half")
    half.write_bytes(content)
    half.replace(path)


def _point_at(catalog: SqlCatalog, moved: Moved, target: str) -> None:
    namespace, _, name = moved.identifier.rpartition(".")
    statement = (
        update(IcebergTables)
        .where(
            IcebergTables.catalog_name == catalog.name,
            IcebergTables.table_namespace == namespace,
            IcebergTables.table_name == name,
            IcebergTables.metadata_location == moved.metadata,
        )
        .values(metadata_location=target, previous_metadata_location=moved.metadata)
    )
    with Session(catalog.engine) as session:
        session.execute(statement)
        session.commit()
