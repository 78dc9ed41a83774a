"""The run or backfill that a launch started, and the backfills under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey


@dataclass(frozen=True, slots=True)
class Launched:
    """The id of the backfill or, for assets without partitions, of the one run."""

    backfill: str | None
    run: str | None

    @property
    def text(self) -> str:
        return f"backfill {self.backfill}" if self.backfill else f"run {(self.run or '')[:8]}"

    @property
    def id(self) -> str:
        return str(self.backfill or self.run)


@dataclass(frozen=True, slots=True)
class ActiveBackfill:
    """A backfill under way; `launch` is its launch tag, if a console launched it."""

    id: str
    assets: tuple[AssetKey, ...]
    launch: str | None
