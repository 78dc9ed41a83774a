"""Which cells the window of everything bad tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
    from console.domain.grid.selection import Cells


def positions_of(cells: Cells) -> dict[AssetKey, set[int]]:
    """The positions of the cells in the keys of each asset, lines of one asset together."""
    found: dict[AssetKey, set[int]] = {}
    for row, places in cells.positions:
        found.setdefault(row.asset, set()).update(places)
    return found
