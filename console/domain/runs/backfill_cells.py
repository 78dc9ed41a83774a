"""The outcome of each cell that a backfill targets, worked out from its runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.partitions.coverage import covered
from console.domain.runs.run import RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.runs.run import Run


@dataclass
class CellsOfAsset:
    """Positions in the asset's keys, by outcome; 0 is the cell of an asset without partitions."""

    targeted: frozenset[int]
    done: set[int] = field(default_factory=set)
    """Made by a run that succeeded."""
    going_on: set[int] = field(default_factory=set)
    """In a run that waits or runs."""
    not_done: dict[int, Run] = field(default_factory=dict)
    """The newest run of each cell that failed or was cancelled; it may have made part of the cell."""

    @property
    def never_started(self) -> frozenset[int]:
        """Targeted, and in none of the backfill's runs."""
        return self.targeted - self.done - self.going_on - self.not_done.keys()

    @property
    def left(self) -> frozenset[int]:
        """Targeted, not made by a run that succeeded, and not in one that goes on."""
        return self.targeted - self.done - self.going_on


def cells_of(
    targets: Mapping[AssetKey, frozenset[int]],
    keys: Mapping[AssetKey, PartitionKeys | None],
    runs: Iterable[Run],
) -> dict[AssetKey, CellsOfAsset]:
    """The cells by asset; `runs` are the backfill's. A cell that is done in one run is done."""
    cells_by_asset = {asset: CellsOfAsset(places) for asset, places in targets.items()}
    oldest_first = sorted(runs, key=lambda run: run.created)
    for run in oldest_first:
        for asset, cells in cells_by_asset.items():
            if asset in run.assets or run.asset_count > len(run.assets):
                _count(cells, run, cells.targeted.intersection(covered(run, keys.get(asset)) or ()))
    for cells in cells_by_asset.values():
        cells.going_on -= cells.done
        for place in [*cells.done, *cells.going_on]:
            cells.not_done.pop(place, None)
    return cells_by_asset


def _count(cells: CellsOfAsset, run: Run, places: frozenset[int]) -> None:
    if run.status is RunStatus.SUCCESS:
        cells.done |= places
    elif run.status.ended:
        cells.not_done |= dict.fromkeys(places, run)
    else:
        cells.going_on |= places
