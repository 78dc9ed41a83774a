"""The map of assets, and all about the one that the cursor is on."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container

from console.domain.asset_map.groups import Group, group_of
from console.domain.asset_map.neighbourhood import MOST_CHOSEN, Subgraph
from console.domain.asset_map.paths import ways
from console.domain.asset_map.views import (
    Around,
    Between,
    Folded,
    Indented,
    MapView,
    Selected,
    Whole,
    more_or_less,
    part_of,
    title,
)
from console.domain.assets.keys import key_text, shown_key
from console.domain.freshness.urgency import by_urgency
from console.domain.selection.evaluation import BadSelection, SelectionFacts, select_some, written
from console.domain.selection.syntax import named_statuses
from console.domain.status.states import State
from console.domain.text import cut, one_line
from console.domain.web_address import Place
from console.screens.assets.boxes import Boxes
from console.screens.assets.resting_asset import RestingAsset
from console.screens.base import DeckScreen
from console.screens.modals.find import FindScreen
from console.screens.openings import Opening, ShowAsset
from console.store.signals import Topic
from console.widgets.asset_map.asset_map import AssetMap
from console.widgets.asset_map.asset_panel import AssetPanel
from console.widgets.asset_map.asset_tree import AssetTree
from console.widgets.asset_map.group_panel import group_lines
from console.widgets.common.pane import Pane
from console.widgets.common.question import SELECTION_HINT, Question
from console.widgets.common.styled_text import StyledLine
from console.widgets.grid.state_cells import StateCells, next_cells, state_cells

if TYPE_CHECKING:
    from textual import events
    from textual.widget import Widget

    from console.app import Deck
    from console.domain.asset_map.neighbourhood import Node
    from console.domain.assets.keys import AssetKey
    from console.widgets.common.line_list import LineList

MINUTE = 60.0
WIDE, WIDEST = 100, 150
"""From so many columns on the panel stands beside the map, and is broader."""
MOST_BEFORE = 50


class AssetsScreen(DeckScreen):
    """One view of the graph; the panel follows the cursor."""

    NAME = "assets"
    TAKES = frozenset({ShowAsset})
    TOPICS: ClassVar[frozenset[Topic]] = frozenset({Topic.STRUCTURE, Topic.STATUS, Topic.RUNS})
    CSS_PATH = "screen.tcss"

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self._boxes = Boxes(deck, ascii_only=self.ascii_only)
        self.map = AssetMap(self._boxes.name, self._boxes.face, ascii_only=self.ascii_only)
        self.lines = AssetTree(self._boxes.words)
        self.panel = Pane(ascii_only=self.ascii_only)
        self.question = Question()
        self.view: MapView | None = None
        self._before: list[tuple[MapView, Node | None]] = []
        self._settled = False
        """Till all is known or a person acts, the map is as it opens."""
        self._body = Container(self.map, self.lines, self.panel, id="assets")
        self._cells: StateCells | None = None
        self.details = RestingAsset(self, self._answered)

    def body(self) -> list[Widget]:
        return [self._body, self.question]

    def on_mount(self) -> None:
        super().on_mount()
        self.map.focus()
        self.set_interval(MINUTE, self._grow_older)

    def on_resize(self, event: events.Resize) -> None:
        wide = event.size.width >= WIDE
        self._body.set_class(wide, "wide")
        self._body.set_class(event.size.width >= WIDEST, "widest")
        self.panel.set_rule("left" if wide else "top")
        self.call_after_refresh(self._show_panel if self._settled else self.update_view)

    @property
    def node(self) -> Node | None:
        """The node under the cursor."""
        if not isinstance(self.view, Indented):
            return self.map.cursor
        return self.lines.key

    @property
    def asset(self) -> AssetKey | None:
        """The asset that the cursor is on; None on a group or a heading."""
        node = self.node
        return node if isinstance(node, tuple) and node in self.deployment.graph else None

    def place(self) -> Place:
        return Place(asset=self.asset) if self.asset else Place(page="assets")

    # what is shown

    def update_view(self) -> None:
        graph = self.deployment.graph
        if not graph.assets:
            self._show_nothing()
        elif self.view is None or not self._settled or self._is_gone(self.view):
            known = len(self.deployment.statuses) == len(graph)
            self._settled = known and bool(self.map.size.width)
            self._open_on(by_urgency(graph, self.deployment.statuses, time.time())[0].key)
        else:
            self._show()

    def _open_on(self, worst: AssetKey) -> None:
        """The whole graph where it fits, else its groups, the most urgent asset lit."""
        graph = self.deployment.graph
        group = group_of(graph, worst)
        if self.map.fits(part_of(Whole(), graph, SelectionFacts())):
            self.view = Whole()
            self._show(worst)
        elif len(self._boxes.members()) > 1:
            self.view = Folded()
            self._show(group)
        else:
            self.view = Around(worst)
            self._show(worst)

    def take(self, opening: Opening) -> None:
        if isinstance(opening, ShowAsset):
            self.show_asset(opening.asset)
        else:
            super().take(opening)

    def show_asset(self, key: AssetKey) -> None:
        self._settled = True
        if key in self.deployment.graph:
            self._go(self._around(key), key)
        else:
            self.view = Around(key)

    def _go(self, view: MapView, cursor: Node | None = None) -> None:
        """Show another view; escape leads back to this one."""
        if self.view is not None and view != self.view:
            self._before = [*self._before, (self.view, self.node)][-MOST_BEFORE:]
        self._settled, self._cells, self.view = True, None, view
        self.keys.hush()
        self._show(cursor)

    def _show(self, cursor: Node | None = None) -> None:
        """Draw the view as all is now; the cursor stays unless it is put somewhere."""
        if self.view is None:
            return
        indented = isinstance(self.view, Indented)
        self.map.display, self.lines.display = not indented, indented
        before, problem = self.node, ""
        try:
            part = part_of(self.view, self.deployment.graph, self._facts(self.view))
        except BadSelection as error:
            part, problem = Subgraph(), str(error)
        if isinstance(self.view, Indented):
            self.lines.show(self.deployment.graph, self.view.centre, cursor)
        elif part.nodes:
            self._show_map(part, cursor)
        else:
            self.map.say(problem or "nothing is selected now")
        graph = self.deployment.graph
        in_sight = (node for node in part.nodes if isinstance(node, tuple) and node in graph)
        if self.deployment.staleness.show_first(in_sight):
            self.deck.poller.wake()
        self.bar.show_title(self._title(self.view, part))
        self._show_panel(keep=before == self.node)

    def _show_map(self, part: Subgraph, cursor: Node | None) -> None:
        wanted = (cursor, self.map.cursor, getattr(self.view, "centre", None))
        there = next((node for node in wanted if node in part.nodes), part.nodes[0])
        self.map.show(part, there)
        self.map.update_faces()

    def _show_nothing(self) -> None:
        structure = self.deployment.structure
        self.bar.show_title("assets")
        self.map.display, self.lines.display = True, False
        if structure is None:
            self.map.say(self.deployment.connection.problem or "asking Dagster for its assets")
        else:
            self.map.say(structure.why_empty)
        self.panel.show([])

    def _title(self, view: MapView, part: Subgraph) -> str:
        structure = self.deployment.structure
        unseen = structure.unseen if structure else ""
        unread = self.deployment.staleness.words
        words = ["assets", title(view, part, self.deployment.graph), unseen, unread]
        return one_line(" · ".join(filter(None, words)))

    def _is_gone(self, view: MapView) -> bool:
        return isinstance(view, Around | Indented) and view.centre not in self.deployment.graph

    def _facts(self, view: MapView) -> SelectionFacts:
        if not isinstance(view, Selected):
            return SelectionFacts()
        if State.STALE.word in named_statuses(view.text):
            self.deployment.staleness.want(self.deployment.graph.order)
        return self.facts()

    def _around(self, key: AssetKey) -> Around:
        return replace(self.view, centre=key) if isinstance(self.view, Around) else Around(key)

    # the panel

    def _show_panel(self, *, keep: bool = True) -> None:
        node, width = self.node, self.panel.content_size.width or 40
        if isinstance(node, Group):
            keys = self._boxes.members().get(node, [])
            self.panel.show(group_lines(self._boxes.words(), node, keys, width), keep=keep)
        elif (key := self.asset) is not None:
            self.panel.show(self._lines(key, width), keep=keep)
            self.details.follow(key)

    def _lines(self, key: AssetKey, width: int) -> list[StyledLine]:
        if self._cells is not None:
            self._cells = state_cells(self.deployment, key, self._cells.state)
        if self._cells is not None:
            name = [[(f" {cut(shown_key(key), width - 2)}", "text")]]
            return [*name, *self._cells.lines(width, ascii_only=self.ascii_only)]
        detail, problem = self.details.of(key)
        return AssetPanel(self._boxes.words(), key, detail, problem).lines(width)

    def _answered(self, key: AssetKey) -> None:
        if self.is_current and self.asset == key:
            self._show_panel()

    def _grow_older(self) -> None:
        """Ages and deadlines; what says the same isn't drawn again."""
        if self.is_current and self.view is not None:
            self.map.update_faces()
            self.lines.update_rows()
            self._show_panel()

    def on_asset_map_moved(self, _: AssetMap.Moved) -> None:
        self._moved()

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        self._moved()

    def _moved(self) -> None:
        self._settled, self._cells = True, None
        self.forget_note()
        self._show_panel(keep=False)

    def _chosen(self) -> AssetKey | None:
        """The asset that the cursor is on; where there is none it is said."""
        if self.asset is None:
            self.keys.say("choose an asset; enter unfolds a group", "dim")
        return self.asset

    # moving and looking

    def action_move(self, direction: str) -> None:
        if not isinstance(self.view, Indented):
            self.map.step(direction)
        elif direction in ("up", "down"):
            self.lines.move(1 if direction == "down" else -1)
        elif direction == "left":
            self.lines.to_parent()
        else:
            self.lines.move(1)

    def action_centre(self) -> None:
        node = self.node
        if isinstance(node, Group):
            self._unfold(node)
        elif (key := self.asset) is not None:
            self._go(Indented(key) if isinstance(self.view, Indented) else self._around(key), key)

    def action_hops(self, more: int) -> None:
        node = self.node
        if isinstance(self.view, Whole):
            self.action_centre()
        elif not isinstance(self.view, Folded):
            self.view = self.view and more_or_less(self.view, more)
            self._show()
        elif isinstance(node, Group) and more > 0:
            self._unfold(node)
        elif (key := self.asset) is not None and more < 0:
            group = group_of(self.deployment.graph, key)
            self.view = Folded(self.view.unfolded - {group})
            self._show(group)

    def _unfold(self, group: Group) -> None:
        if not isinstance(self.view, Folded):
            return
        keys = self._boxes.members().get(group, [])
        drawn = len(self.map.part.nodes) + len(keys)
        if drawn > MOST_CHOSEN:
            self.keys.say(f"{group.name} has {len(keys)} assets, too many to draw", "warn")
            return
        self.view = Folded(self.view.unfolded | {group})
        self._show(next(iter(keys), None))

    def action_groups(self) -> None:
        if isinstance(self.view, Folded):
            self.step_back()
        elif self.deployment.graph.assets:
            key = self.asset
            self._go(Folded(), group_of(self.deployment.graph, key) if key else None)

    def action_tree(self) -> None:
        key = self.asset
        if isinstance(self.view, Indented):
            centre = key or self.view.centre
            self._go(Around(centre), centre)
        elif (key := self._chosen()) is not None:
            self._go(Indented(key), key)

    def action_way(self) -> None:
        if isinstance(self.view, Between):
            self.view = replace(self.view, every=not self.view.every)
            self._show()
        elif (key := self._chosen()) is not None:
            asks = f"from or to {shown_key(key)}: letters of the other asset"

            def found(to: AssetKey | None) -> None:
                self.call_after_refresh(self._way, key, to)

            self.deck.push_screen(FindScreen(self.deck, asks), found)

    def _way(self, key: AssetKey, to: AssetKey | None) -> None:
        graph = self.deployment.graph
        if to is None or key not in graph or to not in graph:
            return
        found = ways(graph, key, to)
        if found is None:
            names = f"{key_text(key)} and {key_text(to)}"
            self.keys.say(f"of {names} neither is made from the other", "warn")
        else:
            self._go(Between(found.start, found.end), key)

    def action_select(self) -> None:
        graph = self.deployment.graph
        groups = dict.fromkeys(f"group:{asset.group}" for asset in graph.assets.values())
        self.question.ask(
            "show on the map",
            self.view.text if isinstance(self.view, Selected) else "",
            self._check_selection,
            lambda text: self._go(Selected(text.strip())),
            hint=SELECTION_HINT,
            line_joint=" or ",
            suggestions=[*(written(key) for key in graph.order), *groups],
        )

    def _check_selection(self, text: str) -> str | None:
        try:
            select_some(text, self.deployment.graph, self.facts(), sources=True)
        except BadSelection as error:
            return str(error)
        return None

    def step_back(self) -> bool:
        if self._cells is not None:
            self._cells = None
            self._show_panel(keep=False)
            return True
        if self._before:
            self.view, cursor = self._before.pop()
            self.update_view()
            self._show(cursor)
            return True
        return False

    def action_page(self, pages: int) -> None:
        self.panel.page(pages)

    # its cells

    def action_cells(self) -> None:
        if (key := self._chosen()) is None:
            return
        self._cells = next_cells(self.deployment, key, self._cells.state if self._cells else None)
        if self._cells is None and next_cells(self.deployment, key) is None:
            self.keys.say("no partition of it is failed, missing, stale or running", "good")
        self._show_panel(keep=False)

    def action_copy(self) -> None:
        """Copy by OSC 52. Some terminals ignore it, so the text is shown too."""
        if (key := self._chosen()) is None:
            return
        text = self._cells.text if self._cells else key_text(key)
        self.app.copy_to_clipboard(text)
        self.keys.say(f"sent to the clipboard, if the terminal has one: {text}")

    def action_partitions(self) -> None:
        if (key := self._chosen()) is not None:
            self.deck.open_asset("partitions", key)

    def assets_to_plan(self) -> tuple[AssetKey, ...]:
        node, graph = self.node, self.deployment.graph
        if isinstance(node, Group):
            members = self._boxes.members().get(node, [])
            return tuple(key for key in members if graph[key].materializable)
        return () if self.asset is None else (self.asset,)

    def action_plan(self) -> None:
        if isinstance(self.node, Group):
            self.deck.plan(self.assets_to_plan())
        elif (key := self.asset) is not None:
            self.deck.plan((key,), self._cells.partitions if self._cells else None)
