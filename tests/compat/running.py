"""One release at work: `dagster dev` over SQLite, with a small and a random code location."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tests.compat.releases import python_of

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPLOYMENT = "tests.compat.deployment"
START_SECONDS = 300.0
STOP_SECONDS = 30.0
SETTINGS = "telemetry:\n  enabled: false\n"
FRESHNESS = "freshness:\n  enabled: true\n"
FRESHNESS_SINCE = (1, 11)
"""The setting is refused before."""


@dataclass(frozen=True)
class Running:
    """A server, its home, and the interpreter of its release."""

    release: str
    home: Path
    url: str

    def ask(self, text: str, **variables: object) -> dict[str, Any]:
        """The answer to a question that isn't one of the console's."""
        body = {"query": text, "variables": variables}
        answer = httpx.post(f"{self.url}/graphql", json=body, timeout=60).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def told(self, *what: str) -> Any:
        """What the release's own Python says; see `deployment/told.py`."""
        return json.loads(_python(self.release, self.home, "told", *what))


@contextmanager
def running(release: str, home: Path, seed: int) -> Iterator[Running]:
    """The server of a release, once both code locations are loaded and have a past."""
    home.mkdir(parents=True)
    judges = tuple(map(int, release.split("."))) >= FRESHNESS_SINCE
    (home / "dagster.yaml").write_text(SETTINGS + FRESHNESS * judges)
    _python(release, home, "past", str(seed))
    port = _free_port()
    modules = [word for name in ("small", "world") for word in ("-m", f"{DEPLOYMENT}.{name}")]
    command = [str(python_of(release).parent.absolute() / "dagster"), "dev", *modules]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "-p", str(port), "--code-server-log-level", "error"],
            env=_environment(release, home),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            found = Running(release, home, f"http://127.0.0.1:{port}")
            _wait_for(found, process)
            yield found
        finally:
            _stop(process)


def _environment(release: str, home: Path) -> dict[str, str]:
    path = f"{python_of(release).parent.absolute()}:{os.environ['PATH']}"
    return {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "PYTHONPATH": str(Path.cwd()),
        "PYTHONWARNINGS": "ignore",
        "PATH": path,
    }


def _python(release: str, home: Path, module: str, *arguments: str) -> str:
    done = subprocess.run(
        [str(python_of(release)), "-m", f"{DEPLOYMENT}.{module}", *arguments],
        env=_environment(release, home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def _wait_for(server: Running, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if len(server.ask("{assetNodes{id}}")["assetNodes"]) > 11:
                return
        except (httpx.HTTPError, ValueError):
            pass
        time.sleep(0.3)
    raise AssertionError((server.home / "log").read_text()[-3000:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C would: the daemon and the webserver end by themselves."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
