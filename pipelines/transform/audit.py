"""Write, audit, publish for what dbt builds: on Trino a run writes to a branch of Nessie of its own.

DuckDB has no branches: what is built there is there at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.failures import ToldError
from pipelines.resources.nessie import MAIN, Nessie
from pipelines.stack.catalogs import create_catalog, drop_catalog
from pipelines.transform.environment import CATALOG

if TYPE_CHECKING:
    from pipelines.settings import Settings

BUILD, FAILED = "build-", "failed-build-"
KEPT = {BUILD: timedelta(days=1), FAILED: timedelta(days=30)}
"""The time since its last write that a branch is kept: of a run that was killed, of one that failed."""


class UncheckedError(ToldError):
    """No test looked at what was built, so that it isn't published."""


@dataclass
class Branch:
    """Where dbt builds: its environment variables, and what makes `main` have it."""

    variables: dict[str, str] = field(default_factory=dict)
    nessie: Nessie | None = None
    name: str = ""
    base: str = ""

    def publish(self, tests: int) -> None:
        """Merges the branch into `main` in one step, where tests have passed on it.

        Raises UncheckedError where none was run, and CommitFailedException where another run
        changed the same tables since.
        """
        if self.nessie is None:
            return
        if not tests:
            raise UncheckedError(
                f"no test of dbt looked at what is on the branch {self.name}, so that it isn't "
                "published; run the models with their checks"
            )
        self.nessie.merge(self.name, self.base)


@contextmanager
def audited(settings: Settings, run_id: str) -> Iterator[Branch]:
    """A branch for the block, and a catalog of Trino on it; of a block that fails the branch is kept.

    It is kept as `failed-build-<run>` for 30 days.
    """
    if settings.lakehouse != "stack":
        yield Branch()
        return
    nessie = Nessie(settings.nessie_url)
    _forget(settings, nessie)
    name, base = f"{BUILD}{run_id}", nessie.head(MAIN)
    catalog = _catalog(name)
    nessie.create(name, base)
    create_catalog(settings, settings.trino_catalog)
    create_catalog(settings, catalog, name)
    try:
        yield Branch({CATALOG: catalog}, nessie, name, base)
    except BaseException:
        with suppress(Exception):
            nessie.create(f"{FAILED}{run_id}", nessie.head(name), name)
        raise
    finally:
        with suppress(Exception):
            drop_catalog(settings, catalog)
        with suppress(Exception):
            nessie.drop(name)


def _catalog(branch: str) -> str:
    return branch.replace("-", "_")


def _forget(settings: Settings, nessie: Nessie) -> None:
    """Drops what killed runs left, and failed builds that are older than they are kept."""
    now = datetime.now(UTC)
    for branch in nessie.branches():
        for prefix, kept in KEPT.items():
            is_old = branch.written_at is not None and branch.written_at < now - kept
            if branch.name.startswith(prefix) and is_old:
                drop_catalog(settings, _catalog(branch.name))
                nessie.drop(branch.name)
