"""An asset's status as the server gives it, and the row of cells made from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.freshness.policy import FreshnessVerdict
from console.domain.partitions.coverage import covered
from console.domain.runs.run import Run, RunStatus
from console.domain.status.spans import Span, fill
from console.domain.status.states import Row, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys


@dataclass(frozen=True, slots=True)
class Latest:
    """The last materialization and the last run; times are epoch seconds UTC."""

    materialized: float | None = None
    run_id: str | None = None
    partition: str | None = None
    last_run_id: str | None = None
    last_run_status: RunStatus | None = None
    last_run_ended: float | None = None


@dataclass(frozen=True, slots=True)
class AssetStatus:
    """One asset's status as the server gave it, before its keys are known."""

    key: AssetKey
    partitioned: bool
    total: int | None = None
    first: str | None = None
    last: str | None = None
    spans: tuple[Span, ...] = ()
    undecided: bool = False
    """Whether the server's answer has an unreadable form; the cells are then unknown."""
    both: bool = False
    """Whether the spans have two dimensions."""
    latest: Latest = field(default_factory=Latest)
    daemon_verdict: FreshnessVerdict = FreshnessVerdict.NOT_APPLICABLE

    @property
    def signature(self) -> tuple[int | None, str | None, str | None]:
        return self.total, self.first, self.last


@dataclass(frozen=True, slots=True)
class NewestMaterialization:
    """The facts that tell whether an asset's status has to be read again."""

    materialized: float | None
    """Epoch seconds UTC."""
    run_id: str | None
    verdict: FreshnessVerdict

    @classmethod
    def of(cls, status: AssetStatus) -> NewestMaterialization:
        """The same facts taken from a status."""
        return cls(status.latest.materialized, status.latest.run_id, status.daemon_verdict)


def row_of(
    status: AssetStatus,
    keys: PartitionKeys | None,
    active: Iterable[Run],
    at: float,
    materializable: bool = True,
) -> Row:
    """The asset's cells in the order of `keys`; one cell for an unpartitioned asset.

    The server counts queued partitions as materializing, so `active`, the runs that have not
    ended, tell queued from running ones. An asset that isn't materializable is never missing.
    """
    runs = [run for run in active if status.key in run.assets]
    absent_state = State.MISSING if materializable else State.OUTSIDE
    if not status.partitioned:
        return Row(bytes([_whole(status.latest, runs, absent_state)]), at)
    undecided = status.undecided or (status.both and (keys is None or keys.sides is None))
    if keys is None or undecided:
        return Row(bytes([State.UNKNOWN]) * (status.total or 0), at)
    cells = bytearray([absent_state]) * len(keys)
    for span in status.spans:
        fill(cells, keys, span)
    for run in runs:
        if run.status.waiting:
            _mark_waiting(cells, keys, run)
    return Row(bytes(cells), at)


def _mark_waiting(cells: bytearray, keys: PartitionKeys, run: Run) -> None:
    for position in covered(run, keys) or ():
        if cells[position] == State.RUNNING:
            cells[position] = State.QUEUED


def _whole(last: Latest, runs: list[Run], absent_state: State) -> State:
    if any(run.status.active for run in runs):
        return State.RUNNING
    if runs:
        return State.QUEUED
    if last.last_run_status is RunStatus.FAILURE and last.last_run_id != last.run_id:
        ended = last.last_run_ended
        if last.materialized is None or ended is None or ended > last.materialized:
            return State.FAILED
    return absent_state if last.materialized is None else State.MATERIALIZED
