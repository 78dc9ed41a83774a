"""No byte ends the console, and however it ends, the terminal is left as it was."""

from __future__ import annotations

import os
import random
import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest

from tests.terminal.driver import State, Terminal, footer, on_screen

if TYPE_CHECKING:
    from tests.terminal.conftest import OpenConsole

ALTERNATE_SCREEN, CURSOR, WRAP, PASTE = 1049, 25, 7, 2004
MOUSE = (1000, 1003, 1006, 1015)
SECONDS_OF_RANDOM_BYTES = float(os.environ.get("DAGDECK_RANDOM_SECONDS", "5"))
ENDING = [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGABRT]


@pytest.fixture
def nowhere() -> str:
    """The address of a port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def opened(console: OpenConsole, nowhere: str) -> Terminal:
    terminal = console("--url", nowhere)
    terminal.wait_for(on_screen("overview"))
    terminal.wait_for(lambda text: "does not accept" in text)
    return terminal


def assert_is_left(terminal: Terminal) -> None:
    assert terminal.mode_is_on(ALTERNATE_SCREEN) is False
    assert terminal.mode_is_on(CURSOR) is True
    assert terminal.mode_is_on(WRAP) is True
    assert terminal.mode_is_on(PASTE) is False
    assert not any(terminal.mode_is_on(number) for number in MOUSE)
    assert terminal.modes == terminal.modes_before


@pytest.mark.parametrize("number", ENDING, ids=lambda number: number.name)
def test_a_signal_ends_it_with_its_own_exit_code_and_a_clean_terminal(
    opened: Terminal, number: signal.Signals
) -> None:
    opened.process.send_signal(number)
    assert opened.wait_for_end() == 128 + number
    assert_is_left(opened)
    assert opened.left_behind == ""


@pytest.mark.parametrize(
    "odd",
    [b"\xe9", b"\x1b[M \x80(", b"\x1b[1114112u", b"\x1b[?", b"\xff\xfe\x00\x80", b"\x1b[200~"],
    ids=["latin-1", "old mouse", "no character", "unfinished", "no text", "paste without end"],
)
def test_odd_bytes_cost_nothing(opened: Terminal, odd: bytes) -> None:
    opened.send(odd)
    opened.wait_until_quiet(0.2)
    opened.wait_for(lambda text: "overview" in text)
    pressed_until(opened, "4", on_screen("runs"))
    pressed_until(opened, "q", lambda _: opened.process.poll() is not None)
    assert opened.wait_for_end() == 0
    assert_is_left(opened)


def pressed_until(terminal: Terminal, key: str, state: State) -> None:
    """A key pressed as often as it takes: the console may still wait for a paste's end."""
    for _ in range(5):
        terminal.press(key)
        if terminal.becomes(state, 3.0):
            return
    raise AssertionError(terminal.screen_text())


def test_random_bytes_at_changing_sizes_do_not_end_it(opened: Terminal) -> None:
    seed = int(os.environ.get("DAGDECK_SEED", "1"))
    chance = random.Random(seed)
    deadline = time.monotonic() + SECONDS_OF_RANDOM_BYTES
    while time.monotonic() < deadline:
        opened.send(random_bytes(chance))
        if chance.random() < 0.05:
            opened.resize(chance.randint(20, 200), chance.randint(5, 60))
        opened.watch(0.02)
        assert opened.process.poll() is None, f"ended with seed {seed}"
    opened.process.send_signal(signal.SIGTERM)
    assert opened.wait_for_end(20) == 128 + signal.SIGTERM
    assert_is_left(opened)
    assert b"Traceback" not in opened.received


def random_bytes(chance: random.Random) -> bytes:
    """Anything but the keys that end the console or stop it."""
    pieces = (
        b"\x1b[",
        b"\x1b",
        b"\x1bO",
        b"\x1b[<0;",
        b"\x1b[M",
        b"\x1b]",
        b"\x1b[200~",
        b"\x1b[201~",
    )
    some = bytes(chance.randrange(256) for _ in range(chance.randint(1, 12)))
    data = (chance.choice(pieces) if chance.random() < 0.4 else b"") + some
    return bytes(byte for byte in data if byte not in b"q\x11\x03\x1a\x04")


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGTSTP], ids=lambda number: number.name)
def test_after_a_stop_it_paints_all_again(opened: Terminal, number: signal.Signals) -> None:
    before = opened.screen_text()
    opened.process.send_signal(number)
    opened.wait_until_stopped()
    opened.wait_until_quiet(0.2)
    opened.wipe()
    opened.process.send_signal(signal.SIGCONT)
    opened.wait_for(lambda text: "overview" in text and "trying again" in footer(text))
    assert len(opened.screen_text().splitlines()) == len(before.splitlines())
    opened.press("4")
    opened.wait_for(on_screen("runs"))
    opened.press("q")
    assert opened.wait_for_end() == 0
    assert_is_left(opened)


def test_a_dumb_terminal_is_refused_without_a_single_escape(
    console: OpenConsole, nowhere: str
) -> None:
    terminal = console("--url", nowhere, TERM="dumb")
    assert terminal.wait_for_end() == 2
    assert b"\x1b" not in terminal.received
    assert b"TERM=dumb says that this one can't; `dagdeck status` does not" in terminal.received
