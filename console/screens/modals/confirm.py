"""The question before something is changed; whoever just presses enter has changed nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Static

from console.domain.text import one_line
from console.screens.modals.window import Window
from console.widgets.common.styles import PANEL, SELECTION, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


class ConfirmScreen(Window[bool]):
    """Asks `sentence`; True when the answer is yes, False for everything else.

    `yes` is what the button of the deed says. With `word_to_type`, that word is
    typed instead, for what can't be undone.
    """

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "answer(False)", "cancel"),
        Binding("n,q", "answer(False)", "cancel"),
        Binding("y", "answer(True)", "yes"),
        Binding("left,right,tab,shift+tab,h,l", "turn", "the other"),
        Binding("enter", "choose", "choose"),
    ]

    def __init__(
        self,
        sentence: str,
        details: Sequence[str] = (),
        word_to_type: str | None = None,
        *,
        yes: str = "Yes",
    ) -> None:
        super().__init__()
        self._sentence = one_line(sentence)
        self._details = [one_line(detail) for detail in details]
        self._word = word_to_type
        self._yes = yes
        self.chosen = False
        self._word_box = Input(select_on_focus=False)
        self._foot_line = Static(id="foot")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Text(f"{self._sentence}\n", style("warn", PANEL, bold=True)))
            if self._details:
                details = "\n".join(self._details) + "\n"
                yield Static(Text(details, style("text", PANEL)), id="details")
            if self._word is not None:
                yield self._word_box
            yield self._foot_line

    def on_mount(self) -> None:
        self._foot_line.update(self._foot())
        if self._word is not None:
            self._word_box.cursor_blink = False
            self._word_box.focus()

    def _foot(self) -> Text:
        if self._word is not None:
            words = f"type {self._word} and enter to go on; esc to cancel"
            return Text(words, style("dim", PANEL))
        text = Text()
        for label, deed in (("Cancel", False), (self._yes, True)):
            here = self.chosen is deed
            shown = f"[ {label} ]" if here else f"  {label}  "
            look = style("text", SELECTION, bold=True) if here else style("dim", PANEL)
            text.append(shown, look).append("  ", style("dim", PANEL))
        return text.append("  y yes  esc cancel", style("dim", PANEL))

    def action_turn(self) -> None:
        self.chosen = not self.chosen
        self._foot_line.update(self._foot())

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)

    def action_choose(self) -> None:
        self.dismiss(self.chosen)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip() == self._word:
            self.dismiss(True)
            return
        words = f"that isn't {self._word}: nothing was changed; esc to cancel"
        self._foot_line.update(Text(words, style("bad", PANEL)))
