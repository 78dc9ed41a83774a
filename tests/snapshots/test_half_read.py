"""Nothing half-read is shown as final: each frame while answers come late, against the last one."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

import pytest

from console.app import Deck
from console.screens.openings import PlanCells, ShowAsset
from console.settings import Settings
from tests.fake_dagster.shuffled import ShuffledDagster
from tests.snapshots.deployment import NOW, deployment
from tests.snapshots.drawing import strips_of
from tests.snapshots.waiting import is_asking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SEEDS = (1, 2, 3)
LATE_SECONDS = 0.3
QUIET_SECONDS, MOST_SECONDS = 1.0, 60.0
RUN = "91d3b0c4-0005"
Frame = tuple[str, ...]
SCENES: dict[str, Callable[[Deck], None]] = {
    "run": lambda deck: deck.open_run(RUN),
    "planner": lambda deck: deck.open("planner", PlanCells((("dlt_orders",),), None)),
    "overview": lambda deck: deck.action_show_screen("overview"),
    "partitions": lambda deck: deck.action_show_screen("partitions"),
    "assets": lambda deck: deck.open("assets", ShowAsset(("stg_orders",))),
    "runs": lambda deck: deck.action_show_screen("runs"),
    "freshness": lambda deck: deck.action_show_screen("freshness"),
    "backfills": lambda deck: deck.action_show_screen("backfills"),
}
THRICE = ("run", "planner")
FOOT = 6
"""Lines of a frame that tell all of the cursor's line, and have messages and keys."""
TELLS = re.compile(r"\d|\bno(?:thing|ne)?\b")
"""What a line claims: a number, or that there is nothing."""
MARK = re.compile(r"…|\breading\b|\basking\b|\bnot known\b|\bnot read\b|\d of \d+ read\b")


@pytest.fixture(scope="module")
def late() -> Iterator[ShuffledDagster]:
    with ShuffledDagster(deployment(), LATE_SECONDS) as running:
        yield running


@pytest.fixture(autouse=True)
def _standing_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def frame_of(deck: Deck) -> Frame:
    return tuple(line.text.rstrip() for line in strips_of(deck))


async def frames(deck: Deck, open_scene: Callable[[Deck], None]) -> list[Frame]:
    """Each frame that differs from the one before, till all is read."""
    open_scene(deck)
    seen: list[Frame] = []
    ended = time.monotonic() + MOST_SECONDS
    quiet_since = time.monotonic()
    while time.monotonic() < ended and time.monotonic() - quiet_since < QUIET_SECONDS:
        await asyncio.sleep(0.01)
        now = frame_of(deck)
        if not seen or now != seen[-1]:
            seen.append(now)
            quiet_since = time.monotonic()
        if is_asking(deck) or deck.deployment.staleness.words or not deck.deployment.rows:
            quiet_since = time.monotonic()
    return seen


def unmarked(frame: Frame, last: Frame) -> list[str]:
    """The lines that claim something which isn't so in the end, and don't say that it may change.

    What the title calls unread is marked as a whole. The lines at the foot tell of the cursor's line,
    and have keys and messages.
    """
    final = {line.strip() for line in last}
    if not any(frame) or MARK.search(frame[0]):
        return []
    return [
        line
        for line in frame[1:-FOOT]
        if TELLS.search(line) and not MARK.search(line) and line.strip() not in final
    ]


@pytest.mark.parametrize(
    ("scene", "seed"),
    [(scene, seed) for scene in SCENES for seed in (SEEDS if scene in THRICE else SEEDS[:1])],
)
async def test_no_line_is_wrong_without_a_mark_while_it_is_read(
    scene: str, seed: int, late: ShuffledDagster, tmp_path: Path
) -> None:
    late.shuffle(seed)
    deck = Deck(Settings(url=late.url, read_only=False, ascii=False, home=tmp_path))
    async with deck.run_test(size=(120, 60)):
        seen = await frames(deck, SCENES[scene])
    wrong = [(at, line) for at, frame in enumerate(seen) for line in unmarked(frame, seen[-1])]
    assert len(seen) > 2
    assert wrong == [], "\n".join(f"{at} of {len(seen)}: {line}" for at, line in wrong)
