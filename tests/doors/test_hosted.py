"""A service as Dagster+ is documented to be: an organization's path, a token, no daemons of its own.

It is a proxy before the fake Dagster; the service itself was never asked.
"""

from __future__ import annotations

import json
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

TOKEN = "user:token-of-the-service"
NOWHERE = ("daemonHealth", "runQueueConfig", "poolConfig", "concurrencyLimits")


@pytest.fixture
def service() -> Iterator[str]:
    """The address of a deployment of the service."""
    world = root([Asset("readings", "g", made=1_790_000_000)], now=1_790_000_000)
    rules = Rules(prefix="/prod", headers={"dagster-cloud-api-token": lambda: TOKEN}, nulls=NOWHERE)
    with FakeDagster(world) as server, Proxy(server.url, rules) as proxy:
        yield f"{proxy.url}/prod"


def _run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DAGDECK, *arguments],
        env={**os.environ, "DAGDECK_HOME": str(home), "THE_TOKEN": TOKEN},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_deployment_of_the_service_is_told_with_its_token_and_not_without(
    service: str, tmp_path: Path
) -> None:
    done = _run(tmp_path, "status", "--url", service, "--token", "env:THE_TOKEN", "--json")
    assert done.returncode == DONE, done.stderr
    told = json.loads(done.stdout)
    assert [asset["key"] for asset in told["assets"]] == [["readings"]]
    refused = _run(tmp_path, "status", "--url", service)
    assert refused.returncode == REFUSED
    assert "refuses entry (HTTP 401)" in refused.stderr


def test_daemons_that_nobody_tells_of_are_not_called_down(service: str, tmp_path: Path) -> None:
    done = _run(tmp_path, "status", "--check", "--url", service, "--token", "env:THE_TOKEN")
    assert done.returncode == DONE, done.stderr
    assert "readings" in done.stdout
    told = [line for line in done.stdout.splitlines() if "daemon" in line]
    assert told == ["unknown  not told: daemons"]


def test_the_console_opens_on_a_deployment_of_the_service(service: str, tmp_path: Path) -> None:
    command = [DAGDECK, "open", f"{service}/assets/readings", "--token", "env:THE_TOKEN"]
    environment = {"DAGDECK_HOME": str(tmp_path), "THE_TOKEN": TOKEN}
    with Terminal(command, columns=120, lines=40, environment=environment) as terminal:
        terminal.wait_for("live")
        terminal.wait_for("readings")
        terminal.press("1")
        shown = terminal.wait_for("daemons")
        assert "daemons not known" in shown
        terminal.press("5", "6", "q")
