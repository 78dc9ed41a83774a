"""The map of assets, and all about the one that the cursor is on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size
from textual.containers import Container

from console.api import run_queries
from console.api.errors import ApiError
from console.domain.keys import key_text, short_name
from console.domain.neighbourhood import MOST_BOXES, neighbourhood
from console.domain.text import one_line
from console.domain.urgency import by_urgency
from console.screens.base import DeckScreen
from console.store.signals import Topic
from console.widgets.asset_map import AssetMap, Face
from console.widgets.asset_panel import AssetPanel
from console.widgets.asset_words import AssetWords
from console.widgets.pane import Pane

if TYPE_CHECKING:
    from textual import events
    from textual.timer import Timer
    from textual.widget import Widget

    from console.app import Deck
    from console.domain.keys import AssetKey
    from console.widgets.pane import Part

REST_SECONDS = 0.15
"""How long the cursor must rest before the server is asked."""
MINUTE = 60.0
WIDE = 120
MOST_HOPS = 9


class AssetsScreen(DeckScreen):
    """The neighbourhood of `centre`; the panel follows the cursor."""

    NAME = "assets"
    SHOWS_ASSETS = True
    TOPICS: ClassVar[frozenset[Topic]] = frozenset({Topic.STRUCTURE, Topic.STATUS, Topic.RUNS})
    DEFAULT_CSS = """
    AssetsScreen #assets { layout: vertical; height: 1fr; }
    AssetsScreen AssetMap { height: 1fr; width: 1fr; }
    AssetsScreen Pane { height: 50%; width: 1fr; }
    AssetsScreen #assets.wide { layout: horizontal; }
    AssetsScreen #assets.wide Pane { height: 1fr; width: 48; }
    """

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self.map = AssetMap(self._face, ascii_only=self.ascii_only)
        self.panel = Pane(ascii_only=self.ascii_only)
        self.centre: AssetKey | None = None
        self.hops = 2
        self._settled = False
        """Till all is known or a person acts, the most urgent asset is in the centre."""
        self._body = Container(self.map, self.panel, id="assets")
        self._details: dict[AssetKey, tuple[object, run_queries.AssetDetail]] = {}
        self._problem: tuple[AssetKey, str] | None = None
        self._resting: Timer | None = None

    def body(self) -> list[Widget]:
        return [self._body]

    def on_mount(self) -> None:
        super().on_mount()
        self.map.focus()
        self.set_interval(MINUTE, self._grow_older)

    def on_resize(self, event: events.Resize) -> None:
        wide = event.size.width >= WIDE
        self._body.set_class(wide, "wide")
        self.panel.set_rule("left" if wide else "top")
        self.call_after_refresh(self._show_panel)

    def update_view(self) -> None:
        graph = self.deployment.graph
        if not graph.assets:
            return self._show_nothing()
        centre, cursor = self.centre, self.map.cursor
        if centre is None or centre not in graph or not self._settled:
            centre = cursor = self._most_urgent()
            self._settled = len(self.deployment.statuses) == len(graph)
        self._show_map(centre, cursor if cursor and cursor in graph else centre)
        return None

    def show_asset(self, key: AssetKey) -> None:
        self._settled = True
        if key in self.deployment.graph:
            self._show_map(key, key)
        else:
            self.centre = key

    def action_move(self, direction: str) -> None:
        self.map.step(direction)

    def action_centre(self) -> None:
        if self.map.cursor is not None:
            self._show_map(self.map.cursor, self.map.cursor)

    def action_hops(self, more: int) -> None:
        self.hops = max(1, min(self.hops + more, MOST_HOPS))
        if self.centre is not None and self.centre in self.deployment.graph:
            self._show_map(self.centre, self.map.cursor or self.centre)

    def action_page(self, pages: int) -> None:
        self.panel.page(pages)

    def action_partitions(self) -> None:
        if self.map.cursor is not None:
            self.deck.open_asset("partitions", self.map.cursor)

    def action_plan(self) -> None:
        if self.map.cursor is not None:
            self.deck.plan((self.map.cursor,), None)

    def on_asset_map_moved(self, _: AssetMap.Moved) -> None:
        self._settled = True
        self._show_panel(keep=False)

    def _most_urgent(self) -> AssetKey:
        graph, statuses = self.deployment.graph, self.deployment.statuses
        return by_urgency(graph, statuses, time.time())[0].key

    def _show_nothing(self) -> None:
        structure = self.deployment.structure
        self.bar.show_title("assets")
        if structure is None:
            self.map.say(self.deployment.connection.problem or "asking Dagster for its assets")
        elif structure.load_errors:
            name, why = next(iter(structure.load_errors.items()))
            self.map.say(one_line(f"code location {name} failed to load: {why}"))
        else:
            self.map.say("this deployment has no assets")
        self.panel.show([])

    def _show_map(self, centre: AssetKey, cursor: AssetKey) -> None:
        near = neighbourhood(self.deployment.graph, centre, self.hops)
        cursor = cursor if cursor in near.keys else centre
        moved = (centre, cursor) != (self.centre, self.map.cursor)
        self.centre = centre
        if moved or near != self.map.near:
            self.map.show(near, cursor)
        else:
            self.map.update_faces()
        self.bar.show_title(self._title(len(near.keys), near.reached))
        self._show_panel(keep=not moved)

    def _title(self, shown: int, reached: int) -> str:
        name = one_line(key_text(self.centre or ()))
        hops = f"{self.hops} hop{'s' if self.hops > 1 else ''} around"
        more = f" · the nearest {MOST_BOXES} of {reached}" if reached > shown else ""
        structure = self.deployment.structure
        failed = len(structure.load_errors) if structure else 0
        broken = f" · {failed} code location{'s' if failed > 1 else ''} failed" if failed else ""
        return f"assets · {name} · {hops}{more}{broken}"

    def _words(self) -> AssetWords:
        return AssetWords(self.deployment, time.time(), self.ascii_only)

    def _face(self, key: AssetKey, width: int) -> Face:
        words = self._words()
        more = "~" if self.ascii_only else "…"
        name = one_line(short_name(key, width, more))[:width]
        late = words.lateness(key)
        room = width - (len(late[0]) + 1 if late else 0)
        state = _fitting(words.state(key), room)
        used = sum(len(text) for text, _ in state)
        end = [(" " * (width - used - len(late[0])), "dim"), late] if late else []
        return [(set_cell_size(name, width), "text")], [*state, *end]

    def _grow_older(self) -> None:
        """Ages and deadlines; what says the same isn't drawn again."""
        if self.is_current and self.map.cursor is not None:
            self.map.update_faces()
            self._show_panel()

    def _show_panel(self, *, keep: bool = True) -> None:
        key = self.map.cursor
        if key is None or key not in self.deployment.graph:
            return
        self.panel.show(self._lines(key), keep=keep)
        known = self._details.get(key)
        if known is None or known[0] != self._news(key):
            self._ask_when_resting(key)

    def _lines(self, key: AssetKey) -> list[list[Part]]:
        known = self._details.get(key)
        problem = self._problem[1] if self._problem and self._problem[0] == key else ""
        panel = AssetPanel(self._words(), key, known[1] if known else None, problem)
        return panel.lines(self.panel.content_size.width or 40)

    def _news(self, key: AssetKey) -> object:
        """What a detail was read for; another value means that it is old."""
        status = self.deployment.statuses.get(key)
        return status.latest if status else None

    def _ask_when_resting(self, key: AssetKey) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(
            REST_SECONDS,
            lambda: self.run_worker(self._ask(key), group="detail", exclusive=True),
        )

    async def _ask(self, key: AssetKey) -> None:
        news = self._news(key)
        try:
            detail = await run_queries.asset_detail(self.deployment.client, key)
        except ApiError as error:
            self._problem = (key, str(error))
        else:
            self._problem = None
            self._details[key] = (news, detail)
        if self.is_current and self.map.cursor == key:
            self.panel.show(self._lines(key))


def _fitting(parts: list[Part], width: int) -> list[Part]:
    """As many of the parts, a blank between them, as there is room for; the first by its sign."""
    shown: list[Part] = []
    used = 0
    for text, colour in parts:
        space = " " if shown else ""
        if used + len(space) + len(text) > width:
            break
        shown.append((space + text, colour))
        used += len(space) + len(text)
    return shown or [(text[:1], colour) for text, colour in parts[:1]]
