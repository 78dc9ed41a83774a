"""The table of actions: what it offers can be done, and its keys are told apart."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from textual.app import App, ComposeResult
from textual.keys import Keys

from console.actions import ACTIONS, EVERYWHERE, Action, actions_of, all_key_labels, key_label
from console.app import Deck
from console.screen_table import SCREENS
from console.screens.assets.screen import AssetsScreen
from console.screens.backfills.screen import BackfillsScreen
from console.screens.freshness.screen import FreshnessScreen
from console.screens.overview.screen import OverviewScreen
from console.screens.partitions.screen import PartitionsScreen
from console.screens.planner.screen import PlannerScreen
from console.screens.run.screen import RunScreen
from console.screens.runs.screen import RunsScreen
from console.widgets.common.bars import MOST_KEYS, KeyBar

if TYPE_CHECKING:
    from console.screens.base import DeckScreen

CLASSES: dict[str, type[DeckScreen]] = {
    screen.NAME: screen
    for screen in (
        OverviewScreen,
        AssetsScreen,
        PartitionsScreen,
        RunsScreen,
        RunScreen,
        PlannerScreen,
        FreshnessScreen,
        BackfillsScreen,
    )
}
OWN = sorted({action.screen for action in ACTIONS} - {EVERYWHERE})


def _method(action: Action) -> str:
    return f"action_{action.id.split('(')[0]}"


def _keys(actions: list[Action]) -> list[str]:
    return [key for action in actions for key in action.keys.split(",")]


def test_every_screen_has_actions_and_every_action_a_screen() -> None:
    assert set(OWN) == set(CLASSES)
    assert set(SCREENS) <= set(CLASSES)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.screen}.{action.id}")
def test_every_action_is_a_method_of_its_screen_or_of_the_app(action: Action) -> None:
    places: list[type] = [Deck]
    if action.screen != EVERYWHERE:
        places.append(CLASSES[action.screen])
    assert any(callable(getattr(place, _method(action), None)) for place in places)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.screen}.{action.id}")
def test_every_key_is_one_that_a_terminal_can_send(action: Action) -> None:
    known = {key.value for key in Keys} | {"question_mark", "slash", "plus", "minus", "equals_sign"}
    known |= {"alt+left", "alt+right", "colon", "ampersand"}
    known |= {"space", "comma", "full_stop", "left_square_bracket", "right_square_bracket"}
    for key in action.keys.split(","):
        assert (len(key) == 1 and key.isprintable()) or key in known, key


@pytest.mark.parametrize("screen", OWN)
@pytest.mark.parametrize("read_only", [False, True])
def test_no_key_is_bound_twice_on_one_screen(screen: str, read_only: bool) -> None:
    everywhere = actions_of(EVERYWHERE, read_only=read_only)
    keys = Counter(_keys([*actions_of(screen, read_only=read_only), *everywhere]))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("screen", [EVERYWHERE, *OWN])
def test_read_only_has_all_but_what_mutates(screen: str) -> None:
    whole = actions_of(screen, read_only=False)
    safe = actions_of(screen, read_only=True)
    assert safe == [action for action in whole if not action.mutates]


def test_actions_that_launch_terminate_or_cancel_are_marked_as_mutating() -> None:
    changing = ("launch", "terminate", "cancel", "delete", "wipe", "start", "stop", "retry")
    for action in ACTIONS:
        if action.id.split("(")[0] in changing:
            assert action.mutates, action


async def _footer(screen: str, width: int, *, read_only: bool) -> str:
    bar = KeyBar(screen, read_only=read_only, ascii_only=False)

    class Footer(App[None]):
        def compose(self) -> ComposeResult:
            yield bar

    async with Footer().run_test(size=(width, 3)):
        return bar.render_line(0).text


@pytest.mark.parametrize("screen", OWN)
@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(("width", "least"), [(80, 3), (160, MOST_KEYS)])
async def test_the_footer_shows_whole_labels_the_most_important_first(
    screen: str, read_only: bool, width: int, least: int
) -> None:
    wanted = [action for action in actions_of(screen, read_only=read_only) if action.footer]
    wanted = wanted[:MOST_KEYS]
    footer = await _footer(screen, width, read_only=read_only)
    labels = [f" {key_label(action)} {action.words} " for action in wanted]
    shown = 0
    while footer.startswith("".join(labels[: shown + 1])) and shown < len(labels):
        shown += 1
    assert shown >= min(least, len(wanted))
    assert footer[len("".join(labels[:shown])) :].strip() == "?  help  ^P  commands"
    assert len(footer) == width


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.screen}.{action.id}")
def test_words_and_keys_of_an_action_fit_into_the_help(action: Action) -> None:
    assert action.words
    assert len(action.words) <= 40
    assert len(all_key_labels(action)) <= 14


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.screen}.{action.id}")
def test_no_action_runs_under_a_name_that_textual_has_for_itself(action: Action) -> None:
    """`quit` and `command_palette` are meant to be Textual's own."""
    if action.id not in ("quit", "command_palette"):
        assert not hasattr(App, _method(action)) or _method(action) in vars(
            CLASSES.get(action.screen, Deck)
        )
