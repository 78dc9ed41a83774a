"""Every key of a screen, from the table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from console.actions import EVERYWHERE, Action, actions_of, all_key_labels
from console.domain.status.states import CHECK_LOOK, LOOKS, State
from console.widgets.common.styles import glyph, state_style, style

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.settings import Settings


STATES_A_LINE = 4


class HelpScreen(ModalScreen[None]):
    """Closes with any of the keys that one would try."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,question_mark,q,f1,enter", "dismiss", "close"),
    ]

    def __init__(self, screen: str, settings: Settings) -> None:
        super().__init__()
        self._screen = screen
        self._settings = settings

    def compose(self) -> ComposeResult:
        read_only = self._settings.read_only
        with VerticalScroll():
            if read_only:
                note = "read-only: keys that change something are not bound\n"
                yield Static(Text(note, style("warn")))
            if self._screen:
                yield Static(_table(self._screen, actions_of(self._screen, read_only=read_only)))
            yield Static(_table("everywhere", actions_of(EVERYWHERE, read_only=read_only)))
            yield Static(self._states())

    def _states(self) -> Text:
        text = Text("\nstates\n", style("text", bold=True))
        for at, state in enumerate(state for state in LOOKS if state is not State.OUTSIDE):
            look = glyph(state, ascii_only=self._settings.ascii)
            text.append("\n" if at and at % STATES_A_LINE == 0 else "")
            text.append(f"  {look} ", state_style(state)).append(state.word, style("dim"))
        text.append(f"  {CHECK_LOOK.glyph} ", style(CHECK_LOOK.style))
        return text.append("a check failed", style("dim"))


def _table(title: str, actions: list[Action]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=14, justify="right")
    table.add_column()
    table.add_row(Text(title, style("text", bold=True)), "")
    for action in actions:
        table.add_row(Text(all_key_labels(action), style("run")), Text(action.words, style("text")))
    return table
