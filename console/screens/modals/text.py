"""A long text of the server's, to be read: an error in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical

from console.screens.modals.window import Window
from console.widgets.common.pane import Pane, wrapped_as_it_is
from console.widgets.common.prompt import Prompt
from console.widgets.common.styled_text import StyledLine
from console.widgets.log.search import Search

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widgets import Input


class TextScreen(Window[None]):
    """Shows `text` under `title`, its indentation kept; any text may be long or odd."""

    CSS_PATH = "text.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,enter", "dismiss", "leave"),
        ("down,j", "scroll(1)", "down"),
        ("up,k", "scroll(-1)", "up"),
        ("pagedown,space", "page(1)", "a page down"),
        ("pageup", "page(-1)", "a page up"),
        ("home,g", "end(-1)", "beginning"),
        ("end,G", "end(1)", "end"),
        ("slash", "find", "search"),
        ("n", "found(1)", "next found"),
        ("N", "found(-1)", "found before"),
    ]

    def __init__(self, title: str, text: str, *, ascii_only: bool) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._pane = Pane(ascii_only=ascii_only)
        self._prompt = Prompt("search: literal, a capital makes case matter")
        self._search: Search | None = None
        self._here = 0
        """Which of the lines found is shown."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._pane
        yield self._prompt

    def on_mount(self) -> None:
        self.call_after_refresh(self._show)

    def on_resize(self, _: events.Resize) -> None:
        self._show()

    def show_text(self, text: str) -> None:
        self._text = text
        self._show()

    def _show(self) -> None:
        width = max(self._pane.content_size.width - 1, 20)
        texts = wrapped_as_it_is(self._text, width)
        found = self._mark(texts)
        lines: list[StyledLine] = [[(self._title, "text"), (found, "dim")], []]
        marked = set(self._search.found) if self._search else set()
        lines += [[(line, "text" if at in marked else "dim")] for at, line in enumerate(texts)]
        self._pane.show(lines)

    def _mark(self, texts: list[str]) -> str:
        """Find the lines that have what is searched for; how many, in words."""
        if self._search is None:
            return ""
        hits = self._search.hits
        self._search.found = [at for at, line in enumerate(texts) if hits(line)]
        count = len(self._search.found)
        self._here = min(self._here, max(count - 1, 0))
        return (
            f'   "{self._search.needle}" {f"{self._here + 1} of {count}" if count else "not found"}'
        )

    # the way around

    def action_scroll(self, lines: int) -> None:
        self._pane.scroll_by(lines)

    def action_page(self, pages: int) -> None:
        self._pane.page(pages)

    def action_end(self, direction: int) -> None:
        self._pane.scroll_by(direction * len(self._pane.lines))

    def action_find(self) -> None:
        self._prompt.ask(self._search.needle if self._search else "")

    def on_input_submitted(self, _: Input.Submitted) -> None:
        self._prompt.hide()
        self.set_focus(None)
        needle = self._prompt.value
        self._search, self._here = Search(needle) if needle else None, 0
        self._show()
        self._go()

    def on_prompt_cancelled(self, _: Prompt.Cancelled) -> None:
        self.set_focus(None)

    def action_found(self, direction: int) -> None:
        if self._search and self._search.found:
            self._here = (self._here + direction) % len(self._search.found)
            self._show()
            self._go()

    def _go(self) -> None:
        """The line found a third from the top."""
        if self._search and self._search.found:
            above = self._pane.content_size.height // 3
            line = self._search.found[self._here] + 2
            self._pane.scroll_by(max(line - above, 0) - self._pane.top)
