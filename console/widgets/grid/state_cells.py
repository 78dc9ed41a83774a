"""The partitions of an asset that are in one state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.partitions.keys import ranges_text
from console.domain.status.states import LOOKS, State
from console.widgets.common.pane import wrapped
from console.widgets.common.styled_text import StyledLine
from console.widgets.common.styles import glyph

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
    from console.store.deployment import Deployment

OFFERED = (State.FAILED, State.MISSING, State.STALE, State.RUNNING, State.QUEUED)


@dataclass(frozen=True, slots=True)
class StateCells:
    """`text` names just these partitions in Dagster's grammar: `[a...b], c`."""

    key: AssetKey
    state: State
    partitions: tuple[str, ...]
    text: str

    @property
    def count(self) -> int:
        return len(self.partitions)

    def lines(self, width: int, *, ascii_only: bool) -> list[StyledLine]:
        look = f"{glyph(self.state, ascii_only=ascii_only)} {self.state.word}"
        count = f"  {self.count} partition{'s' * (self.count != 1)}"
        keys = "c the next state · y copy · b plan a backfill · esc leave"
        return [
            [(f" {look}", LOOKS[self.state].style), (count, "dim")],
            *([(f" {line}", "text")] for line in wrapped(self.text, width - 2)),
            [],
            *([(f" {line}", "dim")] for line in wrapped(keys, width - 2)),
        ]


def state_cells(deployment: Deployment, key: AssetKey, state: State) -> StateCells | None:
    """None where no partition of the asset is in this state."""
    row, keys = deployment.rows.get(key), deployment.keys.get(key)
    if row is None or keys is None or row.total != len(keys):
        return None
    places = [at for at, cell in enumerate(row.states) if cell == state]
    if not places:
        return None
    partitions = tuple(keys.keys[at] for at in places)
    return StateCells(key, state, partitions, ranges_text(places, keys.keys))


def next_cells(
    deployment: Deployment, key: AssetKey, after: State | None = None
) -> StateCells | None:
    """The cells of the next state that has any; None after the last."""
    first = OFFERED.index(after) + 1 if after else 0
    found = (state_cells(deployment, key, state) for state in OFFERED[first:])
    return next((cells for cells in found if cells), None)
