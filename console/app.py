"""The Textual app: one deployment, its screens, and the way between them."""

from __future__ import annotations

import asyncio
import os
import signal

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingsMap, BindingType
from textual.events import Key
from textual.widgets import Input

from console.actions import EVERYWHERE, actions_of
from console.api.client import Client
from console.api.journal import Journal
from console.screens.base import DeckScreen
from console.store.checks import Checks
from console.store.deployment import Deployment
from console.store.looked import Looked
from console.store.overview import Overview
from console.store.poller import Poller
from console.store.readings import Readings
from console.store.rhythms import Rhythms
from console.widgets.ascii_filter import AsciiFilter
from console.widgets.lean_update import lean
from console.widgets.looks import THEME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import RenderableType
    from textual import events
    from textual.command import Provider
    from textual.filter import LineFilter
    from textual.screen import Screen

    from console.domain.keys import AssetKey
    from console.domain.status import State
    from console.settings import Settings

FIRST_SCREEN = "overview"


class Deck(App[None]):
    """The console. Everything it knows is in `deployment`; only `poller` asks by itself."""

    TITLE = "dagdeck"
    CSS = "Screen { background: $background; } ModalScreen { background: $background 60%; }"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = []
    COMMANDS = {lambda: _commands()}  # noqa: RUF012 - Textual's own type

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        client = Client(
            settings.url, read_only=settings.read_only, journal=Journal(settings.journal_path)
        )
        self.deployment = Deployment(client)
        self.poller = Poller(self.deployment)
        self.overview = Overview(self.deployment, Looked(settings.looked_path, client.address))
        self.overview.seen = FIRST_SCREEN == "overview"
        self.rhythms = Rhythms(self.deployment)
        self.checks = Checks(self.deployment)
        self.readings = Readings(self.deployment)
        for watch in (self.overview, self.rhythms, self.checks, self.readings):
            self.poller.add(watch)
        self.poller.add(self.deployment.staleness)
        self._bindings = BindingsMap(
            Binding(action.keys, action.id, action.words, show=False)
            for action in actions_of(EVERYWHERE, read_only=settings.read_only)
        )
        self._made: dict[str, DeckScreen] = {}

    def on_mount(self) -> None:
        self.register_theme(THEME)
        self.theme = THEME.name
        for name in SCREENS:
            self.add_mode(name, self._maker(name))
        self.switch_mode(FIRST_SCREEN)
        self.run_worker(self.poller.run(), name="poller")
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.exit)

    async def on_unmount(self) -> None:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
        self.overview.leave()
        await self.deployment.client.close()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line of every widget passes on its way to the terminal."""
        own = [AsciiFilter()] if self.settings.ascii else []
        return [*super().get_line_filters(), *own]

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, lean(renderable))

    async def on_event(self, event: events.Event) -> None:
        """Act on a key at once: type it where something is typed, else look for its binding.

        Textual sends a key through two queues before it looks for the binding, and by then
        the next keys are on the same way: what is typed fast after a key that opens a line
        to type in would be taken for commands, and a deletion would come after the letters.
        """
        if isinstance(event, Key) and not event.is_forwarded:
            if isinstance(self.focused, Input) and event.is_printable:
                await self.focused.on_event(event)
                return
            if await self._check_bindings(event.key, priority=True) or await self._check_bindings(
                event.key
            ):
                if isinstance(self.screen, DeckScreen):
                    self.screen.paint()
                return
        await super().on_event(event)

    def on_app_blur(self, _: events.AppBlur) -> None:
        self.poller.away = True

    def on_app_focus(self, _: events.AppFocus) -> None:
        if self.poller.away:
            self.poller.away = False
            self.poller.wake()

    def screen_named(self, name: str) -> DeckScreen:
        """The one screen of that name, made when first wanted."""
        if name not in self._made:
            self._made[name] = SCREENS[name](self)
        return self._made[name]

    def action_show_screen(self, name: str) -> None:
        self.switch_mode(name)

    def open_asset(self, name: str, key: AssetKey) -> None:
        """Show an asset on the screen `name`."""
        self.switch_mode(name)
        self.screen_named(name).show_asset(key)

    def open_cell(self, key: AssetKey, partition: str | None) -> None:
        """Show a cell in the grid; the asset's where `partition` is None or not known."""
        self.switch_mode("partitions")
        self.screen_named("partitions").show_cell(key, partition)

    def watch_backfill(self, backfill_id: str) -> None:
        """Show how a backfill goes on."""
        self.switch_mode("planner")
        self.screen_named("planner").watch_backfill(backfill_id)

    def plan(
        self,
        assets: tuple[AssetKey, ...],
        partitions: str | None,
        states: frozenset[State] | None = None,
    ) -> None:
        """Open the planner on these assets; `partitions` is text of Dagster's grammar.

        With `states`, only cells in one of them are to run.
        """
        self.switch_mode("planner")
        planner = self.screen_named("planner")
        planner.ask_for(assets, partitions, states)

    def action_find(self) -> None:
        """Any asset from anywhere: shown on the screen in sight where that shows assets."""
        from console.screens.find import FindScreen

        if isinstance(self.screen, DeckScreen):
            self.push_screen(FindScreen(self), self._found)

    def _found(self, key: AssetKey | None) -> None:
        if key is not None and isinstance(self.screen, DeckScreen):
            name = self.screen.NAME if self.screen.SHOWS_ASSETS else "assets"
            self.open_asset(name, key)

    def action_look_now(self) -> None:
        self.poller.wake()

    def action_go_back(self) -> None:
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif isinstance(self.screen, DeckScreen):
            self.screen.action_go_back()

    def action_help(self) -> None:
        from console.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self._current_name(), self.settings))

    def action_command_palette(self) -> None:
        from console.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def open_run(self, run_id: str) -> None:
        from console.screens.run import RunScreen

        self.push_screen(RunScreen(self, run_id))

    def _current_name(self) -> str:
        return self.screen.NAME if isinstance(self.screen, DeckScreen) else EVERYWHERE

    def _maker(self, name: str) -> Callable[[], Screen[None]]:
        return lambda: self.screen_named(name)


def _commands() -> type[Provider]:
    from console.screens.palette import DeckCommands

    return DeckCommands


def _overview(deck: Deck) -> DeckScreen:
    from console.screens.overview import OverviewScreen

    return OverviewScreen(deck)


def _assets(deck: Deck) -> DeckScreen:
    from console.screens.assets import AssetsScreen

    return AssetsScreen(deck)


def _partitions(deck: Deck) -> DeckScreen:
    from console.screens.partitions import PartitionsScreen

    return PartitionsScreen(deck)


def _runs(deck: Deck) -> DeckScreen:
    from console.screens.runs import RunsScreen

    return RunsScreen(deck)


def _planner(deck: Deck) -> DeckScreen:
    from console.screens.planner import PlannerScreen

    return PlannerScreen(deck)


def _freshness(deck: Deck) -> DeckScreen:
    from console.screens.freshness import FreshnessScreen

    return FreshnessScreen(deck)


SCREENS: dict[str, Callable[[Deck], DeckScreen]] = {
    "overview": _overview,
    "assets": _assets,
    "partitions": _partitions,
    "runs": _runs,
    "planner": _planner,
    "freshness": _freshness,
}
