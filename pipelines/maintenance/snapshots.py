"""Snapshots that are older than history is kept for."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from pyiceberg.table import Table, Transaction
from pyiceberg.table.update.snapshot import ExpireSnapshots

from pipelines.maintenance.commits import commit


def expired(table: Table, before: datetime) -> list[int]:
    """The snapshots made before the moment (aware) that no branch or tag shows."""
    shown = {ref.snapshot_id for ref in table.metadata.refs.values()}
    oldest = before.timestamp() * 1000
    return [
        each.snapshot_id
        for each in table.metadata.snapshots
        if each.timestamp_ms < oldest and each.snapshot_id not in shown
    ]


def expire(table: Table, before: datetime) -> int:
    """Drops the expired snapshots in one commit and returns their number; their files stay."""
    return commit(table, partial(_expire, before=before))


def _expire(table: Table, transaction: Transaction, before: datetime) -> int:
    ids = expired(table, before)
    if ids:
        ExpireSnapshots(transaction).by_ids(ids).commit()
    return len(ids)
