"""Each screen in three sizes and two depths of colour, as it was when it was last looked at.

A screen that changed on purpose is recorded anew by `make snapshots`, and the difference read.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.color import ColorSystem

from console.app import Deck
from console.settings import Settings
from tests.fake_dagster.server import FakeDagster
from tests.snapshots.deployment import NOW, deployment
from tests.snapshots.drawing import drawing, vanishing
from tests.snapshots.waiting import is_asking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.pilot import Pilot

SIZES = ((80, 24), (120, 40), (200, 60))
SCENES: dict[str, tuple[str, ...]] = {
    "overview": ("1",),
    "assets": ("2",),
    "partitions": ("3",),
    "runs": ("4",),
    "run": ("4", "down", "down", "down", "down", "enter"),
    "planner": ("5",),
    "plan": ("3", "n", "b", "d"),
    "freshness": ("6",),
    "backfills": ("8",),
    "help": ("question_mark",),
    "find": ("3", "ctrl+f", *"ord"),
}
FOLDER = Path(__file__).parent / "kept"
RECORD = "DAGDECK_SNAPSHOTS"
QUIET_SECONDS, MOST_SECONDS = 0.3, 20.0


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeDagster]:
    with FakeDagster(deployment()) as running:
        yield running


@pytest.fixture(autouse=True)
def _standing_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
async def test_a_screen_looks_as_it_did_and_everything_on_it_can_be_read(
    scene: str, size: tuple[int, int], fake: FakeDagster, tmp_path: Path
) -> None:
    deck = Deck(Settings(url=fake.url, read_only=False, ascii=False, home=tmp_path))
    async with deck.run_test(size=size) as pilot:
        await _settled(deck, pilot)
        for key in SCENES[scene]:
            await pilot.press(key)
            await _settled(deck, pilot)
        now = drawing(deck).replace(fake.url.removeprefix("http://"), "127.0.0.1:3000")
        for depth in (ColorSystem.STANDARD, ColorSystem.TRUECOLOR):
            assert vanishing(deck, depth) == []
    kept = FOLDER / f"{scene}-{size[0]}x{size[1]}.txt"
    if os.environ.get(RECORD) == "record":
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(now, encoding="utf-8")
    assert now == kept.read_text(encoding="utf-8"), f"{kept.name}: look, then `make snapshots`"


async def _settled(deck: Deck, pilot: Pilot[None]) -> None:
    """Until every answer has come and the screen has stayed as it is for a moment."""
    client, deadline = deck.deployment.client, time.monotonic() + MOST_SECONDS
    seen, since = "", time.monotonic()
    while time.monotonic() - since < QUIET_SECONDS:
        assert time.monotonic() < deadline, "the screen never came to rest"
        await pilot.pause(0.02)
        now = f"{client.requests} {bool(deck.deployment.rows)} {drawing(deck)}"
        unread = deck.deployment.staleness.words or not deck.deployment.rows
        if now != seen or unread or is_asking(deck):
            seen, since = now, time.monotonic()
