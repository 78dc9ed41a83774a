"""The line that `:` opens, in the place of the keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Input, Static

from console.command_line import completions
from console.domain.text import cells, one_line
from console.screens.base import DeckScreen
from console.screens.commands import arguments, prepare
from console.screens.modals.window import Window
from console.terminal.command_history import keep_command, typed_before
from console.widgets.common.styles import PANEL, style

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Key

    from console.app import Deck

HINT = "a screen, an action's words, asset KEY, run ID, plan SELECTION [RANGE] …; tab completes"


class CommandLine(Window[Callable[[], Awaitable[None]] | None]):
    """Answers with what is to be done, None when nothing is."""

    DEFAULT_CSS = """
    CommandLine { background: $background 0%; align: left bottom; }
    CommandLine Vertical { height: auto; background: $panel; }
    CommandLine Static { background: $panel; height: 1; padding: 0 1; }
    CommandLine Input, CommandLine Input:focus {
        border: none; height: 1; padding: 0 1; background: $boost;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,ctrl+c", "dismiss", "leave"),
        ("tab", "complete(1)", "complete"),
        ("shift+tab", "complete(-1)", "the completion before"),
        ("up,ctrl+p", "recall(-1)", "the command before"),
        ("down,ctrl+n", "recall(1)", "the command after"),
    ]

    def __init__(self, deck: Deck) -> None:
        super().__init__()
        self._deck = deck
        self._below = deck.screen
        self._input = Input(placeholder=":", compact=True, select_on_focus=False)
        self._input.cursor_blink = False
        self._words = Static()
        self._history = [*typed_before(deck.settings.home), ""]
        self._place = len(self._history) - 1
        self._begun = ""
        """What was typed before tab filled in more."""
        self._offers: list[str] = []
        self._offer = -1

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._words
            yield self._input

    def on_mount(self) -> None:
        self._input.focus()
        self._say(HINT)

    def on_key(self, event: Key) -> None:
        """Keys typed before the line has the focus go into it all the same."""
        if event.character is not None and event.is_printable:
            event.stop()
            self._input.insert_text_at_cursor(event.character)

    def _say(self, text: str, colour: str = "dim") -> None:
        self._words.update(Text(one_line(text), style(colour, PANEL), no_wrap=True))

    # completion

    def on_input_changed(self, event: Input.Changed) -> None:
        """Complete the typed text, not the text that tab filled in."""
        if self._offer >= 0 and event.value == self._offers[self._offer]:
            return
        self._begun, self._offer = event.value, -1
        self._offers = self._completions(event.value)
        self._show_offers() if event.value.strip() else self._say(HINT)

    def _completions(self, text: str) -> list[str]:
        deck = self._deck
        return completions(text, self._below_name, arguments(deck), read_only=self._read_only)

    def action_complete(self, direction: int) -> None:
        if self._input.value != self._begun and self._offer < 0:
            self._begun, self._offers = self._input.value, self._completions(self._input.value)
        offers = self._offers or self._completions(self._begun)
        if offers:
            self._offers = offers
            self._offer = (self._offer + direction) % len(offers) if self._offer >= 0 else 0
            self._fill(offers[self._offer])
            self._show_offers()

    def _show_offers(self) -> None:
        """Show as many offers as have room, the chosen one first in sight."""
        text = Text(no_wrap=True)
        room = self.size.width - 4
        first = max(self._offer, 0)
        for at, offer in enumerate(self._offers[first:], first):
            word = one_line(offer.strip())
            if text.cell_len + cells(word) + 2 > room:
                text.append("…", style("dim", PANEL))
                break
            text.append(word, style("text" if at == self._offer else "dim", PANEL)).append("  ")
        self._words.update(text)

    def _fill(self, text: str) -> None:
        self._input.value = text
        self._input.cursor_position = len(text)

    # history

    def action_recall(self, direction: int) -> None:
        """Recall an earlier command that begins like the typed text."""
        if self._place == len(self._history) - 1:
            self._history[-1] = self._input.value
        self._place = max(min(self._place + direction, len(self._history) - 1), 0)
        self._fill(self._history[self._place])

    # what is asked for

    @property
    def _below_name(self) -> str:
        return self._below.NAME if isinstance(self._below, DeckScreen) else ""

    @property
    def _read_only(self) -> bool:
        return self._deck.deployment.client.read_only

    def on_input_submitted(self, _: Input.Submitted) -> None:
        text = self._input.value.strip()
        if not text:
            self.dismiss(None)
            return
        try:
            does = prepare(self._deck, self._below, text)
        except (ValueError, LookupError) as error:
            self._say(str(error.args[0]), "bad")
            return
        keep_command(self._deck.settings.home, text)
        self.dismiss(does)
