"""From one deployment to another in place, and a server that allows nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from console.app import Deck
from console.domain.errors import Refused
from console.settings import Settings
from console.store.runs.ending import Ending
from tests.fake_dagster.assets import Asset
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root
from tests.unit.console.assets import text_of

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

NOW = 1_790_000_000


def _server(name: str, **more: object) -> FakeDagster:
    return FakeDagster({**root([Asset(name, "g", made=NOW)], now=NOW), **more})


async def _wait_for_asset(pilot: Pilot[None], deck: Deck, name: str) -> None:
    for _ in range(600):
        if (name,) in deck.deployment.rows:
            return
        await pilot.pause(0.05)
    raise AssertionError(f"{name} was not read")


async def test_a_profile_is_switched_to_in_place_and_the_old_one_tells_nothing_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _server("here") as first, _server("there") as second:
        config = tmp_path / "config.toml"
        config.write_text(
            f'[profiles.prod]\nurl = "{second.url}"\nread_only = true\nword = "PROD"\n'
            'theme = "contrast"\n'
        )
        monkeypatch.setenv("DAGDECK_CONFIG", str(config))
        deck = Deck(Settings(first.url, read_only=False, ascii=False, home=tmp_path / "home"))
        async with deck.run_test() as pilot:
            await _wait_for_asset(pilot, deck, "here")
            assert not deck.read_only
            old = deck.deployment
            await pilot.press("3")
            await deck.switch_profile("prod")
            await _wait_for_asset(pilot, deck, "there")
            assert ("here",) not in deck.deployment.rows
            assert ("there",) not in old.rows
            assert deck.read_only
            assert deck.theme_name == "contrast"
            with pytest.raises(Refused, match="the profile prod is read-only"):
                await deck.deployment.client.command("cancel_backfill", {"id": "b"})
            with pytest.raises(ValueError, match="no profile `pord`"):
                await deck.switch_profile("pord")
            for key in "23451":
                await pilot.press(key)


async def test_what_was_sent_keeps_the_console_at_its_deployment_until_it_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _server("here") as first, _server("there") as second:
        (tmp_path / "config.toml").write_text(f'[profiles.prod]\nurl = "{second.url}"\n')
        monkeypatch.setenv("DAGDECK_CONFIG", str(tmp_path / "config.toml"))
        deck = Deck(Settings(first.url, read_only=False, ascii=False, home=tmp_path))
        async with deck.run_test(size=(120, 30)) as pilot:
            await _wait_for_asset(pilot, deck, "here")
            answered = asyncio.Event()
            deck.see_through(_ending(answered))
            await deck.run_action("switch_profile('prod')")
            await pilot.pause()
            assert "has not answered what was sent yet" in text_of(deck)
            assert deck.deployment.client.base == first.url
            answered.set()
            await deck.mutations.answered()
            await pilot.pause()
            assert "backfill b is cancelled" in text_of(deck)
            await deck.switch_profile("prod")
            await _wait_for_asset(pilot, deck, "there")


async def _ending(answered: asyncio.Event) -> Ending:
    await answered.wait()
    return Ending("backfill b is cancelled", "text")


async def test_a_server_that_allows_no_launch_leaves_no_key_for_it(tmp_path: Path) -> None:
    forbidden = [
        {"permission": "launch_pipeline_execution", "value": False, "disabledReason": "Disabled"},
        {"permission": "launch_partition_backfill", "value": False, "disabledReason": "Disabled"},
    ]
    with _server("here", permissions=forbidden) as server:
        deck = Deck(Settings(server.url, read_only=False, ascii=False, home=tmp_path))
        async with deck.run_test() as pilot:
            await _wait_for_asset(pilot, deck, "here")
            assert deck.read_only
            with pytest.raises(Refused, match=r"the server allows no launch \(Disabled\)"):
                await deck.deployment.client.command("cancel_backfill", {"id": "b"})
