"""The Textual app: one deployment, its screens, and the navigation between them."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePath

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.events import Key
from textual.widgets import Input
from textual.worker import WorkerError

from console.actions import EVERYWHERE, actions_of
from console.connecting import client_of
from console.domain.errors import Refused
from console.domain.visits import Visit, Visits
from console.domain.web_address import web_url
from console.mutations import Mutations
from console.planner.launch_states import Known, Looking, Unknown, words
from console.screen_table import ScreenTable
from console.screens.base import DeckScreen
from console.screens.openings import (
    Opening,
    PlanCells,
    PlanLeft,
    ShowAsset,
    ShowCell,
    ShowRunsOf,
    WatchBackfill,
)
from console.settings import config_path, with_profile
from console.store.deployment import Deployment
from console.store.grid.cell_metrics import CellMetrics
from console.store.grid.checks import Checks
from console.store.overview.last_seen import LastSeenRecord
from console.store.overview.overview import Overview
from console.store.overview.rhythms import Rhythms
from console.store.planning.launcher import Launcher
from console.store.poller import Poller
from console.store.signals import Topic
from console.terminal.ascii_filter import AsciiFilter
from console.terminal.crash_report import crash_sentence
from console.terminal.lean_update import lean
from console.terminal.textual_private import DeckApp, bind, draw_now, run_binding
from console.terminal.theme_choice import chosen_theme, keep_theme
from console.widgets.common.styles import use_palette
from console.widgets.common.themes import FIRST_THEME, PALETTES, textual_name, theme_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from rich.console import RenderableType
    from textual import events
    from textual.command import Provider
    from textual.driver import Driver
    from textual.filter import LineFilter

    from console.domain.assets.keys import AssetKey
    from console.domain.status.states import State
    from console.domain.web_address import Place
    from console.settings import Settings
    from console.store.runs.ending import Ending

FIRST_SCREEN = "overview"
PAGES = {
    "runs": "runs",
    "backfills": "backfills",
    "assets": "assets",
    "asset-groups": "assets",
    "catalog": "assets",
}
"""The screen for each page of the web UI."""
ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGABRT)


class Deck(DeckApp):
    """The console. All its data is in `deployment`; only `poller` asks by itself."""

    TITLE = "dagdeck"
    CSS_PATH: ClassVar[list[str | PurePath]] = [*sorted(Path(__file__).parent.rglob("*.tcss"))]
    """The styles of all screens, read at the start so that opening a screen reads no file."""
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = []
    COMMANDS = {lambda: _commands()}  # noqa: RUF012 - Textual's own type

    def __init__(self, settings: Settings, driver: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver)
        self.mutations = Mutations(self)
        self.last_words = ""
        """The sentence printed in the shell after leaving."""
        self.table = ScreenTable(self)
        self.visits = Visits(Visit(FIRST_SCREEN))
        self.theme_name = FIRST_THEME
        self.crash = ""
        """The sentence about the error that ended the console."""
        self._connect(settings)

    def _connect(self, settings: Settings) -> None:
        """Starts with empty data of the deployment that the settings name."""
        self.settings = settings
        client = client_of(settings)
        self.deployment = Deployment(client)
        self.poller = Poller(self.deployment)
        self.overview = Overview(
            self.deployment, LastSeenRecord(settings.looked_path, client.address)
        )
        self.overview.seen = FIRST_SCREEN == "overview"
        self.rhythms = Rhythms(self.deployment)
        self.checks = self.deployment.reading.checks = Checks(self.deployment)
        self.readings = CellMetrics(self.deployment)
        self.poller.add(self.overview)
        patient = (self.rhythms, self.checks, self.readings, self.deployment.staleness)
        for watch in (*patient, self.overview.run_hours, self.overview.last_backfills):
            self.poller.add(watch, patient=True)
        self.launcher = Launcher(self.deployment)
        self.launcher.signals.listen(lambda _: self._say_launch_state())
        self.poller.add(self.launcher)
        self.deployment.signals.listen(self._on_topic)
        self._bind_actions()

    @property
    def read_only(self) -> bool:
        """Whether a flag, the profile or the server forbids mutations; the strictest rule wins."""
        return self.deployment.client.read_only

    def _bind_actions(self) -> None:
        self._bound_read_only = self.read_only
        bind(
            self,
            [
                Binding(action.keys, action.id, action.words, show=False)
                for action in actions_of(EVERYWHERE, read_only=self.read_only)
            ],
        )

    def _on_topic(self, topic: Topic) -> None:
        """Binds the actions again if the structure shows that launching is now forbidden or allowed."""
        if topic is Topic.STRUCTURE and self._bound_read_only != self.read_only:
            self._bind_actions()
            self.table.bind_actions()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme_of(FIRST_THEME).variables

    def show_theme(self, name: str) -> None:
        """Draws everything with the theme `name` from now on."""
        use_palette(PALETTES[name])
        self.theme_name = name
        self.theme = textual_name(name)
        self.refresh(layout=True)

    def _show_chosen_theme(self) -> None:
        self.show_theme(chosen_theme(self.settings.home, PALETTES, self.settings.theme))

    def action_next_theme(self) -> None:
        names = list(PALETTES)
        self.show_theme(names[(names.index(self.theme_name) + 1) % len(names)])
        keep_theme(self.settings.home, self.theme_name)

    def on_mount(self) -> None:
        for name in PALETTES:
            self.register_theme(theme_of(name))
        self._show_chosen_theme()
        self.table.add_modes()
        self.switch_mode(FIRST_SCREEN)
        self.run_worker(self.poller.run(), name="poller", group="poller")
        if self.settings.place is not None:
            self.call_later(self.open_place, self.settings.place)
        self._end_on_signals()

    def _end_on_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in ENDING_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self.exit, None, 128 + number)

    async def on_unmount(self) -> None:
        self.last_words = self.mutations.left_behind
        self.overview.leave()
        await self._end_questions()
        await self.deployment.client.close()

    async def _end_questions(self) -> None:
        """Cancels all workers and waits for them, as none may ask after the client is closed."""
        workers = list(self.workers)
        self.workers.cancel_all()
        for worker in workers:
            with suppress(WorkerError, asyncio.CancelledError):
                await worker.wait()

    def crashed(self, error: BaseException) -> None:
        """Keeps the sentence about an error, which is printed after the terminal is left."""
        self.crash = self.crash or crash_sentence(self.settings.home, error)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The filters that every drawn line passes."""
        own_filters = [AsciiFilter()] if self.settings.ascii else []
        return [*super().get_line_filters(), *own_filters]

    def frame(self, renderable: RenderableType | None) -> RenderableType | None:
        return lean(renderable)

    async def on_event(self, event: events.Event) -> None:
        """Handles a key at once: types it into the focused input, else runs its binding.

        Textual sends a key through two queues before it looks for the binding. Keys typed fast
        after one that opens an input would then be taken for commands, and a deletion would
        come after the letters.
        """
        if isinstance(event, Key) and not event.is_forwarded:
            if isinstance(self.focused, Input) and event.is_printable:
                await self.focused.on_event(event)
                return
            if await run_binding(self, event):
                if isinstance(self.screen, DeckScreen):
                    draw_now(self.screen)
                return
        await super().on_event(event)

    def on_app_blur(self, _: events.AppBlur) -> None:
        self.poller.away = True

    def on_app_focus(self, _: events.AppFocus) -> None:
        if self.poller.away:
            self.poller.away = False
            self.poller.wake()

    def screen_named(self, name: str) -> DeckScreen:
        """The screen of that name, made at its first use."""
        return self.table.named(name)

    def action_show_screen(self, name: str) -> None:
        self.visit(Visit(name))

    def visit(self, visit: Visit) -> None:
        """Shows a screen, or a run over it; escape leads back."""
        self.visits.go(visit)
        self._show(visit)

    def _show(self, visit: Visit) -> None:
        self.switch_mode(visit.screen)
        while len(self.screen_stack) > 1 and not self._is_run(visit.run):
            self.pop_screen()
        if visit.run and not self._is_run(visit.run):
            from console.screens.run.screen import RunScreen

            self.push_screen(RunScreen(self, visit.run))

    def _is_run(self, run_id: str) -> bool:
        return bool(run_id) and getattr(self.screen, "run_id", "") == run_id

    def open(self, name: str, opening: Opening) -> None:
        """Shows the screen `name` and gives it `opening`."""
        self.visit(Visit(name))
        self.screen_named(name).take(opening)

    def open_asset(self, name: str, key: AssetKey) -> None:
        """Shows an asset on the screen `name`, which must take ShowAsset."""
        self.open(name, ShowAsset(key))

    def open_cell(self, key: AssetKey, partition: str | None) -> None:
        """Shows a cell in the grid, or the asset's row if `partition` is None or unknown."""
        self.open("partitions", ShowCell(key, partition))

    def watch_backfill(self, backfill_id: str) -> None:
        """Shows the progress of a backfill."""
        self.open("planner", WatchBackfill(backfill_id))

    def plan_left(self, backfill_id: str) -> None:
        """Opens the planner on the cells that a backfill left undone."""
        self.open("planner", PlanLeft(backfill_id))

    def show_runs_of(self, backfill_id: str) -> None:
        """Opens the runs of a backfill."""
        self.open("runs", ShowRunsOf(backfill_id))

    def plan(
        self,
        assets: tuple[AssetKey, ...],
        partitions: tuple[str, ...] | None = None,
        states: frozenset[State] | None = None,
    ) -> None:
        """Opens the planner on these assets, with their newest partitions if none are given.

        With `states`, only cells in one of them are planned.
        """
        self.open("planner", PlanCells(assets, partitions, states))

    def open_place(self, place: Place) -> None:
        """Shows the place of an address of the web UI."""
        if place.run:
            self.open_run(place.run)
        elif place.backfill:
            self.watch_backfill(place.backfill)
        elif place.asset and place.partition is not None:
            self.open_cell(place.asset, place.partition)
        elif place.asset:
            self.open_asset("assets", place.asset)
        elif place.page in PAGES:
            self.visit(Visit(PAGES[place.page]))

    def action_copy_address(self) -> None:
        """Copies the address by OSC 52, and shows it too, as some terminals ignore that."""
        shown_screen = self.screen
        if isinstance(shown_screen, DeckScreen):
            address = web_url(self.deployment.client.base, shown_screen.place())
            self.copy_to_clipboard(address)
            shown_screen.keys.say(f"sent to the clipboard, if the terminal has one: {address}")

    async def switch_profile(self, name: str) -> None:
        """Switches to another deployment of `config.toml`. Raises BadConfig, Refused.

        Later answers of the old deployment are dropped, so it is refused while a mutation is
        under way.
        """
        from console.profiles import read_config

        profile = read_config(config_path()).profile(name)
        old_client = self.deployment.client
        if old_client.is_sending or self.mutations.under_way:
            raise Refused(f"{old_client.place} has not answered what was sent yet; try again then")
        self.workers.cancel_group(self, "poller")
        self.overview.leave()
        self._connect(with_profile(self.settings, profile))
        self._show_chosen_theme()
        self.visits = Visits(Visit(FIRST_SCREEN))
        await self.table.make_anew(FIRST_SCREEN)
        self.run_worker(self.poller.run(), name="poller", group="poller")
        await old_client.close()

    async def action_switch_profile(self, name: str) -> None:
        try:
            await self.switch_profile(name)
        except (ValueError, Refused) as error:
            if isinstance(self.screen, DeckScreen):
                self.screen.keys.say(str(error), "bad")

    def action_find(self) -> None:
        """Finds an asset and shows it on the current screen if that shows assets, else on the map."""
        from console.screens.modals.find import FindScreen

        if isinstance(self.screen, DeckScreen):
            self.push_screen(FindScreen(self), self._open_found_asset)

    def _open_found_asset(self, key: AssetKey | None) -> None:
        if key is not None and isinstance(self.screen, DeckScreen):
            name = self.screen.NAME if ShowAsset in self.screen.TAKES else "assets"
            self.open_asset(name, key)

    # what is sent

    def say(self, text: str, colour: str = "text") -> None:
        """Shows a sentence at the foot of the current screen."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, DeckScreen):
                screen.keys.say(text, colour)
                return

    def see_through(self, work: Coroutine[Any, Any, Ending]) -> None:
        """Lets a mutation run to its end and shows its outcome."""
        self.mutations.see_through(work)

    def _say_launch_state(self) -> None:
        state = self.launcher.state
        if text := words(state):
            running = isinstance(state, Known) and state.launched is not None
            self.say(text, "run" if running else "dim" if isinstance(state, Looking) else "warn")
        if isinstance(state, Known | Unknown):
            self.poller.wake()

    async def action_quit(self) -> None:
        """Leaves after the answer to any mutation under way; at once when pressed again."""
        self.launcher.give_up()
        if self.mutations.hold and not self.mutations.leaving:
            self.mutations.leaving = True
            notice = "sent; leaving as soon as Dagster has answered, q again leaves at once"
            self.say(notice, "warn")
            self.run_worker(self.mutations.leave_when_answered(), name="leave")
        else:
            self.exit()

    def action_look_now(self) -> None:
        self.poller.wake()

    def action_go_back(self) -> None:
        """Closes a window, else undoes the screen's last step, else goes to the previous screen."""
        if not isinstance(self.screen, DeckScreen):
            self.pop_screen()
        elif not self.screen.step_back():
            self.screen.forget_note()
            if (visit := self.visits.step(-1)) is not None:
                self._show(visit)

    def action_step(self, direction: int) -> None:
        """Shows the previous (-1) or next (1) visited screen."""
        visit = self.visits.step(direction)
        if visit is not None:
            self._show(visit)
        else:
            self.say(
                "nothing was looked at " + ("before" if direction < 0 else "after this"), "dim"
            )

    def action_help(self) -> None:
        from console.screens.modals.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            settings = replace(self.settings, read_only=self.read_only)
            self.push_screen(HelpScreen(self._current_name(), settings))

    def action_command_palette(self) -> None:
        from console.screens.modals.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def open_run(self, run_id: str) -> None:
        self.visit(Visit(self.current_mode, run_id))

    def action_command_line(self) -> None:
        from console.screens.modals.command_line import CommandLine

        if isinstance(self.screen, DeckScreen):
            self.push_screen(CommandLine(self), self._do_command)

    def _do_command(self, command: Callable[[], Awaitable[None]] | None) -> None:
        if command is not None:
            self.run_worker(command(), name="command")

    def action_find_run(self) -> None:
        """Asks for the id of a run and opens it."""
        from console.screens.modals.run_id import RunIdScreen

        if isinstance(self.screen, DeckScreen):
            self.push_screen(RunIdScreen(self.deployment), self._open_found_run)

    def _open_found_run(self, run_id: str | None) -> None:
        if run_id is not None:
            self.open_run(run_id)

    def _current_name(self) -> str:
        return self.screen.NAME if isinstance(self.screen, DeckScreen) else EVERYWHERE


def _commands() -> type[Provider]:
    from console.screens.modals.palette import DeckCommands

    return DeckCommands
