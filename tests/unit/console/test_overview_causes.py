from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from console.domain.status.states import State
from console.screens.overview.screen import OverviewScreen
from console.screens.partitions.screen import PartitionsScreen
from console.screens.planner.screen import PlannerScreen
from console.screens.run.screen import RunScreen
from console.store.overview.last_seen import LastSeen, LastSeenRecord
from console.store.overview.overview import Overview
from console.store.signals import Topic
from tests.unit.console.assets import (
    DAYS,
    key,
    made,
    take,
    text_of,
)

if TYPE_CHECKING:
    from pathlib import Path


from tests.unit.console.overview import HOUR, fail, failure, line_with, lines_of, overview_deck


async def test_failures_of_one_cause_are_one_line_with_how_many_and_where() -> None:
    deck = overview_deck(partitioned=("dlt",))
    fail(deck, *DAYS.keys[2:5])
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        assert "1 cause of failure" in lines[1]
        cause = line_with(lines, "HTTP 503 after … s")
        assert cause.startswith("▌✗ HTTP 503")
        assert " 3 " in cause
        assert "dlt · 3 partitions" in cause


async def test_enter_just_after_a_cause_has_gone_opens_nothing_else() -> None:
    deck = overview_deck(partitioned=("dlt",))
    now = time.time()
    runs = [failure(f"run-{at}", DAYS.keys[at], now - 60 * at) for at in (1, 2)]
    deck.overview.failed, deck.overview.failed_in_all = tuple(runs), 2
    deck.overview.errors = {"run-1": "HTTP 503", "run-2": "disk full"}
    states = (State.FAILED if at in (1, 2) else State.MATERIALIZED for at in range(len(DAYS)))
    take(deck, made("dlt", now - HOUR, partitioned=True), bytes(states))
    async with deck.run_test(size=(120, 30)) as pilot:
        assert line_with(await lines_of(pilot), "HTTP 503").startswith("▌")
        deck.overview.failed = tuple(runs[1:])
        deck.deployment.signals.tell(Topic.STATUS)
        assert line_with(await lines_of(pilot), "disk full").startswith("▌")
        await pilot.press("enter")
        assert "another line has just come under the cursor" in "\n".join(await lines_of(pilot))
        assert not isinstance(deck.screen, RunScreen)
        await pilot.press("down", "up", "enter")
        assert isinstance(deck.screen, RunScreen)
        assert deck.screen.run_id == "run-2"


async def test_a_failure_queued_or_running_again_is_being_retried_and_not_mended() -> None:
    deck = overview_deck(partitioned=("dlt",))
    fail(deck, *DAYS.keys[2:5])
    states = bytearray([State.MATERIALIZED]) * len(DAYS)
    states[2:4] = bytes([State.RUNNING, State.QUEUED])
    take(deck, made("dlt", time.time() - HOUR, partitioned=True), bytes(states))
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        assert lines[1].startswith(" ! 1 being retried")
        assert "dlt · 2 being retried" in line_with(lines, "▶ HTTP 503 after … s")
        await pilot.press("r")
        assert "nothing to retry: being retried already" in "\n".join(await lines_of(pilot))
        states[2:4] = bytes([State.MATERIALIZED] * 2)
        take(deck, made("dlt", time.time() - HOUR, partitioned=True), bytes(states))
        lines = await lines_of(pilot)
        assert "· mended" in line_with(lines, "■ HTTP 503 after … s")
        assert "nothing needs you" in lines[1]


async def test_errors_that_are_not_read_yet_are_counted_as_such() -> None:
    deck = overview_deck(partitioned=("dlt",))
    fail(deck, *DAYS.keys[2:5])
    del deck.overview.errors["run-0"]
    deck.overview.failed_in_all = 7
    async with deck.run_test(size=(200, 50)) as pilot:
        heading = line_with(await lines_of(pilot), "FAILING")
        assert "newest 3 of 7, why: 2 of 3 read" in heading


async def test_enter_opens_the_newest_run_of_a_cause_and_p_its_newest_failed_cell() -> None:
    deck = overview_deck(partitioned=("dlt",))
    fail(deck, *DAYS.keys[2:5])
    async with deck.run_test(size=(120, 30)) as pilot:
        await lines_of(pilot)
        await pilot.press("enter")
        assert isinstance(deck.screen, RunScreen)
        assert deck.screen.run_id == "run-0"
        await pilot.press("escape", "p")
        await pilot.pause()
        assert isinstance(deck.screen, PartitionsScreen)
        assert f"dlt · {DAYS.keys[4]}" in text_of(deck)


async def test_r_plans_just_the_cells_that_are_still_failed() -> None:
    deck = overview_deck(partitioned=("dlt",))
    fail(deck, *DAYS.keys[2:5])
    async with deck.run_test(size=(120, 30)) as pilot:
        await lines_of(pilot)
        await pilot.press("r")
        planner = deck.screen
        assert isinstance(planner, PlannerScreen)
        assert planner.request.assets == (key("dlt"),)
        assert planner.request.partitions == DAYS.keys[2:5]
        assert planner.request.run_states == {State.FAILED}
        assert not planner.request.downstream


async def test_read_only_has_no_key_for_a_retry() -> None:
    deck = overview_deck(partitioned=("dlt",), read_only=True)
    fail(deck, DAYS.keys[2])
    async with deck.run_test(size=(120, 30)) as pilot:
        assert "retry" not in (await lines_of(pilot))[-1]
        await pilot.press("r")
        assert isinstance(deck.screen, OverviewScreen)


async def test_a_mended_cause_needs_nobody() -> None:
    deck = overview_deck(partitioned=("dlt",))
    fail(deck, DAYS.keys[2])
    take(deck, made("dlt", time.time(), partitioned=True), bytes([State.MATERIALIZED] * len(DAYS)))
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        assert "nothing needs you" in lines[1]
        assert "mended" in line_with(lines, "HTTP 503")


async def test_cells_that_failed_before_the_last_look_are_not_forgotten() -> None:
    deck = overview_deck(partitioned=("dlt",))
    fail(deck, *DAYS.keys[2:5])
    deck.overview.failed = ()
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        assert "3 cells failed earlier" in lines[1]
        assert "dlt" in line_with(lines, "✗ 3 cells failed earlier")
        await pilot.press("enter")
        assert deck.overview.since < time.time() - 29 * 24 * HOUR


async def test_s_looks_further_back_and_then_at_what_is_new_again() -> None:
    deck = overview_deck()
    store = deck.overview
    store.first = LastSeen(time.time() - 50 * HOUR, time.time() - 50 * HOUR)
    store.since = store.first.until
    async with deck.run_test(size=(120, 30)) as pilot:
        assert "since you looked at" in line_with(await lines_of(pilot), "FAILING")
        spans = []
        for _ in range(4):
            await pilot.press("s")
            spans.append(round((time.time() - store.since) / 3600))
            store.failed = ()
        assert spans == [24, 7 * 24, 30 * 24, 50]


async def test_markup_and_escapes_in_an_error_are_shown_as_text() -> None:
    deck = overview_deck(partitioned=("dlt",))
    fail(deck, DAYS.keys[0], error="[red]boom[/] \x1b[31m\x07 end")
    async with deck.run_test(size=(120, 30)) as pilot:
        text = "\n".join(await lines_of(pilot))
        assert "[red]boom[/]" in text
        assert "\x1b" not in text


def test_a_look_of_long_ago_is_how_far_failures_are_shown(tmp_path: Path) -> None:
    deck = overview_deck(partitioned=("dlt",))
    looked = LastSeenRecord(tmp_path / "looked.json", "here")
    overview = Overview(deck.deployment, looked)
    assert overview.first is None
    assert time.time() - overview.since == pytest.approx(24 * HOUR, abs=60)
    overview.leave()
    assert looked.read() is None
    overview.seen = True
    overview._note_look([failure("r", DAYS.keys[0], 500.0), failure("s", DAYS.keys[1], 700.0)])
    overview.leave()
    again = Overview(deck.deployment, LastSeenRecord(tmp_path / "looked.json", "here"))
    assert again.since == 700.0


def test_a_look_counts_only_while_somebody_looks(tmp_path: Path) -> None:
    deck = overview_deck(partitioned=("dlt",))
    looked = LastSeenRecord(tmp_path / "looked.json", "here")
    looked.write(LastSeen(1.0, 1.0))
    overview = Overview(deck.deployment, looked)
    overview._note_look([failure("r", DAYS.keys[0], 500.0)])
    overview.leave()
    assert looked.read() == LastSeen(1.0, 1.0)


async def test_an_older_failure_still_fails_and_a_new_one_is_marked_new(
    tmp_path: Path,
) -> None:
    now = time.time()
    looked = LastSeenRecord(tmp_path / "looked.json", "here")
    looked.write(LastSeen(now - 300, now - 300))
    deck = overview_deck(partitioned=("dlt",))
    deck.overview.first = looked.read()
    assert Overview(deck.deployment, looked).since == pytest.approx(now - 24 * HOUR, abs=60)
    fail(deck, *DAYS.keys[2:4])
    old, new = failure("old", DAYS.keys[2], now - 900), failure("new", DAYS.keys[3], now - 60)
    deck.overview.failed = (new, old)
    deck.overview.errors = {"old": "HTTP 503", "new": "KeyError: rows"}
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        assert "2 causes of failure" in lines[1]
        assert "new: KeyError" in line_with(lines, "KeyError")
        assert "new" not in line_with(lines, "HTTP 503")


async def test_a_cause_that_is_acknowledged_needs_nobody_till_another_run_fails_of_it(
    tmp_path: Path,
) -> None:
    deck = overview_deck(partitioned=("dlt",))
    deck.overview._looked = LastSeenRecord(tmp_path / "looked.json", "here")
    fail(deck, DAYS.keys[2])
    async with deck.run_test(size=(120, 30)) as pilot:
        assert "1 cause of failure" in (await lines_of(pilot))[1]
        await pilot.press("a")
        lines = await lines_of(pilot)
        assert "nothing needs you" in lines[1]
        assert "acknowledged: HTTP 503" in line_with(lines, "HTTP 503")
        again = Overview(deck.deployment, LastSeenRecord(tmp_path / "looked.json", "here"))
        assert again.acknowledged == {"run-0"}
        again.leave()
        fail(deck, *DAYS.keys[2:4])
        deck.overview._told(Topic.STATUS)
        deck.overview.signals.tell(Topic.RUNS)
        assert "1 cause of failure" in (await lines_of(pilot))[1]


async def test_a_number_of_failed_cells_is_marked_till_all_were_read() -> None:
    deck = overview_deck(partitioned=("dlt",))
    fail(deck, *DAYS.keys[2:5])
    deck.overview.failed = ()
    row = deck.deployment.rows.pop(key("stg"))
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        assert "3 cells failed earlier…" in lines[1]
        assert "3 cells failed earlier…" in line_with(lines, "✗ 3 cells")
        deck.deployment.rows[key("stg")] = row
        deck.deployment.signals.tell(Topic.STATUS)
        lines = await lines_of(pilot)
        assert "3 cells failed earlier…" not in "".join(lines)


async def test_the_cursor_stays_on_its_cause_while_its_reason_is_read_and_others_come() -> None:
    deck = overview_deck(partitioned=("dlt",))
    now = time.time()
    runs = [failure(f"r{at}", DAYS.keys[at], now - at * 60) for at in range(4)]
    deck.overview.failed, deck.overview.failed_in_all = tuple(runs), 4
    deck.overview.errors = {"r0": "one", "r1": "two", "r3": "three"}
    async with deck.run_test(size=(120, 30)) as pilot:
        await lines_of(pilot)
        await pilot.press("end")
        while "reading why" not in line_with(await lines_of(pilot), "▌"):
            await pilot.press("up")
        deck.overview.errors |= {"r2": "a reason that was read"}
        deck.overview._told(Topic.STATUS)
        deck.overview.signals.tell(Topic.RUNS)
        assert "a reason that was read" in line_with(await lines_of(pilot), "▌")
