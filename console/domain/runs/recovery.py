"""Sorts the cells of failed runs into still failed, being retried, and mended.

A cell is mended when it was materialized after it failed; a run that makes no asset, when its
job succeeded after it for the same partitions.
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
    """The jobs whose successes were asked for."""
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
    """Whether the state of all that the runs were for is known."""

    @property
    def mended(self) -> bool:
        """All of it was made since."""
        retried = self.retried or self.retried_runs
        return self.judged and not (self.failed or self.failed_runs or retried)


def recovery_of(runs: Sequence[Run], facts: RecoveryFacts) -> Recovery:
    """The cells in the order of the runs' assets and of their partition keys."""
    places: dict[AssetKey, tuple[set[int], set[int]]] = {}
    judged = _judge_cells(runs, facts, places)
    outcomes = {run.id: _job_outcome(run, facts) for run in runs if not run.assets}
    return Recovery(
        _named(places, 0, facts),
        _named(places, 1, facts),
        tuple(run for run in runs if outcomes.get(run.id) == _FAILED),
        tuple(run for run in runs if outcomes.get(run.id) == _RETRIED),
        judged and _UNKNOWN not in outcomes.values(),
    )


def _judge_cells(
    runs: Iterable[Run],
    facts: RecoveryFacts,
    places: dict[AssetKey, tuple[set[int], set[int]]],
) -> bool:
    """Fills `places` with the positions failed and retried; whether every state is known.

    Many runs of many assets over thousands of partitions are usual: the same span of the
    same asset is looked at once.
    """
    wanted = {
        (asset, run.partition_range): run
        for run in sorted(runs, key=lambda run: run.created)
        for asset in run.assets
    }
    judged = all(run.assets_known for run in runs)
    for (asset, _), run in wanted.items():
        covered = _covered(run, asset, facts)
        if covered is None:
            judged = False
            continue
        failed, retried = places.setdefault(asset, (set(), set()))
        outcomes = _outcomes(covered, asset, run, facts)
        failed.update(_positions(_FAILED, outcomes, covered))
        retried.update(_positions(_RETRIED, outcomes, covered))
        judged &= outcomes.find(_UNKNOWN) < 0
    return judged


def _covered(run: Run, asset: AssetKey, facts: RecoveryFacts) -> Sequence[int] | None:
    """The positions of the cells that a run was for; None when they aren't known."""
    keys, span = facts.keys.get(asset), run.partition_range
    if asset not in facts.rows or asset not in facts.keys:
        return None
    if keys is None:
        return range(1)
    return (span and keys.covered(*span)) or None


def _outcomes(covered: Sequence[int], asset: AssetKey, run: Run, facts: RecoveryFacts) -> bytes:
    states = facts.rows[asset].states
    if isinstance(covered, range):
        outcomes = states[covered.start : covered.stop].translate(_TABLE)
    else:
        outcomes = bytes(states[position] for position in covered).translate(_TABLE)
    if facts.keys.get(asset) is None and outcomes == bytes([_MADE]):
        materialized = facts.materialized.get(asset)
        if materialized is not None and materialized < (run.started or run.created):
            return bytes([_FAILED])
    return outcomes


def _positions(outcome: int, outcomes: bytes, covered: Sequence[int]) -> list[int]:
    positions, index = [], -1
    while (index := outcomes.find(outcome, index + 1)) >= 0:
        positions.append(covered[index])
    return positions


def _job_outcome(run: Run, facts: RecoveryFacts) -> int:
    """The outcome of the failure of a run without assets."""
    if facts.succeeded.get(run.target, 0.0) > run.created:
        return _MADE
    if run.target in facts.under_way:
        return _RETRIED
    return _FAILED if run.assets_known and run.job in facts.jobs_read else _UNKNOWN


def _named(
    places: Mapping[AssetKey, tuple[set[int], set[int]]], which: int, facts: RecoveryFacts
) -> Cells:
    return {
        asset: _keys_at(sorted(both[which]), facts.keys.get(asset))
        for asset, both in places.items()
        if both[which]
    }


def _keys_at(places: Sequence[int], keys: PartitionKeys | None) -> tuple[str | None, ...]:
    return tuple(None if keys is None else keys.keys[position] for position in places)
