"""The line to Dagster is missing, breaks, goes silent, and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.terminal.driver import Terminal, footer, header, on_screen, to_grid

if TYPE_CHECKING:
    from tests.deployments import LiveDeployment
    from tests.terminal.conftest import OpenConsole
    from tests.terminal.proxy import Line

ASSET = "dlt_glucose_entries"
LIVE = "● live"


def grid_of(text: str) -> list[str]:
    """The rows of the grid, which nothing but Dagster changes."""
    return [line for line in text.splitlines() if "·····" in line]


def read_to_its_end(rows: list[str]) -> bool:
    return bool(rows) and not any(row.endswith("…") for row in rows)


def opened(console: OpenConsole, line: Line) -> tuple[Terminal, list[str]]:
    """A console whose grid is there, and the grid's rows."""
    terminal = console("--url", line.restore().url)
    to_grid(terminal, lambda text: ASSET in text and LIVE in text)
    text = terminal.wait_for(lambda text: read_to_its_end(grid_of(text)), what="a grid read whole")
    return terminal, grid_of(text)


def test_without_dagster_it_opens_and_says_so_in_one_sentence(
    line: Line, console: OpenConsole
) -> None:
    terminal = console("--url", line.url)
    text = terminal.wait_for("does not accept connections")
    assert f"Dagster at 127.0.0.1:{line.port} does not accept connections" in footer(text)
    assert "no answer" in header(text)
    terminal.wait_for(lambda text: "--url names another" in " ".join(text.split()))
    assert "Traceback" not in text


def test_it_finds_dagster_without_a_key_once_it_is_there(line: Line, console: OpenConsole) -> None:
    terminal = console("--url", line.url)
    terminal.wait_for("does not accept connections")
    line.restore()
    terminal.wait_for(lambda text: "daemons 7" in text and LIVE in text)
    terminal.wait_for(lambda text: "connections" not in footer(text))


def test_the_grid_stays_with_its_age_when_the_line_breaks(line: Line, console: OpenConsole) -> None:
    terminal, before = opened(console, line)
    line.cut()
    text = terminal.wait_for("○ no answer since ")
    assert before
    assert grid_of(text) == before
    assert "trying again" in footer(text)
    line.restore()
    terminal.wait_for(lambda text: LIVE in text and "trying again" not in footer(text))


def test_every_screen_still_opens_without_a_line(line: Line, console: OpenConsole) -> None:
    terminal, _ = opened(console, line)
    line.cut()
    terminal.press("ctrl+r")
    terminal.wait_for("○ no answer since ")
    for key, name in (
        ("1", "overview"),
        ("2", "assets"),
        ("4", "runs"),
        ("5", "planner"),
        ("6", "freshness"),
        ("8", "backfills"),
    ):
        terminal.press(key)
        terminal.wait_for(on_screen(name))
    assert b"Traceback" not in terminal.received


def test_a_line_that_goes_silent_is_noticed_and_forgiven(line: Line, console: OpenConsole) -> None:
    terminal, before = opened(console, line)
    line.silence()
    terminal.press("ctrl+r")
    text = terminal.wait_for("○ no answer since ")
    assert grid_of(text) == before
    assert "has not answered since" in footer(text)
    line.restore()
    terminal.wait_for(LIVE)


def test_the_console_can_be_left_while_the_line_is_silent(line: Line, console: OpenConsole) -> None:
    terminal, _ = opened(console, line)
    line.silence()
    terminal.press("ctrl+r", "q")
    assert terminal.wait_for_end(5) == 0


def test_an_address_that_is_none_is_refused_in_one_sentence(
    deployment: LiveDeployment, console: OpenConsole
) -> None:
    terminal = console("--url", f"ftp://127.0.0.1:{deployment.ports['webserver']}")
    assert terminal.wait_for_end() == 2
    assert "is no address of a Dagster webserver" in terminal.screen_text()
