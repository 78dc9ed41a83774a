"""The console opens, shows its screens, follows the window's size, and leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.terminal.driver import DAGDECK, Terminal, footer, header, on_screen, to_grid

if TYPE_CHECKING:
    from tests.deployments import LiveDeployment
    from tests.terminal.conftest import OpenConsole

ASSET = "dlt_glucose_entries"
SCREENS = {
    "1": "overview",
    "2": "assets",
    "3": "partitions",
    "4": "runs",
    "5": "planner",
    "6": "freshness",
    "8": "backfills",
}
ALTERNATE_SCREEN, CURSOR, WRAP, PASTE = 1049, 25, 7, 2004
MOUSE = (1000, 1003, 1006, 1015)


def show(terminal: Terminal, key: str) -> str:
    """The screen behind a key, once it is there."""
    name = SCREENS[key]
    terminal.press(key)
    return terminal.wait_for(on_screen(name), what=f"the screen {name}")


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (200, 60)])
def test_it_opens_on_what_needs_somebody(
    deployment: LiveDeployment, console: OpenConsole, columns: int, lines: int
) -> None:
    terminal = console("--url", deployment.url, columns=columns, lines=lines)
    text = terminal.wait_for(
        lambda text: "locations 1/1" in text and "daemons 7" in text and "live" in header(text)
    )
    assert "dagdeck" in header(text)
    assert "overview" in header(text)
    assert all(section in text for section in ("LATE", "FAILING", "RUNNING", "HEALTH"))
    assert "? " in footer(text)
    assert len(text.splitlines()) == lines


def test_every_screen_is_reached_by_its_key(
    deployment: LiveDeployment, console: OpenConsole
) -> None:
    terminal = console("--url", deployment.url)
    terminal.wait_for(on_screen("overview"))
    for key in "2456813":
        text = show(terminal, key)
        assert "Traceback" not in text
        assert "? " in footer(text)
    assert b"Traceback" not in terminal.received


def test_the_screen_follows_the_window(deployment: LiveDeployment, console: OpenConsole) -> None:
    terminal = console("--url", deployment.url)
    narrow = to_grid(terminal, ASSET)
    terminal.resize(200, 60)
    wide = terminal.wait_for(
        lambda text: "? " in footer(text) and labels(text) != labels(narrow),
        what="the keys, lower, and the labels of more columns",
    )
    assert longest(wide) > 190 > 80 >= longest(narrow)
    terminal.resize(40, 10)
    terminal.wait_for(lambda text: "^P" in footer(text), what="the keys, higher")
    terminal.resize(80, 24)
    terminal.wait_for(
        lambda text: ASSET in text and "? " in footer(text) and labels(text) == labels(narrow),
        what="all as it was at first",
    )


def labels(text: str) -> str:
    """The months over the grid's columns."""
    return text.splitlines()[1].strip()


def longest(text: str) -> int:
    return max(len(line) for line in text.splitlines())


def test_a_question_mark_shows_the_keys_of_the_screen(
    deployment: LiveDeployment, console: OpenConsole
) -> None:
    terminal = console("--url", deployment.url, lines=50)
    to_grid(terminal, ASSET)
    terminal.press("?")
    text = terminal.wait_for("everywhere")
    assert "next bad cell" in text
    assert "plan a backfill" in text
    terminal.press("escape")
    terminal.wait_for(lambda text: "everywhere" not in text and ASSET in text)


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
def test_quitting_leaves_the_terminal_as_it_was(
    deployment: LiveDeployment, console: OpenConsole, key: str
) -> None:
    terminal = console("--url", deployment.url)
    terminal.wait_for(on_screen("overview"))
    terminal.press(key)
    assert terminal.wait_for_end() == 0
    assert_as_before(terminal)
    assert terminal.left_behind == ""


def test_a_polite_signal_leaves_the_terminal_as_it_was(
    deployment: LiveDeployment, console: OpenConsole
) -> None:
    terminal = console("--url", deployment.url)
    terminal.wait_for(on_screen("overview"))
    terminal.process.send_signal(signal.SIGTERM)
    terminal.wait_for_end()
    assert_as_before(terminal)
    assert "Traceback" not in terminal.left_behind


def assert_as_before(terminal: Terminal) -> None:
    assert terminal.modes == terminal.modes_before
    assert terminal.mode_is_on(ALTERNATE_SCREEN) is False
    assert terminal.mode_is_on(CURSOR) is True
    assert terminal.mode_is_on(WRAP) is True
    assert terminal.mode_is_on(PASTE) is False
    assert not any(terminal.mode_is_on(mode) for mode in MOUSE)


def test_it_ends_when_its_terminal_goes_away(
    deployment: LiveDeployment, console: OpenConsole
) -> None:
    terminal = console("--url", deployment.url)
    terminal.wait_for(on_screen("overview"))
    terminal.hang_up()
    terminal.process.wait(timeout=20)


def test_without_utf8_every_character_is_ascii(
    deployment: LiveDeployment, console: OpenConsole
) -> None:
    terminal = console("--url", deployment.url, LC_ALL="C")
    terminal.wait_for(on_screen("overview"))
    terminal.wait_until_quiet(0.5)
    for key in SCREENS:
        show(terminal, key)
        terminal.wait_until_quiet(0.5)
        text = terminal.screen_text()
        strange = {character for character in text if not character.isascii()}
        assert not strange, text


def test_without_a_terminal_it_says_so_in_one_sentence(deployment: LiveDeployment) -> None:
    done = subprocess.run(
        [DAGDECK, "--url", deployment.url],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "needs a terminal" in done.stderr
