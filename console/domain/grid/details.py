"""Details of the cell or the asset under the cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.checks import AssetCheck
    from console.domain.runs.run import Run


@dataclass(frozen=True, slots=True)
class CellDetail:
    """The last materialization of one partition and the last run that touched it."""

    materialized: float | None = None
    run_id: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()
    last_run: Run | None = None
    stale: str | None = None
    """The reason why it is stale; None when it isn't, or isn't known to be."""
    newer_upstream: str = ""
    """A sentence on newer partitions along edges that the server skips."""
    error: str | None = None
    """The headline of the error, if it failed."""


@dataclass(frozen=True, slots=True)
class AssetDetail:
    """The checks of an asset and its last materialization."""

    checks: tuple[AssetCheck, ...]
    materialization: CellDetail
    locations: tuple[str, ...] = ()
    """The code locations that define it, if there is more than one."""
    description: str = ""
    """The description, read here only if the server can't shorten it for the structure."""
