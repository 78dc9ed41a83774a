"""The openings of screens, a value for each kind; a screen takes those that it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
    from console.domain.status.states import State


@dataclass(frozen=True, slots=True)
class ShowAsset:
    """Bring an asset into view."""

    asset: AssetKey


@dataclass(frozen=True, slots=True)
class ShowCell:
    """Bring a cell into view; the asset where `partition` is None or isn't known."""

    asset: AssetKey
    partition: str | None


@dataclass(frozen=True, slots=True)
class PlanCells:
    """Plan these partitions of the assets; the newest where none are named."""

    assets: tuple[AssetKey, ...]
    partitions: tuple[str, ...] | None = None
    states: frozenset[State] | None = None
    """Where given, only cells in one of these are to run, and nothing downstream."""


@dataclass(frozen=True, slots=True)
class WatchBackfill:
    """Show how a backfill goes on."""

    backfill: str


@dataclass(frozen=True, slots=True)
class PlanLeft:
    """Plan the cells that a backfill left."""

    backfill: str


@dataclass(frozen=True, slots=True)
class ShowRunsOf:
    """The runs of a backfill."""

    backfill: str


Opening = ShowAsset | ShowCell | ShowRunsOf | PlanCells | PlanLeft | WatchBackfill
