"""What is typed after `:`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.actions import ACTIONS, EVERYWHERE, Action, offered_actions
from console.command_line import (
    COMMANDS,
    BadCommand,
    Command,
    completions,
    parse_command,
    selection_and_range,
)
from console.screens.base import DeckScreen
from console.screens.modals.command_line import CommandLine
from console.screens.run.screen import RunScreen
from console.terminal.command_history import MOST, keep_command, typed_before
from tests.unit.console.assets import deck_of, graph_of, made, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from console.app import Deck

EDGES = [("dlt_entries", "stg_entries"), ("stg_entries", "mrt_overview")]
SCREENS = sorted({action.screen for action in ACTIONS} - {EVERYWHERE})


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("read_only", [False, True])
def test_whatever_the_palette_offers_can_be_typed_by_its_words(
    screen: str, read_only: bool
) -> None:
    for action in offered_actions(screen, read_only=read_only):
        typed = parse_command(f":{action.words}", screen, read_only=read_only)
        assert isinstance(typed.does, Action)
        assert typed.does.words.rstrip("…") == action.words.rstrip("…")


@pytest.mark.parametrize("command", [one for one in COMMANDS if not one.optional])
def test_a_command_without_its_argument_says_how_it_is_written(command: Command) -> None:
    with pytest.raises(BadCommand, match=f"`{command.usage}`".replace("[", r"\[")):
        parse_command(f":{command.name}", "runs", read_only=False)


@pytest.mark.parametrize("action", [one for one in ACTIONS if one.mutates], ids=lambda a: a.id)
def test_a_mutating_command_is_refused_when_read_only(action: Action) -> None:
    with pytest.raises(BadCommand, match="read-only"):
        parse_command(action.words, action.screen, read_only=True)


def test_to_plan_is_refused_when_read_only_like_its_key() -> None:
    with pytest.raises(BadCommand, match="read-only"):
        parse_command(":plan dlt_entries+", "overview", read_only=True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("frehsness", "no command `frehsness`; did you mean `freshness`?"),
        ("asett dlt", "no command `asett dlt`"),
        ("xyzzy", "no command `xyzzy`; tab shows what there is"),
        ("", "no command ``; tab shows"),
    ],
)
def test_a_wrong_command_is_named_with_the_nearest(text: str, sentence: str) -> None:
    with pytest.raises(BadCommand) as error:
        parse_command(text, "overview", read_only=False)
    assert str(error.value).startswith(sentence)


@pytest.mark.parametrize(
    ("argument", "parts"),
    [
        ("dlt_entries+", ("dlt_entries+", None)),
        ("a or b [2026-11-01...2026-11-05]", ("a or b", "[2026-11-01...2026-11-05]")),
        ("group:x 2026-11-01,2026-11-09", ("group:x", "2026-11-01,2026-11-09")),
        ("2026-11-01", ("", "2026-11-01")),
    ],
)
def test_a_selection_is_told_from_its_range(argument: str, parts: tuple[str, str | None]) -> None:
    assert selection_and_range(argument) == parts


def test_names_and_arguments_are_completed() -> None:
    known = {"asset": ["dlt_entries", "stg_entries"], "plan": ["dlt_entries", "stg_entries"]}
    assert completions("asset stg", "runs", known, read_only=False) == ["asset stg_entries"]
    assert completions("asset ent", "runs", known, read_only=False) == [
        "asset dlt_entries",
        "asset stg_entries",
    ]
    assert completions("plan dlt_entries or st", "runs", known, read_only=False) == [
        "plan dlt_entries or stg_entries"
    ]
    assert "freshness" in completions("fr", "runs", known, read_only=False)
    assert "plan " in completions("pl", "runs", known, read_only=False)
    assert "plan " not in completions("pl", "runs", known, read_only=True)


def test_the_history_keeps_the_newest_once_and_survives_what_can_not_be_read(
    tmp_path: Path,
) -> None:
    for line in ("runs", "asset a", "runs"):
        keep_command(tmp_path, line)
    assert typed_before(tmp_path) == ["asset a", "runs"]
    for at in range(MOST + 5):
        keep_command(tmp_path, f"asset {at}")
    assert len(typed_before(tmp_path)) == MOST
    (tmp_path / "commands").write_bytes(b"\xff\xfe")
    assert typed_before(tmp_path) == []
    assert typed_before(tmp_path / "nowhere") == []


def _deck(tmp_path: Path, **flags: bool) -> Deck:
    deck = deck_of(graph_of(EDGES), [made(name, 1.0) for edge in EDGES for name in edge], **flags)
    object.__setattr__(deck.settings, "home", tmp_path)
    return deck


def _name(deck: Deck) -> str:
    assert isinstance(deck.screen, DeckScreen)
    return deck.screen.NAME


async def test_a_screen_is_gone_to_by_its_name_and_recalled_by_up(tmp_path: Path) -> None:
    deck = _deck(tmp_path)
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"freshness", "enter")
        await pilot.pause()
        assert _name(deck) == "freshness"
        await pilot.press("1", "colon", "up", "enter")
        await pilot.pause()
        assert _name(deck) == "freshness"


async def test_tab_completes_and_a_wrong_command_can_be_mended(tmp_path: Path) -> None:
    deck = _deck(tmp_path)
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "colon", *"asset strange", "enter")
        await pilot.pause()
        assert isinstance(deck.screen, CommandLine)
        assert "no asset `strange`" in text_of(deck)
        await pilot.press(*("backspace",) * 7, *"mr", "tab", "enter")
        await pilot.pause()
        assert _name(deck) == "partitions"
        assert "mrt_overview" in text_of(deck)
        assert typed_before(tmp_path) == ["asset mrt_overview"]


async def test_escape_does_nothing_and_keys_typed_at_once_are_not_taken_for_commands(
    tmp_path: Path,
) -> None:
    deck = _deck(tmp_path)
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", "q", "6", "escape")
        await pilot.pause()
        assert deck.is_running
        assert _name(deck) == "overview"


async def test_the_theme_is_shown_and_kept(tmp_path: Path) -> None:
    deck = _deck(tmp_path)
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"theme light", "enter")
        await pilot.pause()
        assert deck.theme_name == "light"
        assert (tmp_path / "theme").read_text(encoding="utf-8") == "light\n"
        await pilot.press("colon", *"theme lihgt", "enter")
        await pilot.pause()
        assert "did you mean `light`?" in text_of(deck)


async def test_a_list_is_filtered_by_command(tmp_path: Path) -> None:
    deck = _deck(tmp_path)
    async with deck.run_test(size=(100, 24)) as pilot:
        await pilot.press("6", "colon", *"filter stg", "enter")
        await pilot.pause()
        assert "/stg 2 hidden" in text_of(deck)


async def test_a_plan_is_opened_with_its_assets(tmp_path: Path) -> None:
    deck = _deck(tmp_path)
    async with deck.run_test(size=(100, 24)) as pilot:
        await pilot.press("colon", *"plan stg_entrys", "enter")
        await pilot.pause()
        assert "did you mean" in text_of(deck)
        await pilot.press(*("backspace",) * 2, *"ies", "enter")
        await pilot.pause()
        assert _name(deck) == "planner"


async def test_a_run_that_can_not_be_looked_for_is_said_and_q_quits(tmp_path: Path) -> None:
    deck = _deck(tmp_path)
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"run 7c1f", "enter")
        await pilot.pause()
        for _ in range(200):
            if not [one for one in deck.workers if one.name == "command"]:
                break
            await pilot.pause(0.02)
        assert not isinstance(deck.screen, RunScreen | CommandLine)
        await pilot.press("colon", "q", "enter")
        await pilot.pause()
    assert not deck.is_running
