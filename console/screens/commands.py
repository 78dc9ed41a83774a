"""Typed commands, checked before the line closes, so that a wrong one can be mended."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from console.actions import EVERYWHERE, Action
from console.command_line import BadCommand, parse_command, selection_and_range
from console.domain.assets.keys import key_text, nearest
from console.domain.errors import ApiError
from console.domain.partitions.keys import BadPartitions, parse_partitions
from console.domain.selection.evaluation import select, written
from console.screens.base import DeckScreen
from console.screens.openings import ShowAsset
from console.store.planning.selection import shared_keys
from console.store.runs.run_finder import find_run
from console.terminal.theme_choice import keep_theme
from console.widgets.common.themes import PALETTES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.screen import Screen

    from console.app import Deck
    from console.command_line import Typed
    from console.domain.assets.keys import AssetKey

    Does = Callable[[], Awaitable[None]]


def arguments(deck: Deck) -> Mapping[str, Sequence[str]]:
    """The arguments that are known, by the command's name."""
    deployment = deck.deployment
    order = deployment.graph.order
    backfills = deck.overview.backfills or ()
    return {
        "asset": [key_text(key) for key in order],
        "plan": [written(key) for key in order],
        "run": [run.id for run in deployment.active],
        "backfill": [backfill.id for backfill in backfills],
        "theme": list(PALETTES),
    }


def prepare(deck: Deck, screen: Screen[object], text: str) -> Does:
    """The call to make once the line is closed. Raises ValueError or LookupError with a sentence."""
    name = screen.NAME if isinstance(screen, DeckScreen) else EVERYWHERE
    typed = parse_command(text, name, read_only=deck.deployment.client.read_only)
    if isinstance(typed.does, Action):
        place = deck if typed.does.screen == EVERYWHERE else screen
        return partial(_run_action, place, typed.does.id)
    return _COMMANDS[typed.does.name](deck, screen, typed)


async def _run_action(place: Deck | Screen[object], action: str) -> None:
    await place.run_action(action)


def _asset(deck: Deck, screen: Screen[object], typed: Typed) -> Does:
    key = deck.deployment.graph.find(typed.argument).key
    shows = isinstance(screen, DeckScreen) and ShowAsset in screen.TAKES
    name = screen.NAME if shows and isinstance(screen, DeckScreen) else "assets"
    return _later(lambda: deck.open_asset(name, key))


def _run(deck: Deck, _: Screen[object], typed: Typed) -> Does:
    async def find_and_open() -> None:
        try:
            deck.open_run(await find_run(deck.deployment.client, typed.argument))
        except ApiError as error:
            deck.say(str(error), "bad")

    return find_and_open


def _backfill(deck: Deck, _: Screen[object], typed: Typed) -> Does:
    return _later(lambda: deck.watch_backfill(typed.argument))


def _plan(deck: Deck, screen: Screen[object], typed: Typed) -> Does:
    selection, partitions = selection_and_range(typed.argument)
    if not selection:
        raise BadCommand(f"`:plan {typed.argument}` names no assets; `:plan dlt_x+ [a...b]`")
    facts = screen.facts() if isinstance(screen, DeckScreen) else None
    assets = tuple(select(selection, deck.deployment.graph, facts))
    chosen = _partitions(deck, assets, partitions) if partitions else None
    return _later(lambda: deck.plan(assets, chosen))


def _partitions(deck: Deck, assets: Sequence[AssetKey], text: str) -> tuple[str, ...]:
    """The partitions that `text` names. Raises ValueError with a sentence."""
    keys = shared_keys(deck.deployment, assets)
    if keys is None:
        raise BadPartitions("these assets have no partitions, so none can be named")
    return tuple(keys.keys[at] for at in parse_partitions(text, keys))


def _filter(_: Deck, screen: Screen[object], typed: Typed) -> Does:
    if not isinstance(screen, DeckScreen) or screen.filter_line is None:
        raise BadCommand("nothing on this screen can be filtered")
    return _later(partial(screen.filter_line.take, typed.argument))


def _theme(deck: Deck, _: Screen[object], typed: Typed) -> Does:
    name = typed.argument
    if name not in PALETTES:
        near = nearest(name, PALETTES)
        hint = f"did you mean `{near}`?" if near else f"there are {', '.join(PALETTES)}"
        raise BadCommand(f"no theme `{name}`; {hint}")

    def show_and_keep() -> None:
        deck.show_theme(name)
        keep_theme(deck.settings.home, name)

    return _later(show_and_keep)


def _profile(deck: Deck, _: Screen[object], typed: Typed) -> Does:
    return partial(_run_action, deck, f"switch_profile({typed.argument!r})")


def _quit(deck: Deck, *_: object) -> Does:
    return deck.action_quit


def _later(does: Callable[[], None]) -> Does:
    async def done() -> None:
        with suppress(ApiError):
            does()

    return done


_COMMANDS: Mapping[str, Callable[[Deck, Screen[object], Typed], Does]] = {
    "asset": _asset,
    "run": _run,
    "backfill": _backfill,
    "plan": _plan,
    "filter": _filter,
    "theme": _theme,
    "profile": _profile,
    "q": _quit,
}
