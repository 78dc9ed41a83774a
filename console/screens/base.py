"""The base of all screens: two bars, actions, and updates on changes."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, cast

from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget

from console.actions import PLANS, actions_of
from console.domain.web_address import Place
from console.store.signals import Topic
from console.store.status_words import facts
from console.terminal.newest_size import NewestSize
from console.terminal.textual_private import bind
from console.widgets.common.bars import KeyBar, StatusBar
from console.widgets.common.filter_line import FilterLine

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine

    from textual.app import ComposeResult

    from console.app import Deck
    from console.domain.assets.keys import AssetKey
    from console.domain.selection.evaluation import SelectionFacts
    from console.screens.openings import Opening
    from console.store.deployment import Deployment


class _Lit(Protocol):
    def is_lit(self) -> bool: ...


class _HasLines(Protocol):
    keys: KeyBar

    @property
    def lines(self) -> _Lit: ...


S = TypeVar("S", bound=_HasLines)


def of_the_lit_row(action: Callable[[S], None]) -> Callable[[S], None]:
    """An action on the row under the cursor, not done to one that has just come there."""

    @wraps(action)
    def guarded(screen: S) -> None:
        if screen.lines.is_lit():
            action(screen)
        else:
            screen.keys.say("another line has just come under the cursor: press again", "warn")

    return guarded


class DeckScreen(NewestSize, Screen[None]):
    """A screen of the console. `NAME` is its name in the table of actions."""

    NAME: ClassVar[str] = ""
    TAKES: ClassVar[frozenset[type[Opening]]] = frozenset()
    """What it can be opened with."""
    FILTERS: ClassVar[bool] = False
    """It has a list that `/` filters."""
    TOPICS: ClassVar[frozenset[Topic]] = frozenset(Topic)

    def __init__(self, deck: Deck) -> None:
        super().__init__()
        self.deck = deck
        self.filter_line = FilterLine() if self.FILTERS else None
        self.bar = StatusBar(
            deck.deployment,
            self.NAME,
            read_only=deck.read_only,
            ascii_only=self.ascii_only,
            word=(deck.settings.word, deck.settings.colour),
        )
        self.keys = KeyBar(self.NAME, read_only=deck.read_only, ascii_only=self.ascii_only)
        self.bind_actions()

    def bind_actions(self) -> None:
        """The keys of what may be done here now."""
        read_only = self.deck.read_only
        bind(
            self,
            [
                Binding(action.keys, action.id, action.words, show=False)
                for action in actions_of(self.NAME, read_only=read_only)
            ],
        )
        self.bar.allow(read_only=read_only)
        self.keys.allow(read_only=read_only)

    def assets_to_plan(self) -> Collection[AssetKey]:
        """The assets that a key which plans would take, as the cursor stands."""
        return ()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that plans only what this user may not make is not bound."""
        if action in PLANS and self._may_plan_nothing():
            return False
        return super().check_action(action, parameters)

    def _may_plan_nothing(self) -> bool:
        forbidden = self.deployment.graph.forbidden
        wanted = self.assets_to_plan() if forbidden else ()
        return bool(wanted) and forbidden.issuperset(wanted)

    def place(self) -> Place:
        """The page of the web UI that shows the same."""
        return Place(page="overview")

    @property
    def deployment(self) -> Deployment:
        return self.deck.deployment

    @property
    def ascii_only(self) -> bool:
        return self.deck.settings.ascii

    def facts(self) -> SelectionFacts:
        """The meaning of `status:` in a selection now."""
        return facts(self.deployment, self.deck.checks)

    def compose(self) -> ComposeResult:
        yield self.bar
        yield from self.body()
        yield self.keys
        if self.filter_line is not None:
            yield self.filter_line

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
        self._offer()

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
        if topic is Topic.STRUCTURE:
            self._offer()

    def forget_note(self) -> None:
        """Another line: clear the message of the last one, a fault of the line to Dagster stays."""
        self._say_connection()
        self._offer()

    def _offer(self) -> None:
        self.keys.leave_out(PLANS if self._may_plan_nothing() else frozenset())

    def _say_connection(self) -> None:
        connection = self.deployment.connection
        sentence = connection.sentence(self.deployment.client.place)
        if sentence:
            self.keys.say(sentence, "warn" if connection.live else "bad")
        else:
            self.keys.hush()

    def in_background(self, work: Callable[[], Coroutine[Any, Any, None]], group: str) -> None:
        """Run it while the screen lives; not even made when the screen is about to go."""
        self.run_worker(cast("Any", work), group=group)

    def update_view(self) -> None:
        """Show what the store holds now."""

    def action_find(self) -> None:
        self.deck.action_find()

    # the filter

    def keeps(self, *texts: str) -> bool:
        """Whether the filter keeps a line of which this is written."""
        return self.filter_line is None or self.filter_line.filter.keeps(*texts)

    @property
    def filtered(self) -> bool:
        return self.filter_line is not None and bool(self.filter_line.filter)

    def filter_words(self, kept: int, of: int, *, all_read: bool = True) -> str:
        """The filter and the number of hidden lines, for the title."""
        return (
            self.filter_line.words(kept, of, all_read=all_read)
            if self.filter_line is not None
            else ""
        )

    def action_filter_lines(self) -> None:
        if self.filter_line is not None:
            self.filter_line.ask()

    def on_filter_line_filtered(self) -> None:
        self.show_filtered()

    def show_filtered(self) -> None:
        """Show the lines that the filter keeps, of what is known."""
        self.update_view()

    def step_back(self) -> bool:
        """Leave what the screen itself holds, as a selection or a filter; whether there was any."""
        if self.filter_line is None or not self.filtered:
            return False
        self.filter_line.take("")
        return True

    def take(self, opening: Opening) -> None:
        """Show what it was opened with, one of `TAKES`. Raises TypeError for anything else."""
        raise TypeError(f"the screen {self.NAME} can't be opened with {opening}")


class AskingScreen(DeckScreen):
    """A screen that asks Dagster for its own lines, one question at a time."""

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self._asking = self._again = False

    def update_view(self) -> None:
        """Ask again; what changes while an answer is awaited is asked for after it."""
        self._again = self._asking
        if not self._asking:
            self._asking = True
            self.in_background(self._keep_asking, self.NAME)

    async def _keep_asking(self) -> None:
        try:
            await self.ask_once()
            while self._again:
                self._again = False
                await self.ask_once()
        finally:
            self._asking = False

    async def ask_once(self) -> None:
        """Ask, and show the answer or why there is none."""
