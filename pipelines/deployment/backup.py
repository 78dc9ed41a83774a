"""`backup FILE`: everything of a home in one archive, taken while it runs.

All is as of one moment of the database, in which one transaction counts what the archive holds:
the dump has that transaction's snapshot, and the lake the files that its catalog names. Those are
never changed or removed, so that they can be copied while runs write others.
"""

from __future__ import annotations

import os
import tarfile
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from gzip import BadGzipFile
from pathlib import Path

import duckdb
import psycopg
from pydantic import BaseModel, ValidationError

from pipelines.deployment.check import database
from pipelines.deployment.counts import count_database, count_lake, count_warehouse
from pipelines.deployment.dump import dump, other_roles
from pipelines.deployment.errors import REFUSED, DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout
from pipelines.deployment.state import read_state
from pipelines.deployment.usable import demand_whole
from pipelines.deployment.version import HomeVersion, read_version
from pipelines.deployment.waiting import Waiting
from pipelines.settings import Settings

CONTENTS, DUMP, WAREHOUSE = "contents.json", "postgres.dump", "warehouse.duckdb"
LEFT_OUT = (
    "postgres",
    "warehouse.duckdb",
    "warehouse.duckdb.wal",
    "state.json",
    "url",
    "lock",
    "dagster",
    "dbt",
    "dlt",
    "before-upgrade",
    "going-back",
)
"""The names in a home that are left out: they are dumped, or made anew at a start."""
LOCK_SECONDS = 120.0
"""A backup waits this long for a run that writes the warehouse."""


class Contents(BaseModel):
    """The description of a backup, kept in its archive."""

    version: HomeVersion
    first_day: str | None
    taken_at: datetime
    rows: dict[str, int]
    """The number of rows of each table."""
    roles: list[str] = []
    """The roles of Postgres that views and grants of the database may name."""


def backup(settings: Settings, file: Path, say: Waiting) -> Contents:
    """Writes the archive, whole or not at all. Raises DeploymentError."""
    home = Home(settings.home.expanduser().resolve())
    if not home.state.exists():
        raise DeploymentError(f"There is no home in {home.root} to back up.")
    if read_state(home.state).lakehouse == "stack":
        raise DeploymentError(
            f"The tables of {home.root} are in Nessie and S3, which this backup doesn't hold: stop "
            "it with `dagdeck down` and copy the whole folder.",
            REFUSED,
        )
    if not file.parent.is_dir():
        raise DeploymentError(f"{file.parent} is no folder; a backup can't be written to {file}.")
    if file.resolve().is_relative_to(home.root):
        raise DeploymentError(f"{file} is within the home that it would hold; put it elsewhere.")
    waiting = partial(say, "Another dagdeck command is at work here; waiting for it.")
    with home.locked(waiting):
        demand_whole(home)
        with database(settings, home, say) as layout:
            return _archived(layout, file, say)


def _archived(layout: Layout, file: Path, say: Waiting) -> Contents:
    home = layout.home
    half = file.with_name(file.name + ".half")
    with tempfile.TemporaryDirectory(prefix="dagdeck-backup-", dir=file.parent) as folder:
        work = Path(folder)
        rows, roles = _frozen(layout, work, say)
        contents = Contents(
            version=read_version(home),
            first_day=layout.first_day.isoformat(),
            taken_at=datetime.now(UTC),
            rows=rows,
            roles=roles,
        )
        (work / CONTENTS).write_text(contents.model_dump_json(indent=2))
        with tarfile.open(half, "w:gz", compresslevel=1) as archive:
            # The contents come first, to be read without the rest.
            for path in (work / CONTENTS, work / DUMP, work / WAREHOUSE):
                if path.exists():
                    archive.add(path, path.name)
            for path in sorted(home.root.iterdir()):
                if path.name not in LEFT_OUT:
                    _add(archive, home.root, path)
    with half.open("rb") as written:
        os.fsync(written.fileno())
    half.replace(file)
    return contents


def _add(archive: tarfile.TarFile, root: Path, top: Path) -> None:
    """Adds a file or a whole folder; a file that vanishes meanwhile, such as an old log, is left out."""
    for path in (top, *sorted(top.rglob("*"))):
        with suppress(FileNotFoundError):
            archive.add(path, str(path.relative_to(root)), recursive=False)


def _frozen(layout: Layout, work: Path, say: Waiting) -> tuple[dict[str, int], list[str]]:
    """Dumps the database and its roles, copies the warehouse, and counts the rows of both and of the lake."""
    with psycopg.connect(layout.postgres_url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        dump(layout.postgres_url, work / DUMP, f"--snapshot={snapshot}")
        rows = count_database(connection) | count_lake(connection)
        roles = other_roles(connection)
    say("The database is dumped.")
    source = layout.lake_settings.duckdb_path
    if source.exists():
        _copy_warehouse(source, work / WAREHOUSE)
        rows |= count_warehouse(work / WAREHOUSE)
    return rows, roles


def _copy_warehouse(source: Path, target: Path) -> None:
    """Copies all tables in one transaction of DuckDB, which keeps writers out meanwhile."""
    with duckdb.connect(config={"threads": 1}) as connection:
        _attach(connection, source)
        connection.execute(f"ATTACH {_quoted(target)} AS target")
        connection.execute("COPY FROM DATABASE source TO target")
        connection.execute("DETACH target")


def _attach(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute(f"ATTACH {_quoted(source)} AS source (READ_ONLY)")
            return
        except duckdb.IOException as error:
            if "lock" not in str(error) or time.monotonic() > deadline:
                raise DeploymentError(f"The warehouse can't be read: {error}") from error
        time.sleep(0.2)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


@contextmanager
def opened(file: Path) -> Iterator[tuple[Contents, tarfile.TarFile]]:
    """The backup's description, and the archive; raises DeploymentError where the file is no backup."""
    if not file.is_file():
        raise DeploymentError(f"There is no file {file} to restore.")
    try:
        with tarfile.open(file, "r:gz") as archive:
            first = archive.next()
            text = archive.extractfile(first) if first and first.name == CONTENTS else None
            if text is None:
                raise DeploymentError(f"{file} is no backup of dagdeck.")
            yield Contents.model_validate_json(text.read()), archive
    except (tarfile.TarError, EOFError, BadGzipFile, zlib.error, ValidationError) as error:
        raise DeploymentError(f"{file} is no whole backup of dagdeck: {error}.") from error
