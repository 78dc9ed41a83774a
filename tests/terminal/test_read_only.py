"""`--read-only`: what changes the deployment is neither offered nor obeyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.actions import ACTIONS
from tests.terminal.driver import Terminal, footer, header, on_screen, to_grid

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.deployments import LiveDeployment
    from tests.terminal.conftest import OpenConsole
    from tests.terminal.proxy import Line

ASSET = "dlt_glucose_entries"
BY_KEY = {
    "overview": "1",
    "assets": "2",
    "partitions": "3",
    "runs": "4",
    "planner": "5",
    "freshness": "6",
    "backfills": "8",
}
OFFERED = [
    (action.screen, action.keys.split(",")[0], action.words)
    for action in ACTIONS
    if action.mutates and action.screen in BY_KEY
]


@pytest.fixture
def reading(line: Line, console: OpenConsole) -> Terminal:
    terminal = console("--read-only", "--url", line.restore().url, columns=160, lines=70)
    terminal.wait_for(on_screen("overview"))
    return terminal


def read_on(screen: str) -> Callable[[str], bool]:
    """Whether `screen` is there, and nothing on it is still being read."""
    return lambda text: on_screen(screen)(text) and "stale: reading" not in text


def test_the_header_says_that_it_only_reads(reading: Terminal) -> None:
    assert "read-only" in header(reading.screen_text())


def test_no_key_that_mutates_is_offered_in_footer_or_help(reading: Terminal) -> None:
    for name, key in BY_KEY.items():
        reading.press(key)
        offered = footer(reading.wait_for(on_screen(name)))
        reading.press("?")
        keys_of_screen = reading.wait_for("read-only: keys that change something are not bound")
        reading.press("escape")
        reading.wait_for(lambda text: "keys that change something" not in text)
        for screen, _, words in OFFERED:
            if screen == name:
                assert words not in offered
                assert words not in keys_of_screen


def test_the_keys_that_mutate_do_nothing(reading: Terminal) -> None:
    for screen, key, words in OFFERED:
        reading.press(BY_KEY[screen])
        reading.wait_for(read_on(screen))
        reading.wait_until_quiet(1.0)
        before = reading.screen_text()
        reading.press(key)
        reading.wait_until_quiet(0.5)
        assert reading.screen_text() == before, f"{key} ({words}) on {screen}"


def test_the_same_key_does_something_where_writing_is_allowed(
    deployment: LiveDeployment, console: OpenConsole
) -> None:
    terminal = console("--url", deployment.url)
    to_grid(terminal, lambda text: f"{ASSET} " in text and " · 20" in text)
    terminal.press("b")
    terminal.wait_for(on_screen("planner"))


def test_a_read_only_command_is_refused_before_it_is_sent(line: Line, console: OpenConsole) -> None:
    partition = "--partitions", "2026-01-01"
    terminal = console(
        "backfill", ASSET, *partition, "--yes", "--read-only", "--url", line.restore().url
    )
    assert terminal.wait_for_end(30) == 4
    assert "read-only" in terminal.screen_text()
