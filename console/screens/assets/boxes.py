"""What the boxes of the map say, by what is known now."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.domain.asset_map.groups import Group, ambiguous, members
from console.widgets.asset_map.box_labels import BoxLabels
from console.widgets.common.asset_words import AssetWords

if TYPE_CHECKING:
    from console.app import Deck
    from console.domain.asset_map.neighbourhood import Node
    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey
    from console.widgets.asset_map.asset_map import Face


class Boxes:
    """The names and faces of assets and groups."""

    def __init__(self, deck: Deck, *, ascii_only: bool) -> None:
        self._deck = deck
        self._ascii_only = ascii_only
        self._groups: tuple[AssetGraph | None, dict[Group, list[AssetKey]]] = (None, {})

    def members(self) -> dict[Group, list[AssetKey]]:
        """The assets of each group."""
        graph = self._deck.deployment.graph
        if self._groups[0] is not graph:
            self._groups = graph, members(graph)
        return self._groups[1]

    def words(self) -> AssetWords:
        """What is said of any asset now."""
        failing = self._deck.checks.failed
        return AssetWords(self._deck.deployment, time.time(), self._ascii_only, failing)

    def name(self, node: Node) -> str:
        return self._labels().name(node)

    def face(self, node: Node, width: int) -> Face:
        return self._labels().face(node, width)

    def _labels(self) -> BoxLabels:
        groups = self.members()
        return BoxLabels(self.words(), groups, ambiguous(groups))
