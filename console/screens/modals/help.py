"""Every key of a screen, from the table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from console.actions import EVERYWHERE, Action, actions_of, all_key_labels
from console.domain.status.states import CHECK_LOOK, LOOKS, State
from console.screens.modals.window import Window
from console.widgets.common.filter_line import FilterLine
from console.widgets.common.styles import glyph, state_style, style

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.settings import Settings


STATES_A_LINE = 4


class HelpScreen(Window[None]):
    """Closes with any of the keys that one would try; `/` filters it."""

    CSS_PATH = "help.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", "close"),
        ("question_mark,q,f1,enter", "dismiss", "close"),
        ("slash", "filter", "filter"),
        ("down,j", "scroll_by(1)", "down"),
        ("up,k", "scroll_by(-1)", "up"),
        ("pagedown,space", "page(1)", "a page down"),
        ("pageup", "page(-1)", "a page up"),
        ("home,g", "end(-1)", "beginning"),
        ("end,G", "end(1)", "end"),
    ]

    def __init__(self, screen: str, settings: Settings) -> None:
        super().__init__()
        self._screen = screen
        self._settings = settings
        self._body = VerticalScroll(can_focus=False)
        self._own, self._everywhere = Static(), Static()
        self._filter = FilterLine()

    def compose(self) -> ComposeResult:
        with self._body:
            if self._settings.read_only:
                note = "read-only: keys that change something are not bound\n"
                yield Static(Text(note, style("warn")))
            yield self._own
            yield self._everywhere
            yield Static(self._states())
        yield self._filter

    def on_mount(self) -> None:
        self._show()

    def _show(self) -> None:
        """The keys that the filter keeps; a table without any is not there."""
        for part, name, title in (
            (self._own, self._screen, self._screen),
            (self._everywhere, EVERYWHERE, "everywhere"),
        ):
            kept = self._kept(name) if title else []
            part.update(_table(title, kept))
            part.display = bool(kept)

    def _kept(self, screen: str) -> list[Action]:
        keeps = self._filter.filter.keeps
        actions = actions_of(screen, read_only=self._settings.read_only)
        return [one for one in actions if keeps(all_key_labels(one), one.words)]

    def on_filter_line_filtered(self) -> None:
        self._show()

    def action_filter(self) -> None:
        self._filter.ask()

    def action_leave(self) -> None:
        """The filter first, then the window."""
        if self._filter.filter:
            self._filter.take("")
        else:
            self.dismiss()

    def action_scroll_by(self, lines: int) -> None:
        self._body.scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        self.action_scroll_by(pages * max(self._body.size.height - 2, 1))

    def action_end(self, direction: int) -> None:
        if direction < 0:
            self._body.scroll_home(animate=False)
        else:
            self._body.scroll_end(animate=False)

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
