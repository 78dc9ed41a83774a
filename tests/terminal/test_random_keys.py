"""Whatever is pressed while it still loads, and however its window is pulled: it lives."""

from __future__ import annotations

import os
import random
import signal
import string
import time
from typing import TYPE_CHECKING

import pytest

from tests.fake_dagster.shuffled import ShuffledDagster
from tests.snapshots.deployment import deployment
from tests.terminal.driver import KEYS, Terminal, on_screen
from tests.terminal.test_ends_and_odd_bytes import assert_is_left

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.terminal.conftest import OpenConsole

SECONDS = float(os.environ.get("DAGDECK_RANDOM_SECONDS", "8"))
SEED = int(os.environ.get("DAGDECK_SEED", "1"))
LATE_SECONDS = 1.5
LEAVING = {"ctrl+c", "ctrl+q"}
NAMED = [name for name in KEYS if name not in LEAVING]
WRITTEN = [sign for sign in string.printable if sign.isprintable() and sign != "q"]
SCREENS = list("123456")


@pytest.fixture
def slow() -> Iterator[ShuffledDagster]:
    """A Dagster whose answers come late and in any order."""
    with ShuffledDagster(deployment(), LATE_SECONDS) as running:
        running.shuffle(SEED)
        yield running


def random_key(chance: random.Random) -> str:
    """Screens, keys with names and letters, about as often."""
    return chance.choice(chance.choice((SCREENS, NAMED, WRITTEN)))


def end(terminal: Terminal, code: int) -> None:
    assert terminal.wait_for_end(90) == code, terminal.left_behind
    assert_is_left(terminal)
    assert b"Traceback" not in terminal.received


def press_at_random(terminal: Terminal, chance: random.Random, until: float) -> list[str]:
    """The keys that were pressed before the console ended by itself, or the time was up."""
    pressed: list[str] = []
    while time.monotonic() < until and terminal.process.poll() is None:
        pressed.append(random_key(chance))
        terminal.send(KEYS.get(pressed[-1], pressed[-1]).encode())
        if chance.random() < 0.04:
            terminal.resize(chance.randint(20, 200), chance.randint(5, 60))
        terminal.watch(chance.choice((0.0, 0.005, 0.03)))
    return pressed


def test_random_keys_on_a_loading_console_at_changing_sizes_do_not_end_it(
    console: OpenConsole, slow: ShuffledDagster
) -> None:
    chance, until = random.Random(SEED), time.monotonic() + SECONDS
    while time.monotonic() < until:
        terminal = console("--url", slow.url)
        terminal.wait_for(on_screen("overview"))
        pressed = press_at_random(terminal, chance, min(until, time.monotonic() + 60))
        if terminal.process.poll() is not None:
            print("ended after", pressed[-40:])
            end(terminal, 0)
        else:
            terminal.process.send_signal(signal.SIGTERM)
            end(terminal, 128 + signal.SIGTERM)
