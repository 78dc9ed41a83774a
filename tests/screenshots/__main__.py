"""`python -m tests.screenshots`: plays the scenes on a deployment of its own, writes `screenshots/`."""

from __future__ import annotations

import asyncio
import socket
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import httpx

from console.app import Deck
from console.settings import Settings
from tests.deployments import LiveDeployment, free_ports
from tests.screenshots.picture import NoFont, check_fonts
from tests.screenshots.scenes import WIDE, NotSeen, Stage, play

FOLDER = Path("screenshots")
USUAL_PORT = 3000
"""Taken where it is free, so that the pictures show the address that a reader will see."""


def main() -> int:
    try:
        check_fonts()
        with tempfile.TemporaryDirectory(prefix="dagdeck-screenshots-") as folder:
            home = Path(folder)
            home.chmod(0o755)
            _with_deployment(home)
    except (NoFont, NotSeen) as error:
        print(error, file=sys.stderr)
        return 1
    print(*sorted(FOLDER.glob("*.png")), sep="\n")
    return 0


def _with_deployment(home: Path) -> None:
    live = LiveDeployment(home / "deployment", _ports())
    try:
        live.up("--wait")
        asyncio.run(_play(live, home / "console"))
    finally:
        live.down()


def _ports() -> dict[str, int]:
    ports = free_ports()
    with suppress(OSError), socket.create_server(("127.0.0.1", USUAL_PORT)):
        ports["webserver"] = USUAL_PORT
    return ports


async def _play(live: LiveDeployment, home: Path) -> None:
    faults = f"{live.nightscout_url}/standin/faults"

    def break_day(day: str) -> None:
        httpx.post(faults, json={"day": day, "status": 500}).raise_for_status()

    def mend() -> None:
        httpx.delete(faults).raise_for_status()

    deck = Deck(Settings(url=live.url, read_only=False, ascii=False, home=home))
    async with deck.run_test(size=WIDE) as pilot:
        await play(Stage(deck, pilot, FOLDER), break_day, mend)


if __name__ == "__main__":
    sys.exit(main())
