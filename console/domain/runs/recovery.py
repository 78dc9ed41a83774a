"""Sorts the cells of failed runs into still failed, being retried, and mended.

A cell is mended when it was materialized after it failed. A run that makes no asset is mended
when its job succeeded later for the same partitions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.status.states import State, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.runs.run import Run, RunTarget
    from console.domain.status.states import Row

Cells = dict["AssetKey", tuple[str | None, ...]]
"""Partition keys by asset; None for an asset without partitions."""
_MADE, _FAILED, _RETRIED, _UNKNOWN = range(4)
_OUTCOMES = {
    State.UNKNOWN: _UNKNOWN,
    State.MISSING: _FAILED,
    State.FAILED: _FAILED,
    State.RUNNING: _RETRIED,
    State.QUEUED: _RETRIED,
}
_TABLE = bytes(_OUTCOMES.get(state_of(cell), _MADE) for cell in range(256))
"""The outcome of a failure by the byte of its cell; a cancelled retry leaves the cell missing."""


@dataclass(frozen=True)
class RecoveryFacts:
    """The facts that decide whether failures are mended; times are epoch seconds UTC."""

    keys: Mapping[AssetKey, PartitionKeys | None] = field(default_factory=dict)
    rows: Mapping[AssetKey, Row] = field(default_factory=dict)
    materialized: Mapping[AssetKey, float | None] = field(default_factory=dict)
    """The last materialization of each asset."""
    succeeded: Mapping[RunTarget, float] = field(default_factory=dict)
    """The launch time of the last successful run for each target."""
    jobs_read: frozenset[str] = frozenset()
    """The jobs whose successful runs were read."""
    under_way: frozenset[RunTarget] = frozenset()
    """The targets of the queued and running runs."""


@dataclass(frozen=True)
class Recovery:
    """The cells of failed runs by outcome: still failed, retried, mended, not known."""

    failed: Cells
    retried: Cells
    failed_runs: tuple[Run, ...]
    """Runs without assets whose job has not succeeded since."""
    retried_runs: tuple[Run, ...]
    judged: bool
    """Whether the state of every target of the runs is known."""

    @property
    def mended(self) -> bool:
        """Whether everything was made since."""
        retried = self.retried or self.retried_runs
        return self.judged and not (self.failed or self.failed_runs or retried)


def recovery_of(runs: Sequence[Run], facts: RecoveryFacts) -> Recovery:
    """The recovery of the runs; cells are in the order of the runs' assets and partition keys."""
    positions_by_asset: dict[AssetKey, tuple[set[int], set[int]]] = {}
    judged = _judge_cells(runs, facts, positions_by_asset)
    outcomes = {run.id: _job_outcome(run, facts) for run in runs if not run.assets}
    return Recovery(
        _named(positions_by_asset, 0, facts),
        _named(positions_by_asset, 1, facts),
        tuple(run for run in runs if outcomes.get(run.id) == _FAILED),
        tuple(run for run in runs if outcomes.get(run.id) == _RETRIED),
        judged and _UNKNOWN not in outcomes.values(),
    )


def _judge_cells(
    runs: Iterable[Run],
    facts: RecoveryFacts,
    positions_by_asset: dict[AssetKey, tuple[set[int], set[int]]],
) -> bool:
    """Fills in the failed and the retried positions; returns whether every state is known.

    Each range of each asset is judged once, as many runs often share thousands of partitions.
    """
    newest_runs = {
        (asset, run.partition_range): run
        for run in sorted(runs, key=lambda run: run.created)
        for asset in run.assets
    }
    judged = all(run.assets_known for run in runs)
    for (asset, _), run in newest_runs.items():
        positions = _covered(run, asset, facts)
        if positions is None:
            judged = False
            continue
        failed, retried = positions_by_asset.setdefault(asset, (set(), set()))
        outcomes = _outcomes(positions, asset, run, facts)
        failed.update(_positions(_FAILED, outcomes, positions))
        retried.update(_positions(_RETRIED, outcomes, positions))
        judged &= outcomes.find(_UNKNOWN) < 0
    return judged


def _covered(run: Run, asset: AssetKey, facts: RecoveryFacts) -> Sequence[int] | None:
    """The positions that a run targeted; None when they aren't known."""
    keys, key_range = facts.keys.get(asset), run.partition_range
    if asset not in facts.rows or asset not in facts.keys:
        return None
    if keys is None:
        return range(1)
    return (key_range and keys.covered(*key_range)) or None


def _outcomes(positions: Sequence[int], asset: AssetKey, run: Run, facts: RecoveryFacts) -> bytes:
    states = facts.rows[asset].states
    if isinstance(positions, range):
        outcomes = states[positions.start : positions.stop].translate(_TABLE)
    else:
        outcomes = bytes(states[position] for position in positions).translate(_TABLE)
    if facts.keys.get(asset) is None and outcomes == bytes([_MADE]):
        materialized = facts.materialized.get(asset)
        if materialized is not None and materialized < (run.started or run.created):
            return bytes([_FAILED])
    return outcomes


def _positions(outcome: int, outcomes: bytes, all_positions: Sequence[int]) -> list[int]:
    matching, index = [], -1
    while (index := outcomes.find(outcome, index + 1)) >= 0:
        matching.append(all_positions[index])
    return matching


def _job_outcome(run: Run, facts: RecoveryFacts) -> int:
    """The outcome of the failure of a run without assets."""
    if facts.succeeded.get(run.target, 0.0) > run.created:
        return _MADE
    if run.target in facts.under_way:
        return _RETRIED
    return _FAILED if run.assets_known and run.job in facts.jobs_read else _UNKNOWN


def _named(
    positions_by_asset: Mapping[AssetKey, tuple[set[int], set[int]]],
    part: int,
    facts: RecoveryFacts,
) -> Cells:
    return {
        asset: _keys_at(sorted(parts[part]), facts.keys.get(asset))
        for asset, parts in positions_by_asset.items()
        if parts[part]
    }


def _keys_at(positions: Sequence[int], keys: PartitionKeys | None) -> tuple[str | None, ...]:
    return tuple(None if keys is None else keys.keys[position] for position in positions)
