"""What the benchmarks run against: a deployment of their own, or `DAGDECK_BENCH_URL`."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from tests.deployments import LiveDeployment, free_ports
from tests.terminal.driver import Terminal, header, on_screen, open_console

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS, LINES = 200, 50
READING = "reading"
"""Stands in the header while the console reads what makes cells stale."""
MOST_SECONDS_OF_READING = 300.0
QUIET = 0.05
"""Seconds without a byte after which a key's answer is taken to be complete."""
SETTLED = 0.6
"""Seconds without a byte after which what a rest of the cursor brings has come, too."""


@dataclass(frozen=True, slots=True)
class Rig:
    url: str
    home: Path
    """The console's own folder."""
    asset: str
    """The first partitioned asset, by its name on the screen."""
    rows: int = 1
    """How many assets' cells make the grid painted."""
    lines: int = LINES

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 80

    def open(self, url: str | None = None) -> Terminal:
        """The console on its way to the grid, which is not yet painted."""
        terminal = open_console(
            "--url", url or self.url, home=self.home, columns=COLUMNS, lines=self.lines
        )
        terminal.wait_for(on_screen("overview"))
        terminal.press("3")
        return terminal

    def opened(self, url: str | None = None) -> Terminal:
        """The console with its grid painted, and nothing more to come."""
        terminal = self.open(url)
        terminal.wait_for(self.is_painted)
        terminal.wait_until_quiet(SETTLED)
        return terminal

    def rested(self, url: str | None = None) -> Terminal:
        """The same once everything that it reads by itself is read."""
        terminal = self.opened(url)
        terminal.wait_for(lambda text: READING not in header(text), MOST_SECONDS_OF_READING)
        terminal.wait_until_quiet(SETTLED)
        return terminal

    def is_painted(self, text: str) -> bool:
        """Whether the row of the first asset has cells, and those of all that are wanted."""
        rows = [line for line in text.splitlines() if "·····" in line or "■■■■■" in line]
        return len(rows) >= self.rows and any(self.asset in row for row in rows)


@contextmanager
def rig() -> Iterator[Rig]:
    """The rig, up; taken down at the end where it is our own."""
    with tempfile.TemporaryDirectory(prefix="dagdeck-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        given = os.environ.get("DAGDECK_BENCH_URL")
        if given:
            yield Rig(given.rstrip("/"), home, first_asset(given))
            return
        live = LiveDeployment(home / "deployment", free_ports())
        try:
            live.up("--wait")
            yield Rig(live.url, home / "console", first_asset(live.url))
        finally:
            live.down()


def first_asset(url: str) -> str:
    query = "{ assetNodes { assetKey { path } isPartitioned } }"
    answer = httpx.post(f"{url.rstrip('/')}/graphql", json={"query": query}, timeout=60).json()
    found = (
        "/".join(n["assetKey"]["path"]) for n in answer["data"]["assetNodes"] if n["isPartitioned"]
    )
    return next(iter(sorted(found)))
