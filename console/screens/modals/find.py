"""Any asset, by a few of its letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.widgets import Input

from console.domain.assets.keys import shown_key
from console.domain.fuzzy import Match, best
from console.domain.text import cells, cut
from console.screens.modals.window import Window
from console.store.signals import Topic
from console.widgets.common.line_list import LineList
from console.widgets.common.styled_text import StyledLine

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Key

    from console.app import Deck
    from console.domain.assets.graph import Asset

GROUP_WIDTH = 16


class FindScreen(Window["tuple[str, ...] | None"]):
    """Answers with the key of the asset that was chosen, None when none was."""

    CSS_PATH = "find.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", "leave"),
        ("down,ctrl+n", "move(1)", "next"),
        ("up,ctrl+p", "move(-1)", "previous"),
        ("pagedown", "page(1)", "a page down"),
        ("pageup", "page(-1)", "a page up"),
    ]

    def __init__(
        self, deck: Deck, placeholder: str = "letters of an asset's key, group or kind"
    ) -> None:
        super().__init__()
        self._deck = deck
        self._found: list[tuple[Asset, Match]] = []
        self._entered = False
        """Chosen before the assets were known."""
        self._input = Input(placeholder=placeholder, compact=True)
        self._input.cursor_blink = False
        self._lines = LineList(self._draw, empty="no asset is like that")
        self._lines.can_focus = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._input
            yield self._lines

    def on_mount(self) -> None:
        self._input.focus()
        self._search("")
        self._forget = self._deck.deployment.signals.listen(self._told)

    def on_unmount(self) -> None:
        self._forget()

    def _told(self, topic: Topic) -> None:
        """Assets that come to be known are found without another key."""
        if topic is Topic.STRUCTURE:
            self._search(self._input.value)
            if self._entered:
                self._choose()

    def on_key(self, event: Key) -> None:
        """Keys typed before the line has the focus go into it all the same."""
        if event.character is not None and event.is_printable:
            event.stop()
            self._input.insert_text_at_cursor(event.character)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._search(event.value)

    def on_input_submitted(self, _: Input.Submitted) -> None:
        self._entered = not self._deck.deployment.graph
        self._choose()

    def _choose(self) -> None:
        if self._found:
            self.dismiss(self._found[self._lines.cursor][0].key)

    def action_move(self, lines: int) -> None:
        self._lines.move(lines)

    def action_page(self, pages: int) -> None:
        self._lines.page(pages)

    def _search(self, text: str) -> None:
        graph = self._deck.deployment.graph
        if not graph:
            self._lines.show_empty("the assets are not known yet")
        else:
            self._lines.show_empty("no asset is like that")
        self._found = best(text, (graph[key] for key in graph.order), lambda asset: asset.name)
        if not self._found:
            self._found = best(text, graph.assets.values(), _more)
        self._lines.set_count(len(self._found), keep=False)

    def _draw(self, index: int, width: int) -> StyledLine:
        asset, fits = self._found[index]
        room = max(width - GROUP_WIDTH - 2, 8)
        name = cut(asset.name, room)
        parts = (
            _marked(name, set(fits.positions))
            if shown_key(asset.key) == asset.name and asset.name.isascii()
            else None
        )
        pad = " " * (room - cells(name))
        return [
            (" ", "text"),
            *(parts or [(name, "text")]),
            (f"{pad} {cut(asset.group, GROUP_WIDTH)}", "dim"),
        ]


def _more(asset: Asset) -> str:
    return " ".join((asset.name, asset.group, *asset.kinds))


def _marked(name: str, positions: set[int]) -> StyledLine:
    return [(letter, "run" if at in positions else "text") for at, letter in enumerate(name)]
