"""Everything bad among some assets as one text, to be read, filtered, copied and planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical

from console.domain.assets.keys import shown_key
from console.domain.errors import ApiError
from console.domain.status.bad import bad_lines, bad_sum, bad_text
from console.domain.status.states import LOOKS, State
from console.screens.modals.window import Window
from console.screens.openings import PlanCells
from console.store.needs import Needs, read_needs
from console.widgets.common.filter_line import FilterLine
from console.widgets.common.pane import Pane, wrapped_as_it_is

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.app import Deck
    from console.domain.assets.keys import AssetKey
    from console.domain.status.bad import Bad
    from console.widgets.common.styled_text import StyledLine

_NEEDY = frozenset({State.FAILED, State.STALE, State.MISSING})
_COLOURS = {state.word: LOOKS[state].style for state in _NEEDY} | {"checks": "bad"}


class BadScreen(Window["PlanCells | None"]):
    """Answers with what to plan, None for nothing. Shows what is known at once, and what was read for it a moment later."""

    CSS_PATH = "bad.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", "leave"),
        ("q,enter,c", "dismiss(None)", "leave"),
        ("down,j", "scroll(1)", "down"),
        ("up,k", "scroll(-1)", "up"),
        ("pagedown,space", "page(1)", "a page down"),
        ("pageup", "page(-1)", "a page up"),
        ("home,g", "end(-1)", "beginning"),
        ("end,G", "end(1)", "end"),
        ("slash", "filter", "filter"),
        ("y", "copy", "copy"),
        ("b", "plan", "plan a backfill"),
    ]

    def __init__(
        self,
        deck: Deck,
        keys: Sequence[AssetKey],
        within: Mapping[AssetKey, Collection[int]] | None,
        *,
        ascii_only: bool,
    ) -> None:
        """Of `keys`; with `within` only these positions in the keys of each."""
        super().__init__()
        self._deck = deck
        self._keys = keys
        self._within = within
        self._found: list[Bad] = []
        self._note = "reading …"
        self._problems: list[str] = []
        self._pane = Pane(ascii_only=ascii_only)
        self._filter = FilterLine()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._pane
        yield self._filter

    def on_mount(self) -> None:
        self._collect()
        self.call_after_refresh(self._show)
        self.run_worker(self._read(), group="bad")

    def on_resize(self, _: events.Resize) -> None:
        self._show()

    async def _read(self) -> None:
        deck = self._deck
        await read_needs(deck.deployment, deck.checks, self._keys, self._problems.append)
        try:
            if deck.overview.failed is None:
                await deck.overview.load()
        except ApiError as error:
            self._problems.append(f"why things failed was not read: {error}")
        self._note = ""
        self._collect()
        self._show()

    def _collect(self) -> None:
        deck = self._deck
        needs = Needs(deck.deployment, deck.checks, deck.overview)
        self._found = needs.of(self._keys, self._within)

    # what is shown

    @property
    def _kept(self) -> list[Bad]:
        keeps = self._filter.filter.keeps
        return [one for one in self._found if one.needs_somebody and keeps(*bad_lines(one))]

    def _show(self) -> None:
        width = max(self._pane.content_size.width - 1, 20)
        kept = self._kept
        hidden = self._filter.words(len(kept), sum(one.needs_somebody for one in self._found))
        head = "   ".join(filter(None, [bad_sum(self._found), hidden, self._note]))
        lines: list[StyledLine] = [[(head, "text")]]
        lines += [[(problem, "warn")] for problem in self._problems]
        for one in kept:
            lines += [[], *_shown(one, width)]
        keys = "y copies   b plans   / filters   esc leaves"
        self._pane.show([*lines, [], [(keys, "dim")]])

    def on_filter_line_filtered(self) -> None:
        self._show()

    # the way around

    def action_scroll(self, lines: int) -> None:
        self._pane.scroll_by(lines)

    def action_page(self, pages: int) -> None:
        self._pane.page(pages)

    def action_end(self, direction: int) -> None:
        self._pane.scroll_by(direction * len(self._pane.lines))

    def action_filter(self) -> None:
        self._filter.ask()

    def action_leave(self) -> None:
        """The filter first, then the window."""
        if self._filter.filter:
            self._filter.take("")
        else:
            self.dismiss()

    # what is done with it

    def action_copy(self) -> None:
        self._deck.copy_to_clipboard(bad_text(self._kept))
        self._note = "sent to the clipboard, if the terminal has one"
        self._show()

    def action_plan(self) -> None:
        """Plan the partitions that are shown; read-only there is no planning."""
        kept = [one for one in self._kept if one.partitions]
        if self._deck.read_only or not kept:
            self._note = "read-only" if self._deck.read_only else "no partition to plan"
            self._show()
            return
        named = tuple(dict.fromkeys(name for one in kept for name in one.named))
        self.dismiss(PlanCells(tuple(one.key for one in kept), named or None, _NEEDY))


def _shown(one: Bad, width: int) -> list[StyledLine]:
    """The lines of its text, each in the colour of its state."""
    name, *rest = bad_lines(one)
    late = name[len(shown_key(one.key)) :]
    lines: list[StyledLine] = [[(shown_key(one.key), "text"), (late, "bad")]]
    for text in rest:
        colour = _COLOURS.get(text.split(maxsplit=1)[0], "dim")
        lines += [[(part, colour)] for part in wrapped_as_it_is(text, width)]
    return lines
