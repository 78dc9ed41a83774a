"""What the command palette offers: the table of actions, and every asset."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from rich.text import Text
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.widgets import Input

from console.actions import EVERYWHERE, Action, actions_of, all_key_labels
from console.domain.fuzzy import Match, best, match
from console.domain.text import one_line
from console.screens.base import DeckScreen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from console.app import Deck
    from console.domain.assets import Asset

MOST_ASSETS = 20
WIDTH = 76
_STEPS = ("move(", "page(", "end(", "command_palette")
"""What is only worth a key."""


class Palette(CommandPalette):
    """Textual's palette, one line a command, without a blinking cursor, which costs bytes."""

    DEFAULT_CSS = f"""
    Palette > Vertical {{ width: {WIDTH}; max-width: 96%; background: $panel; margin-top: 2; }}
    Palette #--input {{ border: none; background: $boost; height: 1; }}
    Palette SearchIcon {{ display: none; }}
    Palette CommandInput, Palette CommandInput:focus {{
        border: none; height: 1; margin: 0; padding: 0 1; background: $boost;
    }}
    Palette CommandList, Palette CommandList:focus {{
        border: none; max-height: 60vh; background: $panel; padding: 0;
    }}
    Palette CommandList > .option-list--option {{ padding: 0 1; }}
    """

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False


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
        read_only = cast("Deck", self.app).settings.read_only
        name = self.screen.NAME if isinstance(self.screen, DeckScreen) else ""
        own = actions_of(name, read_only=read_only) if name else []
        every = actions_of(EVERYWHERE, read_only=read_only)
        return [action for action in (*own, *every) if not action.id.startswith(_STEPS)]

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
