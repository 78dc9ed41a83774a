"""A long text of the server's, to be read: an error in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.screen import ModalScreen

from console.widgets.pane import Pane, wrapped

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.widgets.pane import Line


class TextScreen(ModalScreen[None]):
    """Shows `text` under `title`, wrapped to the width; any text may be long or odd."""

    DEFAULT_CSS = """
    TextScreen { align: center middle; }
    TextScreen Vertical { width: 96%; height: 90%; background: $panel; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,enter", "dismiss", "leave"),
        ("down,j", "scroll(1)", "down"),
        ("up,k", "scroll(-1)", "up"),
        ("pagedown,space", "page(1)", "a page down"),
        ("pageup", "page(-1)", "a page up"),
    ]

    def __init__(self, title: str, text: str, *, ascii_only: bool) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._pane = Pane(ascii_only=ascii_only)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._pane

    def on_mount(self) -> None:
        self.call_after_refresh(self._show)

    def on_resize(self, _: events.Resize) -> None:
        self._show()

    def show_text(self, text: str) -> None:
        self._text = text
        self._show()

    def _show(self) -> None:
        width = max(self._pane.content_size.width - 1, 20)
        lines: list[Line] = [[(self._title, "text")], []]
        lines += [[(line, "dim")] for line in wrapped(self._text, width)]
        self._pane.show(lines)

    def action_scroll(self, lines: int) -> None:
        self._pane.scroll_by(lines)

    def action_page(self, pages: int) -> None:
        self._pane.page(pages)
