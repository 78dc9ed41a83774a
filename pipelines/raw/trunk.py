"""The published rows of a raw table, and the branches where a run's rows wait for their audit.

A branch is one of the table in Iceberg itself, or one of the whole catalog in Nessie.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

import pyarrow as pa
from pyiceberg.expressions import In
from pyiceberg.table import Table
from pyiceberg.table.refs import MAIN_BRANCH

from pipelines.raw import branches
from pipelines.raw.description import DAY, Row
from pipelines.raw.iceberg import stored_rows, write_branch
from pipelines.resources.lake import NessieCatalog
from pipelines.resources.nessie import MAIN


class Trunk(Protocol):
    """A table as it is published. Whatever another writer preceded raises CommitFailedException."""

    @property
    def table(self) -> Table:
        """The table on `main`."""

    def base(self) -> str:
        """Where `main` is, with the table as it is there."""

    def of_run(self, run_id: str) -> str:
        """The branch that a run writes to."""

    def of_day(self, day: date) -> str:
        """The branch that shows a day as it failed its audit."""

    def failed_days(self) -> dict[date, str]:
        """The branch of each day whose last rows failed their audit."""

    def write(
        self, base: str, branch: str, rows: Sequence[Row], replaced: Sequence[date], run_id: str
    ) -> None:
        """Makes the branch anew from `base`, with the rows in place of those of the days."""

    def rows(self, branch: str, days: Sequence[date], columns: Sequence[str]) -> list[Row]:
        """The rows of the days on a branch."""

    def written_at(self, branch: str) -> datetime:
        """The time when the branch was last written to (UTC)."""

    def publish(self, base: str, branch: str, dropped: Collection[str]) -> None:
        """Makes `main` what the branch is, where it still is at `base`, and drops branches."""

    def keep_failed(self, branch: str, days: Collection[date]) -> None:
        """Leaves what a run wrote under the names of the days that failed."""

    def drop(self, names: Collection[str]) -> None:
        """Drops those of the branches that there are, and those that are too old."""


def trunk_of(table: Table) -> Trunk:
    """The trunk of a table, as its catalog has it."""
    if isinstance(table.catalog, NessieCatalog):
        return NessieTrunk(table, table.catalog)
    return IcebergTrunk(table)


@dataclass(frozen=True)
class IcebergTrunk:
    """Branches of the table itself."""

    table: Table

    def base(self) -> str:
        return str(self.table.metadata.refs[MAIN_BRANCH].snapshot_id)

    def of_run(self, run_id: str) -> str:
        return branches.of_run(run_id)

    def of_day(self, day: date) -> str:
        return branches.of_day(day)

    def failed_days(self) -> dict[date, str]:
        return branches.failed_days(self.table)

    def write(
        self,
        base: str,  # noqa: ARG002 - the table is at it
        branch: str,
        rows: Sequence[Row],
        replaced: Sequence[date],
        run_id: str,
    ) -> None:
        write_branch(self.table, branch, rows, replaced, run_id)

    def rows(self, branch: str, days: Sequence[date], columns: Sequence[str]) -> list[Row]:
        return stored_rows(self.table, days, columns, branch)

    def written_at(self, branch: str) -> datetime:
        return branches.written_at(self.table, branch)

    def publish(self, base: str, branch: str, dropped: Collection[str]) -> None:
        branches.fast_forward(self.table, int(base), branch, dropped)

    def keep_failed(self, branch: str, days: Collection[date]) -> None:
        branches.keep_failed(self.table, branch, days)

    def drop(self, names: Collection[str]) -> None:
        branches.drop(self.table, names)


@dataclass(frozen=True)
class NessieTrunk:
    """Branches of the whole catalog, each named for the one table that is written on it."""

    table: Table
    catalog: NessieCatalog

    @property
    def _name(self) -> str:
        return self.table.name()[-1]

    def base(self) -> str:
        """Read before and after the table: where both are the same, the table is of that moment."""
        nessie = self.catalog.nessie
        while True:
            head = nessie.head(MAIN)
            self.table.refresh()
            if nessie.head(MAIN) == head:
                return head

    def of_run(self, run_id: str) -> str:
        return f"{branches.RUN}{self._name}-{run_id}"

    def of_day(self, day: date) -> str:
        return f"{branches.FAILED}{self._name}-{day}"

    def failed_days(self) -> dict[date, str]:
        prefix = f"{branches.FAILED}{self._name}-"
        days = {}
        for branch in self.catalog.nessie.branches():
            if branch.name.startswith(prefix):
                with suppress(ValueError):
                    days[date.fromisoformat(branch.name.removeprefix(prefix))] = branch.name
        return days

    def write(
        self, base: str, branch: str, rows: Sequence[Row], replaced: Sequence[date], run_id: str
    ) -> None:
        self.catalog.nessie.create(branch, base)
        table = self._on(branch)
        data = pa.Table.from_pylist(list(rows), schema=table.schema().as_arrow())
        summary = {"dagster.run-id": run_id}
        with table.transaction() as transaction:
            if replaced:
                transaction.delete(In(term=DAY, literals=replaced), snapshot_properties=summary)
            transaction.append(data, snapshot_properties=summary)

    def rows(self, branch: str, days: Sequence[date], columns: Sequence[str]) -> list[Row]:
        return stored_rows(self._on(branch), days, columns)

    def written_at(self, branch: str) -> datetime:
        return branches.written_at(self._on(branch), MAIN_BRANCH)

    def publish(self, base: str, branch: str, dropped: Collection[str]) -> None:
        self.catalog.nessie.merge(branch, base)
        self.table.refresh()
        self.drop(dropped)

    def keep_failed(self, branch: str, days: Collection[date]) -> None:
        nessie = self.catalog.nessie
        head = nessie.head(branch)
        for day in days:
            nessie.create(self.of_day(day), head, branch)
        self.drop({branch})

    def drop(self, names: Collection[str]) -> None:
        for name in {*names, *self._forgotten()}:
            self.catalog.nessie.drop(name)

    def _on(self, branch: str) -> Table:
        table: Table = self.catalog.on(branch).load_table(".".join(self.table.name()))
        return table

    def _forgotten(self) -> set[str]:
        """The table's branches that are older than theirs are kept; one not yet written to is new."""
        now, main = datetime.now(UTC), self.catalog.nessie.head(MAIN)
        return {
            branch.name
            for branch in self.catalog.nessie.branches()
            for prefix, kept in branches.KEPT.items()
            if branch.name.startswith(f"{prefix}{self._name}-")
            and branch.hash != main
            and branch.written_at is not None
            and branch.written_at < now - kept
        }
