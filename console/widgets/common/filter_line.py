"""The line that `/` opens: what is typed filters the list in view at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from console.domain.list_filter import BadFilter, ListFilter, list_filter
from console.widgets.common.prompt import Prompt

if TYPE_CHECKING:
    from textual.widget import Widget
    from textual.widgets import Input


class FilterLine(Prompt):
    """Enter keeps the filter, escape takes it away; tells `Filtered` with each change."""

    class Filtered(Message):
        """Other lines are wanted."""

    def __init__(self) -> None:
        super().__init__("filter: words; !word: without it; /…/: regular expression; esc: all")
        self.filter = ListFilter()
        self.problem = ""
        """Why what is typed is no filter; the last that was one stays."""
        self._focus_before: Widget | None = None

    def ask(self, text: str = "") -> None:
        self._focus_before = self.screen.focused
        super().ask(text or self.filter.text)

    def take(self, text: str) -> None:
        """Filter by `text` from now on; by nothing when it is empty."""
        try:
            found, self.problem = list_filter(text), ""
        except BadFilter as error:
            found, self.problem = self.filter, str(error)
        self.filter = found
        self.post_message(self.Filtered())

    def words(self, kept: int, of: int, *, all_read: bool = True) -> str:
        """The filter in the title of the screen; empty without one."""
        return self.problem or self.filter.words(kept, of, all_read=all_read)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self.take(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.take(event.value)
        if not self.problem:
            self._leave()

    def action_cancel(self) -> None:
        self._leave()
        self.take("")

    def _leave(self) -> None:
        self.hide()
        self.screen.set_focus(self._focus_before)
