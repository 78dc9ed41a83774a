"""Which assets the grid shows: those of a selection that the filter keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from console.domain.selection.evaluation import BadSelection, select_some

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.assets.keys import AssetKey
    from console.domain.grid.grid import GridView
    from console.screens.base import DeckScreen


class AssetChoice:
    """`selection` is the text that chooses the assets, in Dagster's selection syntax."""

    def __init__(self, screen: DeckScreen) -> None:
        self.selection = ""
        self.problem = ""
        """Why the selection can't be told, in a sentence."""
        self._screen = screen

    def select(self, text: str) -> frozenset[AssetKey] | None:
        """Choose by another text; None, which is all, for an empty one. Raises BadSelection."""
        chosen = self._chosen(text) if text else None
        self.selection = text
        return chosen

    def choose_again(self, view: GridView) -> GridView:
        """Evaluate the selection anew, as the deployment may have changed."""
        if not self.selection:
            return view
        self.problem, chosen = "", frozenset[tuple[str, ...]]()
        try:
            chosen = self._chosen(self.selection)
        except BadSelection as error:
            self.problem = str(error)
        return replace(view, chosen=chosen)

    def _chosen(self, text: str) -> frozenset[AssetKey]:
        known = self._screen.facts() if "status" in text.lower() else None
        return frozenset(select_some(text, self._screen.deployment.graph, known, sources=True))

    @property
    def hides(self) -> bool:
        """Whether there is a filter, which hides assets of the selection."""
        return self._screen.filtered

    def filter_words(self, kept: int, of: int, *, all_read: bool) -> str:
        """The filter and the number of assets that it hides, for the title."""
        return self._screen.filter_words(kept, of, all_read=all_read)

    def filtered(self, view: GridView) -> GridView:
        """The view without the assets that the filter hides."""
        if not self._screen.filtered:
            return view
        assets = self._screen.deployment.graph.assets.items()
        names = ((key, asset.name, asset.group) for key, asset in assets)
        kept = frozenset(key for key, *texts in names if self._screen.keeps(*texts))
        return replace(view, chosen=kept if view.chosen is None else kept & view.chosen)

    def among(self, view: GridView) -> Iterable[AssetKey]:
        """The assets that the view chooses among, hidden ones included."""
        order, chosen = self._screen.deployment.graph.order, view.chosen
        return order if chosen is None else (key for key in order if key in chosen)

    def unread(self, view: GridView) -> frozenset[AssetKey]:
        """Those among them of which not all is read yet."""
        return self._screen.deployment.reading.unread(self.among(view))
