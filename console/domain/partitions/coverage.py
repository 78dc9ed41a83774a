"""The rule for which partitions a run covers, used wherever cells are counted, marked or blamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.partitions.keys import PartitionKeys
    from console.domain.runs.run import Run

WHOLE_ASSET = range(1)
"""An asset without partitions has one cell."""


def covered(run: Run, keys: PartitionKeys | None) -> Sequence[int] | None:
    """The positions in an asset's `keys` that a run makes, ascending.

    It is None where the run's tags don't tell, or name keys that the asset doesn't have. A
    range over two dimensions is a rectangle, as in Dagster.
    """
    if keys is None:
        return WHOLE_ASSET
    key_range = run.partition_range
    if key_range is None or not keys.positions.keys() >= set(key_range):
        return None
    return keys.covered(*key_range)


def covers(run: Run, keys: PartitionKeys | None, position: int) -> bool:
    """Whether a run is known to make the partition at `position`."""
    return position in (covered(run, keys) or ())
