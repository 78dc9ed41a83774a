"""The parts of definitions and materializations that the stale rule reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
    from console.domain.staleness.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Dependency:
    """An edge; `mapping` is the class name of an explicit mapping, empty when none is named."""

    key: AssetKey
    mapping: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Lineage:
    """The part of an asset's definition that the stale rule reads."""

    materializable: bool
    code_version: str | None
    kind: str
    """The kind of its partitions definition; empty for an asset without partitions."""
    dimensions: tuple[str, ...]
    dependencies: tuple[Dependency, ...]
    step: str = ""
    """The op that makes it, and maybe other assets."""


@dataclass(frozen=True, slots=True)
class MaterializationEvent:
    """One materialization; `at` in milliseconds since 1970 UTC."""

    at: int
    run_id: str
    partition: str | None
    known: Provenance
