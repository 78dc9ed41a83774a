"""What every screen shares: the two bars, its actions, and hearing of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import Binding, BindingsMap
from textual.screen import Screen
from textual.widget import Widget

from console.actions import actions_of
from console.store.facts import facts
from console.store.signals import Topic
from console.widgets.bars import KeyBar, StatusBar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from textual.app import ComposeResult

    from console.app import Deck
    from console.domain.keys import AssetKey
    from console.domain.selection import Facts
    from console.domain.status import State
    from console.store.deployment import Deployment


class DeckScreen(Screen[None]):
    """A screen of the console. `NAME` is its name in the table of actions."""

    NAME: ClassVar[str] = ""
    SHOWS_ASSETS: ClassVar[bool] = False
    """It can bring any asset into view."""
    TOPICS: ClassVar[frozenset[Topic]] = frozenset(Topic)

    def __init__(self, deck: Deck) -> None:
        super().__init__()
        self.deck = deck
        self.bar = StatusBar(
            deck.deployment,
            self.NAME,
            read_only=deck.settings.read_only,
            ascii_only=self.ascii_only,
        )
        self.keys = KeyBar(self.NAME, read_only=deck.settings.read_only, ascii_only=self.ascii_only)
        self._bindings = BindingsMap(
            Binding(action.keys, action.id, action.words, show=False)
            for action in actions_of(self.NAME, read_only=deck.settings.read_only)
        )

    @property
    def deployment(self) -> Deployment:
        return self.deck.deployment

    @property
    def ascii_only(self) -> bool:
        return self.deck.settings.ascii

    def facts(self) -> Facts:
        """What `status:` in a selection means now."""
        return facts(self.deployment, self.deck.checks)

    def compose(self) -> ComposeResult:
        yield self.bar
        yield from self.body()
        yield self.keys

    def body(self) -> list[Widget]:
        """The widgets between the bars."""
        return []

    def on_mount(self) -> None:
        self._forget = self.deployment.signals.listen(self._told)

    def on_unmount(self) -> None:
        self._forget()

    def on_screen_resume(self) -> None:
        self._told(Topic.CONNECTION)
        self.update_view()

    def _told(self, topic: Topic) -> None:
        """A screen that isn't seen catches up when it is."""
        if not self.is_current:
            return
        if topic in (Topic.CONNECTION, Topic.RUNS):
            self.bar.refresh()
        if topic is Topic.CONNECTION:
            self._say_connection()
        if topic in self.TOPICS:
            self.update_view()

    def _say_connection(self) -> None:
        connection = self.deployment.connection
        if connection.live or not connection.problem:
            self.keys.hush()
        else:
            self.keys.say(f"{connection.problem}; trying again", "bad")

    def paint(self) -> None:
        """Draw now what a key has changed.

        Textual lets each widget say in its own time that it changed and draws at most once in
        a frame: the cursor's line at once, the panel that tells of it a frame later.
        """
        if not self.is_current or self._layout_required or self.app._batch_count:
            return
        widgets = list(self.walk_children(Widget))
        if any(widget._layout_required for widget in widgets):
            return
        changed = {widget for widget in widgets if widget._repaint_required}
        for widget in changed:
            widget._repaint_required = False
        if changed:
            self._compositor.update_widgets(changed)
            self._compositor_refresh()

    def in_background(self, work: Callable[[], Coroutine[Any, Any, None]], group: str) -> None:
        """Run it while the screen lives; not even made when the screen is about to go."""
        self.run_worker(cast("Any", work), group=group)

    def update_view(self) -> None:
        """Show what the store holds now."""

    def action_find(self) -> None:
        self.deck.action_find()

    def action_go_back(self) -> None:
        """Where there is no screen below: what the screen itself can go back to."""

    def show_asset(self, key: AssetKey) -> None:
        """Bring an asset into view, when this screen has assets."""

    def show_cell(self, key: AssetKey, partition: str | None) -> None:  # noqa: ARG002 - for screens of cells
        """Bring a cell into view, when this screen has cells."""
        self.show_asset(key)

    def ask_for(
        self,
        assets: tuple[AssetKey, ...],
        partitions: str | None,
        states: frozenset[State] | None = None,
    ) -> None:
        """Plan these, when this screen plans."""

    def watch_backfill(self, backfill_id: str) -> None:
        """Show how a backfill goes on, when this screen shows backfills."""
