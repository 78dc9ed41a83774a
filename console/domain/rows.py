"""From what the server tells of an asset's partitions to a row of cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.freshness import Verdict
from console.domain.runs import Run, RunStatus
from console.domain.status import Row, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.keys import AssetKey
    from console.domain.partitions import PartitionKeys


@dataclass(frozen=True, slots=True)
class Span:
    """Partitions from `start` to `end` of the list, both included, that share a state."""

    start: str
    end: str
    state: State
    across: tuple[str, str] | None = None
    """Of two dimensions: `start` and `end` are of the primary one, these of the other."""


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
    """The server's answer has a form that isn't read here: cells show as unknown."""
    both: bool = False
    """The spans are of two dimensions."""
    latest: Latest = field(default_factory=Latest)
    daemon_verdict: Verdict = Verdict.NOT_APPLICABLE

    @property
    def signature(self) -> tuple[int | None, str | None, str | None]:
        return self.total, self.first, self.last


def row_of(
    status: AssetStatus,
    keys: PartitionKeys | None,
    active: Iterable[Run],
    at: float,
    materializable: bool = True,
) -> Row:
    """The asset's cells, in the order of `keys`; one cell for an unpartitioned asset.

    The server counts what waits in the queue as materializing, so `active`, the runs
    that have not ended, tell the waiting apart from the running. What can't be
    materialized here can't be missing either.
    """
    runs = [run for run in active if status.key in run.assets]
    absent = State.MISSING if materializable else State.OUTSIDE
    if not status.partitioned:
        return Row(bytes([_whole(status.latest, runs, absent)]), at)
    undecided = status.undecided or (status.both and (keys is None or keys.sides is None))
    if keys is None or undecided:
        return Row(bytes([State.UNKNOWN]) * (status.total or 0), at)
    cells = bytearray([absent]) * len(keys)
    for span in status.spans:
        fill(cells, keys, span)
    for run in runs:
        if run.status.waiting:
            _mark_waiting(cells, keys, run)
    return Row(bytes(cells), at)


def fill(cells: bytearray, keys: PartitionKeys, span: Span) -> None:
    """Set the cells of a span; one that `keys` doesn't have sets none."""
    if span.across is not None:
        _fill_both(cells, keys, span, span.across)
        return
    places = _between(keys, span.start, span.end)
    cells[places.start : places.stop] = bytes([span.state]) * len(places)


def _fill_both(cells: bytearray, keys: PartitionKeys, span: Span, across: tuple[str, str]) -> None:
    if keys.sides is None:
        return
    places = [_between(keys.sides[keys.primary], span.start, span.end)]
    places.insert(1 - keys.primary, _between(keys.sides[1 - keys.primary], *across))
    width = len(keys.sides[1])
    for first in places[0]:
        at = first * width + places[1].start
        cells[at : at + len(places[1])] = bytes([span.state]) * len(places[1])


def _between(keys: PartitionKeys, start: str, end: str) -> range:
    """Empty where an end isn't known, or they are the wrong way round."""
    first, last = keys.positions.get(start), keys.positions.get(end)
    return range(0) if first is None or last is None else range(first, last + 1)


def _mark_waiting(cells: bytearray, keys: PartitionKeys, run: Run) -> None:
    if run.partition_range is None:
        return
    for position in keys.covered(*run.partition_range):
        if cells[position] == State.RUNNING:
            cells[position] = State.QUEUED


def _whole(latest: Latest, runs: list[Run], absent: State) -> State:
    if any(run.status.active for run in runs):
        return State.RUNNING
    if runs:
        return State.QUEUED
    if latest.last_run_status is RunStatus.FAILURE and latest.last_run_id != latest.run_id:
        ended = latest.last_run_ended
        if latest.materialized is None or ended is None or ended > latest.materialized:
            return State.FAILED
    return absent if latest.materialized is None else State.MATERIALIZED
