"""`dagdeck login` in a real terminal, before a proxy that demands a token, with a real keyring."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from console.exits import DONE, REFUSED
from tests.doors.proxy import Proxy, Rules
from tests.fake_dagster.assets import Asset
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root
from tests.terminal.driver import DAGDECK, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIRST, SECOND = "first-token-of-the-day", "second-token-of-the-day"
KEYRINGS = {
    "keyring": "keyrings.alt.file.PlaintextKeyring",
    "no keyring": "keyring.backends.fail.Keyring",
}


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """Lets in who has the first token, until its rules say otherwise."""
    world = root([Asset("readings", "g", made=1_790_000_000)], now=1_790_000_000)
    rules = Rules(headers={"authorization": lambda: f"Bearer {FIRST}"})
    with FakeDagster(world) as server, Proxy(server.url, rules) as found:
        yield found


@pytest.fixture(params=list(KEYRINGS))
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    return {
        "DAGDECK_CONFIG": str(tmp_path / "config.toml"),
        "DAGDECK_HOME": str(tmp_path / "home"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "PYTHON_KEYRING_BACKEND": KEYRINGS[request.param],
    }


def _login(
    environment: dict[str, str], secret: str, *arguments: str, kind: str = ""
) -> tuple[int, str, bytes]:
    """The exit code, the screen, and every byte that came to the terminal."""
    command = [DAGDECK, "login", *arguments]
    with Terminal(command, columns=160, environment=environment) as terminal:
        if kind:
            terminal.wait_for("what does it want?")
            terminal.press(f"{kind}\n")
        terminal.wait_for("secret (not shown)")
        terminal.press(f"{secret}\n")
        code = terminal.wait_for_end(60)
        return code, terminal.screen_text(), bytes(terminal.received)


def _status(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DAGDECK, "status", "--profile", "work"],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_token_is_asked_for_tried_stored_used_and_renewed(
    proxy: Proxy, environment: dict[str, str], tmp_path: Path
) -> None:
    add = ("--url", proxy.url, "--name", "work")
    code, screen, received = _login(environment, FIRST, *add, kind="bearer")
    assert code == DONE, screen
    assert "takes it; stored in" in screen
    assert ("keyring work" in screen) is ("Plaintext" in environment["PYTHON_KEYRING_BACKEND"])
    assert "profile `work` written to" in screen
    assert FIRST.encode() not in received
    assert FIRST not in (tmp_path / "config.toml").read_text()
    assert "readings" in _status(environment).stdout

    proxy.rules.headers = {"authorization": lambda: f"Bearer {SECOND}"}
    assert _status(environment).returncode == REFUSED
    code, screen, received = _login(environment, SECOND, "--profile", "work")
    assert code == DONE, screen
    assert SECOND.encode() not in received
    assert "readings" in _status(environment).stdout


def test_a_token_that_the_server_refuses_is_not_stored(
    proxy: Proxy, environment: dict[str, str], tmp_path: Path
) -> None:
    add = ("--url", proxy.url, "--name", "work")
    code, screen, _ = _login(environment, SECOND, *add, kind="bearer")
    assert code == REFUSED
    assert "refuses entry (HTTP 401)" in screen
    assert "nothing was stored" in screen
    assert not (tmp_path / "config.toml").exists()
    assert not any((tmp_path / name).exists() for name in ("data", "home/credentials"))


@pytest.mark.parametrize("environment", ["no keyring"], indirect=True)
def test_without_a_keyring_the_token_is_in_a_file_that_nobody_else_can_read(
    proxy: Proxy, environment: dict[str, str], tmp_path: Path
) -> None:
    _login(environment, FIRST, "--url", proxy.url, "--name", "work", kind="bearer")
    stored = tmp_path / "home/credentials/work"
    assert stored.read_text() == FIRST
    assert stored.stat().st_mode & 0o077 == 0
