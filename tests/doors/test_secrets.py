"""No credential stands in anything that the console writes, the terminal's bytes included."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from console.api.client import Client
from console.api.credentials import Credential, Source
from console.api.door import Door
from console.api.journal import Journal
from console.app import Deck
from console.domain.errors import ApiError
from console.settings import Settings
from tests.doors.proxy import Proxy, Rules
from tests.fake_dagster.assets import Asset
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root
from tests.terminal.driver import DAGDECK, Terminal
from tests.unit.console.fake_server import data, page

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.unit.console.fake_server import FakeServer

SECRET = "s3cr3t-of-the-night"
BASIC = base64.b64encode(f"ops:{SECRET}".encode()).decode()
TOKENS = (SECRET.encode(), BASIC.encode())


def _written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def _no_secret(*texts: bytes) -> bool:
    return not any(token in text for text in texts for token in TOKENS)


def _profiles(folder: Path, url: str) -> dict[str, str]:
    """The environment with a profile that has its password from a command."""
    config = folder / "config.toml"
    (folder / "password").write_text(SECRET)
    config.write_text(
        f'[profiles.night]\nurl = "{url}"\nword = "NIGHT"\n'
        f'basic = {{ user = "ops", password = {{ command = "cat {folder}/password" }} }}\n'
    )
    return {"DAGDECK_CONFIG": str(config), "DAGDECK_HOME": str(folder / "home")}


def test_commands_and_the_console_write_no_credential(tmp_path: Path) -> None:
    rules = Rules(headers={"authorization": lambda: f"Basic {BASIC}"})
    world = root([Asset("readings", "g", made=1_790_000_000)], now=1_790_000_000)
    with FakeDagster(world) as server, Proxy(server.url, rules) as proxy:
        environment = _profiles(tmp_path, proxy.url)
        told = []
        named = ["--profile", "night"]
        for arguments in (
            ["status", *named],
            ["profiles"],
            ["config", "check"],
            ["logs", "7c1f", *named],
        ):
            done = subprocess.run(
                [DAGDECK, *arguments],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=120,
                check=False,
            )
            told += [done.stdout, done.stderr]
        assert b"readings" in told[0], told[1]
        assert b"Authorization from command" in told[2]
        with Terminal([DAGDECK, "--profile", "night"], environment=environment) as terminal:
            terminal.wait_for("live")
            terminal.wait_for("NIGHT")
            terminal.press("Y", "?")
            terminal.wait_for("everywhere")
            shown = bytes(terminal.received)
        assert proxy.seen[-1]["authorization"] == f"Basic {BASIC}"
    assert _no_secret(*told, shown, _written(tmp_path / "home"))


async def test_the_journal_holds_no_credential_even_where_the_server_repeats_it(
    dagster: FakeServer, tmp_path: Path
) -> None:
    dagster.answer("CancelBackfill", data({"said": f"with {SECRET} and {BASIC}"}))
    credential = Credential("Authorization", Source("text", SECRET), "Basic", "ops")
    with Proxy(dagster.url) as proxy:
        client = Client(proxy.url, journal=Journal(tmp_path / "journal"), door=Door((credential,)))
        await client.command("cancel_backfill", {"id": SECRET})
        proxy.rules.gateway_faults = [500]
        with pytest.raises(ApiError) as caught:
            await client.command("cancel_backfill", {"id": SECRET})
        assert _no_secret(str(caught.value).encode())
        await client.close()
    written = (tmp_path / "journal").read_bytes()
    assert written.count(b"CancelBackfill") == 4
    assert b"********" in written
    assert _no_secret(written)


def test_a_credential_is_not_shown_with_the_objects_that_hold_it() -> None:
    door = Door((Credential("Authorization", Source("text", SECRET), "Bearer"),))
    assert _no_secret(repr(door).encode(), str(door).encode())


async def test_neither_a_picture_of_the_screen_nor_a_crash_report_holds_a_credential(
    dagster: FakeServer, tmp_path: Path
) -> None:
    """The server repeats what it was sent, and so does the error that ends the console."""
    said = json.dumps({"errors": [{"message": f"no entry with {SECRET}, {BASIC}"}]})
    dagster.answer("*", page(said, 400))
    credential = Credential("Authorization", Source("text", SECRET), "Basic", "ops")
    try:
        with Proxy(dagster.url) as proxy:
            settings = Settings(
                proxy.url, read_only=False, ascii=False, home=tmp_path, door=Door((credential,))
            )
            deck = Deck(settings)
            async with deck.run_test(size=(120, 40)) as pilot:
                picture = await _picture_with(deck, pilot, "********")
                deck.crashed(ValueError(f"died of {SECRET} and {BASIC}"))
    finally:
        dagster.answer("*", data({"version": "1.13.27"}))
    report = _written(tmp_path)
    assert b"died of ********" in report
    assert _no_secret(picture.encode(), report, deck.crash.encode())


async def _picture_with(deck: Deck, pilot: Pilot[None], text: str) -> str:
    for _ in range(600):
        if text in (picture := deck.export_screenshot()):
            return picture
        await pilot.pause(0.05)
    raise AssertionError(deck.export_screenshot())
