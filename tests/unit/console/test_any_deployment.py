"""Names and keys that hold anything, on every screen: shown as what they are, never obeyed."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from console.app import Deck
from console.domain.assets.keys import key_text, parse_key
from console.domain.partitions.keys import PartitionKeys, parse_partitions, ranges_text
from console.settings import Settings
from tests.fake_dagster.assets import Asset, Stretch
from tests.fake_dagster.partitions import dynamic
from tests.fake_dagster.runs import FakeRun
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root
from tests.unit.console.assets import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

NOW = time.time()
PATHS = (
    ("a/b", ""),
    ("a", "b", ""),
    ('say "hi"', "it's"),
    ("[bold red]loud[/]", "[/nothing]"),
    ("\x1b[31mred\x1b[0m", "\x1b]0;title\x07"),
    ("\u202eright to left", "שלום"),
    ("back\\slash", "new\nline\ttab"),
    ("漢字かな", "🚀🚀🚀"),
)
KEYS = (
    *("", "a/b", "a...b", "[x]", "x, y", '"', "\\", "*", " space ", "\x1b[2J", "\u202e", "漢字"),
    *("[bold]b[/bold]", "new\nline", "2025-01-01", "’", "..", "."),
)
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SCREENS = ("1", "2", "3", "4", "5", "6", "question_mark", "escape", "slash")
SECONDS = 20.0


def _deployment() -> dict[str, object]:
    partitions = dynamic(KEYS)
    assets: list[Asset] = []
    for at, path in enumerate(PATHS):
        asset = Asset(f"asset{at}", f"[red]g{at % 2}\x1b[1m", NOW - 60 * at, partitions, path=path)
        asset.parents = assets[-1:]
        asset.stretches = (Stretch(1, 2, "F"), Stretch(4, 5, "-"))
        asset.description = "[blink]\x1b[5mdescribed\x1b[0m\u202e[/blink]"
        assets.append(asset)
    runs = [
        FakeRun(a.run_id(0), "FAILURE", NOW - 60 * at, [a], 1, 1) for at, a in enumerate(assets)
    ]
    return root(assets, runs, now=NOW)


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeDagster]:
    with FakeDagster(_deployment()) as running:
        yield running


async def _loaded(deck: Deck, pilot: Pilot[None]) -> None:
    deadline = time.monotonic() + SECONDS
    while len(deck.deployment.rows) < len(PATHS):
        assert time.monotonic() < deadline, deck.deployment.connection
        await pilot.pause(0.02)
    await pilot.pause()


@pytest.mark.parametrize("ascii_only", [False, True])
async def test_nothing_that_a_name_holds_steers_the_terminal_on_any_screen(
    fake: FakeDagster, tmp_path: Path, ascii_only: bool
) -> None:
    deck = Deck(Settings(url=fake.url, read_only=False, ascii=ascii_only, home=tmp_path))
    async with deck.run_test(size=(120, 40)) as pilot:
        await _loaded(deck, pilot)
        for key in SCREENS:
            await pilot.press(key)
            for step in ("down", "right", "down"):
                await pilot.press(step)
                await pilot.pause()
                for line in text_of(deck).splitlines():
                    assert not CONTROLS.search(line), (key, line)


async def test_markup_in_a_name_is_shown_as_it_was_written(
    fake: FakeDagster, tmp_path: Path
) -> None:
    deck = Deck(Settings(url=fake.url, read_only=False, ascii=False, home=tmp_path))
    async with deck.run_test(size=(200, 50)) as pilot:
        await _loaded(deck, pilot)
        await pilot.press("3")
        await pilot.pause()
        assert "[red]g0" in text_of(deck)


async def test_every_key_of_a_definition_has_its_own_cell(
    fake: FakeDagster, tmp_path: Path
) -> None:
    deck = Deck(Settings(url=fake.url, read_only=False, ascii=False, home=tmp_path))
    async with deck.run_test(size=(80, 24)) as pilot:
        await _loaded(deck, pilot)
        for path in PATHS:
            keys = deck.deployment.keys[path]
            assert keys is not None
            assert keys.keys == KEYS
            assert deck.deployment.rows[path].total == len(KEYS)


@pytest.mark.parametrize("path", PATHS)
def test_a_name_of_any_parts_is_read_back_as_the_same_key(path: tuple[str, ...]) -> None:
    assert parse_key(key_text(path)) == path


def test_a_text_of_keys_of_any_kind_is_read_back_as_the_same_keys() -> None:
    for at in range(len(KEYS)):
        assert parse_partitions(ranges_text([at], KEYS), PartitionKeys(KEYS)) == [at]
    some = [0, 1, 2, 5, 7, 8, len(KEYS) - 1]
    assert parse_partitions(ranges_text(some, KEYS), PartitionKeys(KEYS)) == some


LOAD_ERROR: dict[str, object] = {
    "__typename": "PythonError",
    "className": "ModuleNotFoundError",
    "message": "\x1b[31m[bold]No module named 'secret'\x1b[0m\n" + "x" * 50_000,
}
NOT_LOADED: dict[str, tuple[dict[str, object] | None, str, str]] = {
    "failed": (LOAD_ERROR, "1 code location failed", "failed to load"),
    "starting": (None, "1 code location being loaded", "is being loaded"),
}


def _with_location(base: dict[str, object], state: dict[str, object] | None) -> FakeDagster:
    entries = [
        {
            "name": "lakehouse",
            "loadStatus": "LOADED",
            "locationOrLoadError": {"__typename": "RepositoryLocation"},
        },
        {
            "name": "second",
            "loadStatus": "LOADED",
            "permissions": [],
            "locationOrLoadError": state,
        },
    ]
    workspace = {"__typename": "Workspace", "locationEntries": entries}
    return FakeDagster({**base, "workspaceOrError": workspace})


@pytest.mark.parametrize("case", NOT_LOADED)
async def test_a_location_whose_assets_are_not_there_is_told_on_each_screen_of_assets(
    case: str, tmp_path: Path
) -> None:
    state, words, _ = NOT_LOADED[case]
    with _with_location(_deployment(), state) as fake:
        deck = Deck(Settings(url=fake.url, read_only=False, ascii=False, home=tmp_path))
        async with deck.run_test(size=(160, 40)) as pilot:
            await _loaded(deck, pilot)
            for key in ("2", "3", "6"):
                await pilot.press(key)
                await pilot.pause()
                head = text_of(deck).splitlines()[0]
                assert words in head, (key, head)


@pytest.mark.parametrize("case", NOT_LOADED)
async def test_where_no_location_is_loaded_each_screen_says_so_in_place_of_assets(
    case: str, tmp_path: Path
) -> None:
    state, _, sentence = NOT_LOADED[case]
    with _with_location(root([], now=NOW), state) as fake:
        deck = Deck(Settings(url=fake.url, read_only=False, ascii=False, home=tmp_path))
        async with deck.run_test(size=(160, 40)) as pilot:
            while deck.deployment.structure is None:
                await pilot.pause(0.02)
            for key in ("2", "3", "6"):
                await pilot.press(key)
                await pilot.pause()
                shown = text_of(deck)
                assert sentence in shown, (key, shown)
                assert "no assets" not in shown
                assert not CONTROLS.search(shown.replace("\n", ""))
