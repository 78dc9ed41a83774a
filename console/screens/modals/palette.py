"""The command palette: the table of actions, and every asset."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.text import Text
from textual import events, on
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.widgets import Input, OptionList

from console.actions import EVERYWHERE, Action, all_key_labels, offered_actions
from console.domain.fuzzy import Match, best, match
from console.domain.text import one_line
from console.screens.base import DeckScreen
from console.terminal.newest_size import NewestSize

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.binding import BindingType

    from console.app import Deck
    from console.domain.assets.graph import Asset

MOST_ASSETS = 20
WIDTH = 76
"""As `palette.tcss` has it."""


class Palette(NewestSize, CommandPalette):
    """Textual's palette, one line a command, without a blinking cursor, which costs bytes."""

    CSS_PATH = "palette.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        ("pagedown", "page(1)", "a page down"),
        ("pageup", "page(-1)", "a page up"),
    ]

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _chosen_once(self, event: Input.Submitted | OptionList.OptionSelected) -> None:
        """What was pressed before the palette was left, and comes after, chooses nothing."""
        if not self.is_active:
            event.stop().prevent_default()

    def on_mount(self, event: events.Mount) -> None:
        """Left before it was there, it has no screen below and no line to type in: IndexError."""
        if not self.is_current:
            event.prevent_default()
        for box in self.query(Input):
            box.cursor_blink = False

    def action_page(self, pages: int) -> None:
        """Textual's own raises KeyError where the list has commands and no room yet."""
        for commands in self.query(CommandList):
            region = commands.scrollable_content_region
            if region.height and region.width:
                page = commands.action_page_up if pages < 0 else commands.action_page_down
                page()  # type: ignore[no-untyped-call]  # Textual leaves it without types


class DeckCommands(Provider):
    """The actions of the screen and of everywhere; those that mutate only where allowed."""

    async def discover(self) -> Hits:
        for action in self._actions():
            shown = _with_keys(Text(action.words), action)
            yield DiscoveryHit(shown, self._run(action), text=action.words)

    async def search(self, query: str) -> Hits:
        for action in self._actions():
            fits = match(query, action.words)
            if fits:
                shown = _with_keys(_marked(action.words, fits), action)
                yield Hit(_score(fits), shown, self._run(action), text=action.words)
        deck = cast("Deck", self.app)
        assets = deck.deployment.graph.assets.values()
        for asset, fits in best(query, assets, lambda asset: asset.name)[:MOST_ASSETS]:
            yield self._asset_hit(deck, asset, fits)

    def _asset_hit(self, deck: Deck, asset: Asset, fits: Match) -> Hit:
        name = one_line(asset.name)
        shown = _marked(name, fits) if name == asset.name else Text(name)
        return Hit(
            _score(fits) * 0.9,
            Text("go to asset ").append_text(shown),
            partial(deck.open_asset, "assets", asset.key),
            text=f"go to asset {name}",
        )

    def _actions(self) -> list[Action]:
        read_only = cast("Deck", self.app).read_only
        name = self.screen.NAME if isinstance(self.screen, DeckScreen) else ""
        return offered_actions(name, read_only=read_only)

    def _run(self, action: Action) -> Callable[[], Awaitable[Any]]:
        place = self.app if action.screen == EVERYWHERE else self.screen
        return partial(place.run_action, action.id)


def _with_keys(words: Text, action: Action) -> Text:
    """The words on the left, the keys at the right edge, so that they are learned."""
    keys = all_key_labels(action)
    room = WIDTH - 4 - len(keys) - len(words)
    return words.append(" " * max(room, 2)).append(keys, "dim")


def _score(fits: Match) -> float:
    looseness, first, length = fits.rank
    return 1 / (1 + looseness + first / 10 + length / 100)


def _marked(text: str, fits: Match) -> Text:
    marked = Text(text)
    for at in fits.positions:
        marked.stylize("bold underline", at, at + 1)
    return marked
