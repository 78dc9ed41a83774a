"""The main job, from nothing: start it all, plan five days, watch, find what failed, stop it all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.conftest import traversable
from tests.deployments import LiveDeployment, free_ports
from tests.integration.lakehouse import settled_days
from tests.long_ago import materialized_long_ago
from tests.terminal.driver import Terminal, on_screen, open_console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

MADE, FAILED, RUNNING = "■", "✗", "▶"
INGEST = "dlt_glucose_entries"
MART = "mrt_glucose_hourly_patterns"
"""Made from what was ingested, and to be at most 36 hours old."""
BACKFILL_SECONDS = 240
MOST_ACTS = 6
"""Dagster's web UI takes 44 acts for the first question below, and 65 for the second."""


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDeployment]:
    """A deployment that was never started; nothing of it is left."""
    home = traversable(tmp_path_factory.mktemp("from_nothing")) / "home"
    live = LiveDeployment(home, free_ports())
    try:
        yield live
    finally:
        live.down()


def test_five_days_are_planned_launched_watched_and_the_failed_one_is_explained(
    fresh: LiveDeployment, tmp_path: Path
) -> None:
    fresh.up("--wait")
    days = settled_days(5)
    break_day(fresh, days[2])
    with open_console("--url", fresh.url, home=tmp_path, columns=140, lines=40) as terminal:
        terminal.wait_for(lambda text: "daemons" in text and "asking" not in text)
        plan_days(terminal, days)
        terminal.press("enter")
        terminal.wait_for("[ Cancel ]")
        terminal.press("y")
        terminal.wait_for(lambda text: re.search(r"backfill \w{8}", text))
        terminal.press("3")
        terminal.wait_for(row_has(INGEST, RUNNING), BACKFILL_SECONDS, "a running cell")
        watch_the_log_grow(terminal)
        terminal.wait_for(row_has(INGEST, FAILED), BACKFILL_SECONDS, "a failed cell")
        terminal.wait_for(row_has(INGEST, MADE), BACKFILL_SECONDS, "the days that were loaded")
        explain_the_failure(terminal, days[2])
    materialized_long_ago(fresh, MART, hours=50)
    with open_console("--url", fresh.url, home=tmp_path / "new", columns=140, lines=40) as terminal:
        find_what_is_late_and_why(Acts(terminal), days[2])
    with open_console("--url", fresh.url, home=tmp_path / "new", columns=140, lines=40) as terminal:
        find_which_cells_are_bad(Acts(terminal))
    fresh.down()
    assert fresh.processes() == []


def break_day(live: LiveDeployment, day: date) -> None:
    fault = {"day": day.isoformat(), "status": 500}
    httpx.post(f"{live.nightscout_url}/standin/faults", json=fault).raise_for_status()


def plan_days(terminal: Terminal, days: list[date]) -> None:
    terminal.press("5")
    terminal.wait_for(on_screen("planner"))
    terminal.press("a")
    terminal.wait_for("completes")
    terminal.press(f"{INGEST}+", "enter")
    terminal.wait_for(f"{INGEST} and all downstream")
    terminal.press("p")
    terminal.wait_for("since 2026-11")
    terminal.press("\x15", f"[{days[0]}...{days[-1]}]", "enter")
    terminal.wait_for(lambda text: "5 partitions" in text and "missing" in text and " run " in text)
    terminal.wait_for(lambda text: re.search(r"\d+ run · 0 skip · 0 blocked", text))


def row_has(asset: str, glyph: str) -> Callable[[str], bool]:
    """Whether the grid's row of the asset has a cell that looks so."""

    def holds(text: str) -> bool:
        rows = [line for line in text.splitlines() if f" {asset} " in line]
        return any(glyph in line.split(asset, 1)[1] for line in rows)

    return holds


def watch_the_log_grow(terminal: Terminal) -> None:
    """Opened on a run under way, the log has more lines a moment later."""
    terminal.press("4")
    terminal.wait_for(lambda text: re.search(rf"{RUNNING} running +[0-9a-f]{{8}}", text))
    terminal.press("enter")
    first = terminal.wait_for(lambda text: count_of_events(text) > 0, 60, "the run's first events")
    before = count_of_events(first)
    terminal.wait_for(lambda text: count_of_events(text) > before, 120, "more events")
    terminal.press("escape")
    terminal.wait_for(on_screen("runs"))
    terminal.press("3")
    terminal.wait_for(on_screen("partitions"))


def count_of_events(text: str) -> int:
    found = re.search(r"events\s+([\d,]+) of ([\d,]+)", text)
    return int(found[2].replace(",", "")) if found else 0


def another_than(before: str) -> Callable[[str], bool]:
    return lambda text: text != before


def explain_the_failure(terminal: Terminal, day: date) -> None:
    """The asset's days are walked until it is the failed one; its panel names the cause."""
    terminal.press("ctrl+f")
    terminal.wait_for("letters of an asset")
    terminal.press(INGEST, "enter")
    terminal.wait_for(lambda text: f"{INGEST} · 20" in text)
    for _ in range(40):
        text = terminal.screen_text()
        if f"{day} " in text and f"{FAILED} failed" in text:
            break
        terminal.press("left")
        terminal.wait_for(another_than(text))
    text = terminal.wait_for(lambda text: re.search(r"run \w{8} failed", text), 30, "its run")
    assert INGEST in text
    terminal.wait_for(f"Nightscout failed for {day}")
    terminal.press("enter")
    terminal.wait_for(lambda text: "STEP_FAILURE" in text and str(day) in text, 30)


class Acts:
    """What a person does, counted as for the web UI: a lone key, or a word typed, is one act."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.done = 0

    def press(self, key: str) -> None:
        self.done += 1
        self.terminal.press(key)

    def type(self, word: str) -> None:
        self.done += 1
        self.terminal.press(word)


def find_what_is_late_and_why(acts: Acts, day: date) -> None:
    """The first screen has it; the run that is to blame and its error are one key away."""
    late = re.compile(rf"{MART} .*14h.* {INGEST} .*failed at")
    acts.terminal.wait_for(late.search, 30, "the late asset and the failed one")
    acts.terminal.wait_until_quiet(1.0)
    acts.press("enter")
    acts.terminal.wait_for(lambda text: "STEP_FAILURE" in text and str(day) in text, 30)
    assert acts.done <= MOST_ACTS


def find_which_cells_are_bad(acts: Acts) -> None:
    """In the grid an asset stands above what is made from it, with the states of their cells."""
    acts.terminal.wait_for("daemons")
    acts.press("3")
    acts.terminal.wait_for(on_screen("partitions"))
    acts.press("ctrl+f")
    acts.terminal.wait_for("letters of an asset")
    acts.type(INGEST)
    acts.press("enter")
    acts.terminal.wait_for(lambda text: on_screen("partitions")(text) and f"{INGEST} · 20" in text)
    acts.press("N")
    bad = re.compile(rf"{INGEST} · 20\S+ +{FAILED} failed")
    text = acts.terminal.wait_for(bad.search, 30, "the failed day under the cursor")
    for asset in (INGEST, "stg_glucose_entries", "fct_glucose_readings", MART):
        row = next(line for line in text.splitlines() if f" {asset} " in line)
        assert any(glyph in row for glyph in f"{MADE}{FAILED}·"), row
    assert row_has(INGEST, FAILED)(text)
    assert acts.done <= MOST_ACTS
