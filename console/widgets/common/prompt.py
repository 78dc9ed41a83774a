"""One line to type into, at the bottom, in the place of the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from console.domain.text import clean

if TYPE_CHECKING:
    from textual.events import Paste


class Prompt(Input):
    """Hidden till it is asked; tells `Input.Submitted` or `Cancelled`, then hides again."""

    DEFAULT_CSS = """
    Prompt { dock: bottom; display: none; }
    Prompt, Prompt:focus { border: none; height: 1; padding: 0 1; background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel", show=False)]

    class Cancelled(Message):
        """Nothing is wanted after all."""

    def __init__(self, placeholder: str, *, id: str | None = None, line_joint: str = " ") -> None:
        super().__init__(placeholder=placeholder, id=id)
        self.cursor_blink = False
        self.line_joint = line_joint
        """What stands for the line ends of a paste."""

    def on_paste(self, event: Paste) -> None:
        """A paste of several lines is taken whole."""
        lines = (clean(line).strip().removesuffix(",") for line in event.text.splitlines())
        self.insert_text_at_cursor(self.line_joint.join(filter(None, lines)))
        event.prevent_default()
        event.stop()

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
