"""One line to type into, at the bottom, in the place of the keys."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class Prompt(Input):
    """Hidden till it is asked; tells `Input.Submitted` or `Cancelled`, then hides again."""

    DEFAULT_CSS = """
    Prompt { dock: bottom; display: none; }
    Prompt, Prompt:focus { border: none; height: 1; padding: 0 1; background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel", show=False)]

    class Cancelled(Message):
        """Nothing is wanted after all."""

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, id=id)
        self.cursor_blink = False

    def ask(self, text: str = "") -> None:
        """Show, with `text` to go on from; the next key pressed is already typed here."""
        self.value = text
        self.cursor_position = len(text)
        self.display = True
        self.screen.set_focus(self)

    def hide(self) -> None:
        self.display = False

    def action_cancel(self) -> None:
        self.hide()
        self.post_message(self.Cancelled())
