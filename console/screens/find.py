"""Any asset, by a few of its letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from console.domain.fuzzy import Match, best
from console.domain.text import cut, one_line
from console.store.signals import Topic
from console.widgets.line_list import LineList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Key

    from console.app import Deck
    from console.domain.assets import Asset

GROUP_WIDTH = 16


class FindScreen(ModalScreen["tuple[str, ...] | None"]):
    """Answers with the key of the asset that was chosen, None when none was."""

    DEFAULT_CSS = """
    FindScreen { align: center top; }
    FindScreen Vertical {
        width: 76; max-width: 96%; height: 18; max-height: 80%; margin-top: 2;
        background: $panel; padding: 0 1;
    }
    FindScreen Input, FindScreen Input:focus { border: none; height: 1; background: $boost; }
    """
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
        """What is typed before the line has the focus is typed into it all the same."""
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

    def _draw(self, index: int, width: int) -> list[tuple[str, str]]:
        asset, fits = self._found[index]
        room = max(width - GROUP_WIDTH - 2, 8)
        name = cut(asset.name, room)
        parts = _marked(name, set(fits.positions)) if one_line(asset.name) == asset.name else None
        pad = " " * (room - len(name))
        return [
            (" ", "text"),
            *(parts or [(name, "text")]),
            (f"{pad} {cut(asset.group, GROUP_WIDTH)}", "dim"),
        ]


def _more(asset: Asset) -> str:
    return " ".join((asset.name, asset.group, *asset.kinds))


def _marked(name: str, positions: set[int]) -> list[tuple[str, str]]:
    return [(letter, "run" if at in positions else "text") for at, letter in enumerate(name)]
