"""What every screen shares: the two bars, its actions, and hearing of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import Binding, BindingsMap
from textual.screen import Screen

from console.actions import actions_of
from console.store.signals import Topic
from console.widgets.bars import KeyBar, StatusBar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from textual.app import ComposeResult
    from textual.widget import Widget

    from console.app import Deck
    from console.domain.keys import AssetKey
    from console.domain.status import State
    from console.store.deployment import Deployment


class DeckScreen(Screen[None]):
    """A screen of the console. `NAME` is its name in the table of actions."""

    NAME: ClassVar[str] = ""
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

    def in_background(self, work: Callable[[], Coroutine[Any, Any, None]], group: str) -> None:
        """Run it while the screen lives; not even made when the screen is about to go."""
        self.run_worker(cast("Any", work), group=group)

    def update_view(self) -> None:
        """Show what the store holds now."""

    def show_asset(self, key: AssetKey) -> None:
        """Bring an asset into view, when this screen has assets."""

    def show_cell(self, key: AssetKey, partition: str | None) -> None:  # noqa: ARG002
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
