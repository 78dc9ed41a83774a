"""The upkeep of every table of the catalog: what is to be done, and doing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.failures import ToldError
from pipelines.maintenance import compaction, orphans, snapshots
from pipelines.raw.publish import turn
from pipelines.resources.lake import sql_catalog

if TYPE_CHECKING:
    from pyiceberg.catalog.sql import SqlCatalog

    from pipelines.settings import Settings


class BusyError(ToldError):
    """A command of the deployment, such as a backup, is at work on the files."""


@dataclass(frozen=True)
class Upkeep:
    """What a table needs, or what was done for it."""

    table: str
    scattered: int
    """Partitions of several small files."""
    files: int
    """Data files that there are less for it; of a dry run 0."""
    manifests: int
    """Manifests beyond those that a table may have, or that were merged away."""
    snapshots: int
    orphans: int
    orphan_bytes: int

    def words(self) -> str:
        return (
            f"{self.table}: {self.scattered} partitions of several small files, {self.manifests} "
            f"manifests too many, {self.snapshots} snapshots too old, {self.orphans} files that "
            f"nothing names ({self.orphan_bytes / 1e6:.1f} MB)"
        )


def look(settings: Settings) -> list[Upkeep]:
    """What each table needs; nothing is changed. Nessie's tables need nothing that is done here."""
    if settings.lakehouse == "stack":
        return []
    catalog = sql_catalog(settings)
    return [_needed(settings, catalog, name) for name in _names(catalog)]


def maintain(settings: Settings, run_id: str, log: Callable[[str], None]) -> list[Upkeep]:
    """Does what each table needs.

    Raises BusyError where files were to be removed while a command is at work on them; what was
    done until then is whole.
    """
    if settings.lakehouse == "stack":
        log("the tables are Nessie's: its garbage collector takes what no branch reaches")
        return []
    catalog = sql_catalog(settings)
    done = []
    for name in _names(catalog):
        done.append(_maintained(settings, catalog, name, run_id))
        log(done[-1].words())
    return done


def _names(catalog: SqlCatalog) -> list[str]:
    names = [name for each in catalog.list_namespaces() for name in catalog.list_tables(each)]
    return sorted(".".join(name) for name in names)


def _needed(settings: Settings, catalog: SqlCatalog, name: str) -> Upkeep:
    table = catalog.load_table(name)
    found = orphans.orphans(catalog, name, timedelta(days=settings.orphan_days))
    return Upkeep(
        table=name,
        scattered=len(compaction.scattered(table)),
        files=0,
        manifests=max(compaction.manifests(table) - compaction.MANIFESTS, 0),
        snapshots=len(snapshots.expired(table, _oldest(settings))),
        orphans=len(found),
        orphan_bytes=sum(each.size for each in found),
    )


def _maintained(settings: Settings, catalog: SqlCatalog, name: str, run_id: str) -> Upkeep:
    with turn(catalog, name):
        table = catalog.load_table(name)
        partitions = len(compaction.scattered(table))
        files = compaction.compact(table, run_id)
        manifests = compaction.merge_manifests(table)
        gone = snapshots.expire(table, _oldest(settings))
    found = _remove_orphans(settings, catalog, name)
    size = sum(each.size for each in found)
    return Upkeep(name, partitions, files, manifests, gone, len(found), size)


def _remove_orphans(settings: Settings, catalog: SqlCatalog, name: str) -> list[orphans.Orphan]:
    """Removes them while no backup copies the files, for its catalog may be older than this."""
    from pipelines.deployment.errors import DeploymentError
    from pipelines.deployment.home import Home

    try:
        with Home(settings.home).free():
            found = orphans.orphans(catalog, name, timedelta(days=settings.orphan_days))
            orphans.remove(found)
            return found
    except DeploymentError as error:
        raise BusyError(f"the files of {name} are left as they are: {error}") from error


def _oldest(settings: Settings) -> datetime:
    return datetime.now(UTC) - timedelta(days=settings.snapshot_days)
