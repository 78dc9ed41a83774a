"""Real deployments for tests, driven through their command line as a person would."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psutil

from pipelines.deployment.graphql import ask
from pipelines.deployment.home import Home
from pipelines.deployment.parts import WITH_PORT
from pipelines.deployment.ports import setting_of
from pipelines.deployment.postgres import Cluster
from pipelines.deployment.processes import MARK
from pipelines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

COMMAND_SECONDS = 180


def _heed_ctrl_c() -> None:
    """As in a terminal: what a background job of a shell starts ignores SIGINT otherwise."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def free_ports() -> dict[str, int]:
    """A port that was free just now for each part that needs one."""
    sockets = [socket.socket() for _ in WITH_PORT]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = {name: one.getsockname()[1] for name, one in zip(WITH_PORT, sockets, strict=True)}
    for one in sockets:
        one.close()
    return ports


@dataclass(frozen=True)
class LiveDeployment:
    """The deployment whose state is in `home`."""

    home: Path
    ports: Mapping[str, int]
    variables: Mapping[str, str] = field(default_factory=dict)
    """Settings of its own, as environment variables."""

    @property
    def url(self) -> str:
        """The webserver's URL, without a slash at its end."""
        return f"http://127.0.0.1:{self.ports['webserver']}"

    @property
    def nightscout_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['nightscout']}"

    @property
    def postgres_url(self) -> str:
        return Cluster(self.home / "postgres", self.ports["postgres"]).url

    @property
    def settings(self) -> Settings:
        """As the deployment's own code has them."""
        return Settings(
            home=self.home, postgres_url=self.postgres_url, nightscout_url=self.nightscout_url
        )

    @property
    def python(self) -> str:
        """The interpreter that runs it."""
        return sys.executable

    @property
    def folder(self) -> Path | None:
        """The folder it is started in; Python takes modules from there first."""
        return None

    @property
    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("DAGDECK_")}
        ports = {setting_of(name): str(port) for name, port in self.ports.items()}
        own = {
            "DAGDECK_HOME": str(self.home),
            "DAGDECK_FIRST_BACKFILL_DAYS": "0",
            "DAGDECK_AUTOMATION": "off",
        }
        return {**inherited, **ports, **own, **self.variables}

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Starts `python -m pipelines.deployment` and does not wait for it."""
        return subprocess.Popen(
            [self.python, "-m", "pipelines.deployment", *arguments],
            env={**self.environment, **variables},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_heed_ctrl_c,
        )

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, **variables)
        out, words = process.communicate(timeout=COMMAND_SECONDS)
        return subprocess.CompletedProcess(process.args, process.returncode, out, words)

    def up(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = self.run("up", *arguments)
        assert done.returncode == 0, done.stderr
        return done

    def down(self) -> subprocess.CompletedProcess[str]:
        done = self.run("down")
        assert done.returncode == 0, done.stderr
        return done

    def parts(self) -> dict[str, dict[str, Any]]:
        """`ps --json`, by the parts' names."""
        listed = json.loads(self.run("ps", "--json").stdout)["parts"]
        return {part["name"]: part for part in listed}

    def pids(self) -> dict[str, int]:
        return {name: part["pid"] for name, part in self.parts().items()}

    def processes(self) -> list[psutil.Process]:
        """Every process of it, found by what the processes themselves say."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                named = str(self.home) in " ".join(process.cmdline())
                marked = process.environ().get(MARK) == str(self.home)
                if process.status() != psutil.STATUS_ZOMBIE and (named or marked):
                    found.append(process)
        return found

    def ask(self, document: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The `data` of a GraphQL answer."""
        return ask(self.url, document, variables)

    def log(self, part: str) -> str:
        return Home(self.home).log(part).read_text(errors="replace")


def until(condition: Callable[[], object], seconds: float = 60, what: str = "") -> None:
    """Waits until `condition()` is true; fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what or condition}"
        time.sleep(0.1)
