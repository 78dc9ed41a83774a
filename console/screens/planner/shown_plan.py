"""The plan that is on screen, as lines: put together by asset, reason or run, folded or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.planner.folded import AssetLine, By, HeadLine, PlanLine, folded

if TYPE_CHECKING:
    from console.store.planning.launch import Preview


class ShownPlan:
    """`lines` of `preview`; none where there is no plan."""

    def __init__(self) -> None:
        self.preview: Preview | None = None
        self.lines: list[PlanLine] = []
        self.by = By.ASSET
        self._expanded = False

    def show(self, preview: Preview | None) -> None:
        self.preview = preview
        self.lines = self._folded(preview) if preview else []

    def _folded(self, preview: Preview) -> list[PlanLine]:
        return folded(preview.plan, expanded=self._expanded, by=self.by, batches=preview.batches)

    def expand(self) -> None:
        """A line for each cell, or one for those that are alike again."""
        self._expanded = not self._expanded

    def group(self) -> None:
        """Put the cells together by the next of asset, reason and run."""
        self.by = self.by.following

    def row(self, index: int) -> object:
        """What a line stands for: an asset, a head, or a stretch of cells from this one on."""
        if index >= len(self.lines):
            return None
        line = self.lines[index]
        if isinstance(line, HeadLine):
            return line.words
        return line.asset if isinstance(line, AssetLine) else line.first.id

    def place_of(self, row: object) -> int | None:
        """Where the line that stands for this is now; None where there is none."""
        return next((at for at in range(len(self.lines)) if self.row(at) == row), None)

    def assets_at(self) -> list[int]:
        """The places of the lines of assets."""
        return [at for at, line in enumerate(self.lines) if isinstance(line, AssetLine)]
