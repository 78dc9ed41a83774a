"""One line to type, at the bottom, checked before it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from console.domain.text import one_line
from console.widgets.looks import style

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


class PromptScreen(ModalScreen["str | None"]):
    """Answers with the text, None when it was left with escape.

    `check` says in a sentence what is wrong with a text, None when nothing is.
    """

    DEFAULT_CSS = """
    PromptScreen { align: center bottom; background: $background 0%; }
    PromptScreen Vertical { height: auto; background: $panel; padding: 0 1; }
    PromptScreen Static { background: $panel; height: auto; }
    PromptScreen Input, PromptScreen Input:focus {
        border: none; height: 1; padding: 0; background: $boost;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "leave")]

    def __init__(
        self,
        label: str,
        value: str,
        check: Callable[[str], str | None],
        *,
        hint: str = "",
        suggestions: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._label = label
        self._value = value
        self._check = check
        self._hint = hint
        self._suggestions = suggestions

    def compose(self) -> ComposeResult:
        suggester = SuggestFromList(self._suggestions) if self._suggestions else None
        with Vertical():
            yield Static(Text(self._label, style("text", PANEL, bold=True)))
            yield Input(self._value, suggester=suggester, select_on_focus=False)
            yield Static(Text(self._hint, style("dim", PANEL)), id="hint")

    def on_mount(self) -> None:
        box = self.query_one(Input)
        box.cursor_blink = False
        box.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        problem = self._check(event.value)
        if problem is None:
            self.dismiss(event.value)
        else:
            self.query_one("#hint", Static).update(Text(one_line(problem), style("bad", PANEL)))


PANEL = "#161b22"
