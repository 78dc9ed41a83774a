"""The branches of a raw table: a run's own, and one for each day that failed its audit."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.refs import MAIN_BRANCH
from pyiceberg.table.snapshots import ancestors_of
from pyiceberg.table.update.snapshot import ExpireSnapshots, ManageSnapshots

RUN, FAILED = "run-", "failed-"
KEPT = {RUN: timedelta(hours=6), FAILED: timedelta(days=30)}
"""The time that a branch is kept which no run replaces: of a killed run, of a day that failed."""
ATTEMPTS = 25


class MovedError(CommitFailedException):
    """`main` is no longer where the branch began: what was merged there is to be merged anew."""


def of_run(run_id: str) -> str:
    """The branch that a run writes to."""
    return f"{RUN}{run_id}"


def of_day(day: date) -> str:
    """The branch that shows a day as it failed its audit, and the table around it."""
    return f"{FAILED}{day}"


def failed_days(table: Table) -> dict[date, str]:
    """The branch of each day whose last rows failed their audit."""
    days = {}
    for name in sorted(name for name in table.metadata.refs if name.startswith(FAILED)):
        # Somebody's own branch may begin with the same word.
        with suppress(ValueError):
            days[date.fromisoformat(name.removeprefix(FAILED))] = name
    return days


def written_at(table: Table, branch: str) -> datetime:
    """The time when the branch was last written to (UTC)."""
    head = table.metadata.snapshot_by_name(branch)
    assert head is not None
    return datetime.fromtimestamp(head.timestamp_ms / 1000, UTC)


def fast_forward(table: Table, base: int, branch: str, dropped: Collection[str]) -> None:
    """Makes `main` what the branch is, and drops branches, in one commit.

    Raises MovedError where `main` is no longer at the snapshot `base`.
    """

    def publish(manage: ManageSnapshots) -> None:
        if table.metadata.refs[MAIN_BRANCH].snapshot_id != base:
            raise MovedError(f"main of {table.name()} moved while {branch} was written")
        manage.set_current_snapshot(ref_name=branch)

    _commit(table, publish, dropped)


def keep_failed(table: Table, branch: str, days: Collection[date]) -> None:
    """Leaves what a run wrote under the names of the days that failed, in one commit."""
    head = table.metadata.refs[branch].snapshot_id

    def keep(manage: ManageSnapshots) -> None:
        for day in days:
            manage.create_branch(head, of_day(day))

    _commit(table, keep, {branch})


def drop(table: Table, names: Collection[str]) -> None:
    """Drops those of the branches that there are, in one commit."""
    if not table.metadata.refs.keys().isdisjoint(names):
        _commit(table, lambda _manage: None, names)


def _commit(
    table: Table, change: Callable[[ManageSnapshots], None], dropped: Collection[str]
) -> None:
    """Changes references alone, so that a commit that another one preceded is only tried again."""
    for attempt in range(ATTEMPTS):
        try:
            with table.transaction() as transaction:
                manage = ManageSnapshots(transaction)
                change(manage)
                for name in sorted(table.metadata.refs.keys() & {*dropped, *_forgotten(table)}):
                    manage.remove_branch(name)
                manage.commit()
                if unreachable := _unreachable(transaction.table_metadata):
                    ExpireSnapshots(transaction).by_ids(unreachable).commit()
            return
        except MovedError:
            raise
        except (CommitFailedException, ValueError):
            # pyiceberg has a ValueError for a snapshot that another run dropped in between.
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0, 0.05))
            table.refresh()


def _forgotten(table: Table) -> set[str]:
    """The branches that are older than theirs are kept."""
    now = datetime.now(UTC)
    return {
        name
        for name in table.metadata.refs
        for prefix, kept in KEPT.items()
        if name.startswith(prefix) and written_at(table, name) < now - kept
    }


def _unreachable(metadata: TableMetadata) -> list[int]:
    """The snapshots that no branch shows and that `main` never was."""
    reached = {entry.snapshot_id for entry in metadata.snapshot_log}
    for name in metadata.refs:
        for snapshot in ancestors_of(metadata.snapshot_by_name(name), metadata):
            reached.add(snapshot.snapshot_id)
    return [each.snapshot_id for each in metadata.snapshots if each.snapshot_id not in reached]
