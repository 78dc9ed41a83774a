"""The screens of runs over a scripted server: what no real one gives on demand."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from console.api.client import Client
from console.app import Deck
from console.screens.modals.confirm import ConfirmScreen
from console.screens.run.screen import RunScreen
from console.screens.runs.screen import RunsScreen
from console.settings import Settings
from console.store.runs.run_assets import RunAssets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

ERROR = {"message": "wrapper", "className": "StepError", "cause": {"message": "away"}}


class RunsServer(Client):
    """A deployment with one running and one failed run; commands are kept."""

    commands: list[tuple[str, dict[str, Any]]]

    async def ask(
        self, name: str, variables: dict[str, Any] | None = None, **_: Any
    ) -> dict[str, Any]:
        given = variables or {}
        if name == "run_counts":
            return {alias: {"__typename": "Runs", "count": 1} for alias in ("all", *given)}
        if name == "runs":
            statuses = given["filter"].get("statuses")
            found = [r for r in RUNS if not statuses or r["status"] in statuses]
            return {"runsOrError": {"__typename": "Runs", "results": found}}
        if name == "runs_named":
            named = [run for run in RUNS if run["id"] in given["ids"]]
            return {"runsOrError": {"__typename": "Runs", "results": named}}
        if name == "pulse":
            runs = {"__typename": "Runs", "results": RUNS}
            return {
                "locationStatusesOrError": {},
                "active": {**runs, "results": []},
                "newest": runs,
            }
        if name == "run":
            run = next((r for r in RUNS if r["id"] == given["id"]), None)
            return {"runOrError": run or {"__typename": "RunNotFoundError", "message": "no"}}
        if name == "log":
            return {"logsForRun": _log(given["id"])}
        return {}

    async def command(self, name: str, variables: dict[str, Any]) -> dict[str, Any]:
        self.commands.append((name, variables))
        result = {"__typename": "TerminateRunFailure", "message": "the host is gone"}
        found = {"__typename": "TerminateRunsResult", "terminateRunResults": [result]}
        return {"terminateRuns": found}


RUNS: list[dict[str, Any]] = [
    {"__typename": "Run", "id": "aaaa1111-1", "status": "STARTED", "startTime": 5.0},
    {
        "__typename": "Run",
        "id": "bbbb2222-2",
        "status": "FAILURE",
        "startTime": 5.0,
        "endTime": 9.0,
    },
]


def _log(run_id: str) -> dict[str, Any]:
    if run_id not in [run["id"] for run in RUNS]:
        return {"__typename": "RunNotFoundError", "message": "no"}
    failure: dict[str, Any] = {
        "eventType": "STEP_FAILURE",
        "level": "ERROR",
        "error": ERROR,
        "message": "",
    }
    lines: list[dict[str, Any]] = [{"level": "INFO", "message": f"line {n}"} for n in range(100)]
    events = [{**event, "timestamp": "5000"} for event in (*lines, failure, *lines)]
    return {"__typename": "EventConnection", "events": events, "cursor": "c", "hasMore": False}


@asynccontextmanager
async def _deck(home: Path, *, read_only: bool = False) -> AsyncIterator[tuple[Deck, Pilot[None]]]:
    deck = Deck(Settings("http://nowhere.invalid", read_only, False, home))
    server = RunsServer("http://nowhere.invalid", read_only=read_only)
    server.commands = []
    deck.deployment.client = server
    deck.deployment.run_assets = RunAssets(server)
    async with deck.run_test(size=(80, 24)) as pilot:
        yield deck, pilot


async def _until(pilot: Pilot[None], condition: object) -> None:
    """Wait till `condition()` holds, at most 10 s."""
    assert callable(condition)
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        await pilot.pause(0.02)


async def _runs(deck: Deck, pilot: Pilot[None]) -> RunsScreen:
    await pilot.press("4")
    screen = deck.screen_named("runs")
    assert isinstance(screen, RunsScreen)
    await _until(pilot, lambda: screen.lines.count == 2)
    return screen


async def _run(deck: Deck, pilot: Pilot[None], run_id: str) -> RunScreen:
    deck.open_run(run_id)
    await pilot.pause()
    screen = deck.screen
    assert isinstance(screen, RunScreen)
    await _until(pilot, lambda: screen.watched.read or screen.watched.missing)
    await pilot.pause()
    return screen


async def test_a_filter_asks_the_server_and_failed_means_failed(tmp_path: Path) -> None:
    async with _deck(tmp_path) as (deck, pilot):
        screen = await _runs(deck, pilot)
        await pilot.press("f")
        await _until(pilot, lambda: screen.lines.count == 1)
        assert screen.feed.runs[0].id == "bbbb2222-2"
        assert any("[failed 1]" in text for text, _ in screen.tabs.lines[0])


async def test_the_cursor_stays_on_its_run_when_a_new_one_comes(tmp_path: Path) -> None:
    async with _deck(tmp_path) as (deck, pilot):
        screen = await _runs(deck, pilot)
        await pilot.press("down")
        RUNS.insert(0, {"__typename": "Run", "id": "new", "status": "QUEUED"})
        try:
            screen.update_view()
            await _until(pilot, lambda: screen.lines.count == 3)
        finally:
            RUNS.pop(0)
        assert screen.lines.cursor == 2


async def test_enter_opens_the_run_under_the_cursor(tmp_path: Path) -> None:
    async with _deck(tmp_path) as (deck, pilot):
        await _runs(deck, pilot)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert isinstance(deck.screen, RunScreen)
        assert deck.screen.run_id == "bbbb2222-2"


async def test_terminating_asks_first_and_says_why_it_failed(tmp_path: Path) -> None:
    async with _deck(tmp_path) as (deck, pilot):
        screen = await _runs(deck, pilot)
        server = deck.deployment.client
        assert isinstance(server, RunsServer)
        await pilot.press("x")
        await pilot.pause()
        assert isinstance(deck.screen, ConfirmScreen)
        await pilot.press("enter")
        await pilot.pause()
        assert server.commands == []
        await pilot.press("x", "y")
        await _until(pilot, lambda: screen.keys._note and "host is gone" in screen.keys._note[0])
        assert server.commands[0][1]["ids"] == ["aaaa1111-1"]


async def test_a_run_that_ended_while_the_dialog_stood_open_gets_nothing_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _deck(tmp_path) as (deck, pilot):
        screen = await _runs(deck, pilot)
        server = deck.deployment.client
        assert isinstance(server, RunsServer)
        await pilot.press("x")
        await pilot.pause()
        monkeypatch.setitem(RUNS[0], "status", "SUCCESS")
        await pilot.press("y")
        said = "run aaaa1111 has ended meanwhile (success): nothing was sent"
        await _until(pilot, lambda: screen.keys._note == (said, "text"))
        assert server.commands == []


async def test_a_run_that_has_ended_is_not_terminated(tmp_path: Path) -> None:
    async with _deck(tmp_path) as (deck, pilot):
        screen = await _runs(deck, pilot)
        await pilot.press("down", "x")
        await pilot.pause()
        assert deck.screen is screen
        assert screen.keys._note == ("run bbbb2222 has ended already: failed", "text")


async def test_read_only_has_no_key_that_terminates(tmp_path: Path) -> None:
    async with _deck(tmp_path, read_only=True) as (deck, pilot):
        screen = await _runs(deck, pilot)
        await pilot.press("x")
        await pilot.pause()
        assert deck.screen is screen


async def test_a_failed_run_opens_at_its_error_unfolded(tmp_path: Path) -> None:
    async with _deck(tmp_path) as (deck, pilot):
        screen = await _run(deck, pilot, "bbbb2222-2")
        view = screen.log_view
        assert view.cursor[0] == 100
        assert not view.follow
        seen = "\n".join(view.render_line(y).text for y in range(view.size.height))
        assert "caused by away" in seen


async def test_a_running_run_is_followed_from_its_end(tmp_path: Path) -> None:
    async with _deck(tmp_path) as (deck, pilot):
        screen = await _run(deck, pilot, "aaaa1111-1")
        assert screen.log_view.follow
        assert screen.log_view.cursor[0] == len(screen.log_view.shown) - 1


async def test_a_run_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    async with _deck(tmp_path) as (deck, pilot):
        screen = await _run(deck, pilot, "nope")
        assert screen.log_view.empty == "Dagster has no run nope; it may have been deleted."


async def test_a_search_may_hold_any_key_of_the_screen(tmp_path: Path) -> None:
    async with _deck(tmp_path) as (deck, pilot):
        screen = await _run(deck, pilot, "bbbb2222-2")
        await pilot.press("slash", *"line", "space", *"7/", "enter")
        await pilot.pause()
        assert screen.log_view.search is not None
        assert screen.log_view.search.needle == "line 7/"


async def test_a_run_that_was_left_is_polled_no_more(tmp_path: Path) -> None:
    async with _deck(tmp_path) as (deck, pilot):
        screen = await _run(deck, pilot, "aaaa1111-1")
        assert screen.watched in deck.poller.watches
        await pilot.press("escape")
        for _ in range(200):
            if screen.watched not in deck.poller.watches:
                break
            await pilot.pause(0.02)
        assert screen.watched not in deck.poller.watches
