from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from console.api.server import NEEDED
from console.domain.freshness.policy import TimeWindow
from console.domain.health import Daemon, Health, Ticking
from console.domain.runs.events import ErrorInfo
from console.domain.runs.run import Backfill, Run, RunStatus
from console.domain.status.states import State
from console.screens.modals.text import TextScreen
from console.screens.overview.screen import OverviewScreen
from console.screens.partitions.screen import PartitionsScreen
from console.screens.planner.screen import PlannerScreen
from console.screens.run.screen import RunScreen
from console.screens.runs.screen import RunsScreen
from console.store.overview.last_seen import LastSeen, LastSeenRecord
from console.store.overview.overview import Overview
from console.store.signals import Topic
from tests.unit.console.assets import (
    DAYS,
    RestingPoller,
    deck_of,
    failed,
    graph_of,
    key,
    made,
    take,
    text_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from console.app import Deck
    from console.domain.grid.asset_status import AssetStatus

HOUR = 3600.0
EDGES = [("dlt", "stg"), ("stg", "mrt")]
POLICIES = {"mrt": TimeWindow(24 * HOUR)}
WELL = Health((Daemon("SENSOR", healthy=True), Daemon("ASSET", healthy=True)), ())


def _deck(*statuses: AssetStatus, partitioned: tuple[str, ...] = (), **flags: bool) -> Deck:
    """A deployment that is well, as far as `statuses` don't say otherwise."""
    now = time.time()
    fine = {
        key(name): made(name, now - HOUR, name in partitioned) for name in ("dlt", "stg", "mrt")
    }
    given = {status.key: status for status in statuses}
    graph = graph_of(EDGES, POLICIES, partitioned=partitioned)
    deck = deck_of(graph, (fine | given).values(), **flags)
    for name in partitioned:
        take(deck, (fine | given)[key(name)], bytes([State.MATERIALIZED] * len(DAYS)))
    deck.poller = RestingPoller(deck.deployment)
    deck.deployment.answered()
    deck.deployment.locations = {"pipelines": "LOADED 1"}
    deck.overview.failed, deck.overview.backfills, deck.overview.health = (), (), WELL
    return deck


def _failure(name: str, day: str, at: float, asset: str = "dlt") -> Run:
    tags = {"dagster/partition": day}
    return Run(name, RunStatus.FAILURE, ended=at, assets=(key(asset),), asset_count=1, tags=tags)


def _fail(deck: Deck, *days: str, error: str = "HTTP 503") -> None:
    """Runs of `dlt` that failed for these days, each with the number of its run in the error."""
    now = time.time()
    runs = [_failure(f"run-{at}", day, now - 60 * at) for at, day in enumerate(days)]
    deck.overview.failed, deck.overview.failed_in_all = tuple(runs), len(runs)
    deck.overview.errors = {run.id: f"{error} after {at} s" for at, run in enumerate(runs)}
    states = (State.FAILED if day in days else State.MATERIALIZED for day in DAYS.keys)
    take(deck, made("dlt", now - HOUR, partitioned=True), bytes(states))


async def _lines(pilot: Pilot[None]) -> list[str]:
    await pilot.pause()
    return text_of(pilot.app).splitlines()


def _line(lines: list[str], *words: str) -> str:
    """The line that has all of `words`."""
    return next(line for line in lines if all(word in line for word in words))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_a_healthy_deployment_says_so_in_its_first_line(size: tuple[int, int]) -> None:
    deck = _deck()
    async with deck.run_test(size=size) as pilot:
        lines = await _lines(pilot)
        assert lines[1] == " ■ nothing needs you: next deadline in 22h: mrt"
        assert "daemons 2/2" in _line(lines, "HEALTH")
        assert all(len(line) <= size[0] for line in lines)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_each_feature_that_an_older_dagster_lacks_is_told_in_full(
    size: tuple[int, int],
) -> None:
    deck = _deck()
    structure = deck.deployment.structure
    assert structure is not None
    lacking = tuple(f"{words} Dagster {since}" for words, since in NEEDED.values())
    deck.deployment.structure = replace(structure, version="1.9.0", lacking=lacking)
    async with deck.run_test(size=size) as pilot:
        lines = await _lines(pilot)
        assert all(f"   {words}, this is 1.9.0" in lines for words in lacking)


async def test_a_late_asset_is_told_with_its_root() -> None:
    now = time.time()
    deck = _deck(made("mrt", now - 25 * HOUR), failed("dlt", now - HOUR, made_at=now - 30 * HOUR))
    deck.overview.errors = {"7c1f0000-dead": "ConnectTimeout: nightscout"}
    async with deck.run_test(size=(140, 30)) as pilot:
        lines = await _lines(pilot)
        assert lines[1].startswith(" ✗ 1 late")
        late = _line(lines, "mrt", "1h")
        assert late.startswith("▌✗ mrt")
        assert "dlt failed at " in late
        assert "ConnectTimeout: nightscout" in late
        await pilot.press("enter")
        assert isinstance(deck.screen, RunScreen)
        assert deck.screen.run_id == "7c1f0000-dead"


async def test_past_the_warning_is_not_due_within_the_hour() -> None:
    now = time.time()
    deck = _deck()
    graph = graph_of(EDGES, {"mrt": TimeWindow(24 * HOUR, 2 * HOUR)})
    deck.deployment.graph = graph
    take(deck, made("mrt", now - 5 * HOUR))
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        assert lines[1] == " ! 1 past the warning"
        assert "in 18h" in _line(lines, "▒ mrt")


async def test_failures_of_one_cause_are_one_line_with_how_many_and_where() -> None:
    deck = _deck(partitioned=("dlt",))
    _fail(deck, *DAYS.keys[2:5])
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        assert "1 cause of failure" in lines[1]
        cause = _line(lines, "HTTP 503 after … s")
        assert cause.startswith("▌✗ HTTP 503")
        assert " 3 " in cause
        assert "dlt · 3 partitions" in cause


async def test_enter_just_after_a_cause_has_gone_opens_nothing_else() -> None:
    deck = _deck(partitioned=("dlt",))
    now = time.time()
    runs = [_failure(f"run-{at}", DAYS.keys[at], now - 60 * at) for at in (1, 2)]
    deck.overview.failed, deck.overview.failed_in_all = tuple(runs), 2
    deck.overview.errors = {"run-1": "HTTP 503", "run-2": "disk full"}
    states = (State.FAILED if at in (1, 2) else State.MATERIALIZED for at in range(len(DAYS)))
    take(deck, made("dlt", now - HOUR, partitioned=True), bytes(states))
    async with deck.run_test(size=(120, 30)) as pilot:
        assert _line(await _lines(pilot), "HTTP 503").startswith("▌")
        deck.overview.failed = tuple(runs[1:])
        deck.deployment.signals.tell(Topic.STATUS)
        assert _line(await _lines(pilot), "disk full").startswith("▌")
        await pilot.press("enter")
        assert "another line has just come under the cursor" in "\n".join(await _lines(pilot))
        assert not isinstance(deck.screen, RunScreen)
        await pilot.press("down", "up", "enter")
        assert isinstance(deck.screen, RunScreen)
        assert deck.screen.run_id == "run-2"


async def test_a_failure_queued_or_running_again_is_being_retried_and_not_mended() -> None:
    deck = _deck(partitioned=("dlt",))
    _fail(deck, *DAYS.keys[2:5])
    states = bytearray([State.MATERIALIZED]) * len(DAYS)
    states[2:4] = bytes([State.RUNNING, State.QUEUED])
    take(deck, made("dlt", time.time() - HOUR, partitioned=True), bytes(states))
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        assert lines[1].startswith(" ! 1 being retried")
        assert "dlt · 2 being retried" in _line(lines, "▶ HTTP 503 after … s")
        await pilot.press("r")
        assert "nothing to retry: being retried already" in "\n".join(await _lines(pilot))
        states[2:4] = bytes([State.MATERIALIZED] * 2)
        take(deck, made("dlt", time.time() - HOUR, partitioned=True), bytes(states))
        lines = await _lines(pilot)
        assert "· mended" in _line(lines, "■ HTTP 503 after … s")
        assert "nothing needs you" in lines[1]


async def test_errors_that_are_not_read_yet_are_counted_as_such() -> None:
    deck = _deck(partitioned=("dlt",))
    _fail(deck, *DAYS.keys[2:5])
    del deck.overview.errors["run-0"]
    deck.overview.failed_in_all = 7
    async with deck.run_test(size=(200, 50)) as pilot:
        heading = _line(await _lines(pilot), "FAILING")
        assert "newest 3 of 7, why: 2 of 3 read" in heading


async def test_enter_opens_the_newest_run_of_a_cause_and_p_its_newest_failed_cell() -> None:
    deck = _deck(partitioned=("dlt",))
    _fail(deck, *DAYS.keys[2:5])
    async with deck.run_test(size=(120, 30)) as pilot:
        await _lines(pilot)
        await pilot.press("enter")
        assert isinstance(deck.screen, RunScreen)
        assert deck.screen.run_id == "run-0"
        await pilot.press("escape", "p")
        await pilot.pause()
        assert isinstance(deck.screen, PartitionsScreen)
        assert f"dlt · {DAYS.keys[4]}" in text_of(deck)


async def test_r_plans_just_the_cells_that_are_still_failed() -> None:
    deck = _deck(partitioned=("dlt",))
    _fail(deck, *DAYS.keys[2:5])
    async with deck.run_test(size=(120, 30)) as pilot:
        await _lines(pilot)
        await pilot.press("r")
        planner = deck.screen
        assert isinstance(planner, PlannerScreen)
        assert planner.request.assets == (key("dlt"),)
        assert planner.request.partitions == DAYS.keys[2:5]
        assert planner.request.run_states == {State.FAILED}
        assert not planner.request.downstream


async def test_read_only_has_no_key_for_a_retry() -> None:
    deck = _deck(partitioned=("dlt",), read_only=True)
    _fail(deck, DAYS.keys[2])
    async with deck.run_test(size=(120, 30)) as pilot:
        assert "retry" not in (await _lines(pilot))[-1]
        await pilot.press("r")
        assert isinstance(deck.screen, OverviewScreen)


async def test_a_mended_cause_needs_nobody() -> None:
    deck = _deck(partitioned=("dlt",))
    _fail(deck, DAYS.keys[2])
    take(deck, made("dlt", time.time(), partitioned=True), bytes([State.MATERIALIZED] * len(DAYS)))
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        assert "nothing needs you" in lines[1]
        assert "mended" in _line(lines, "HTTP 503")


async def test_cells_that_failed_before_the_last_look_are_not_forgotten() -> None:
    deck = _deck(partitioned=("dlt",))
    _fail(deck, *DAYS.keys[2:5])
    deck.overview.failed = ()
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        assert "3 cells failed earlier" in lines[1]
        assert "dlt" in _line(lines, "✗ 3 cells failed earlier")
        await pilot.press("enter")
        assert deck.overview.since < time.time() - 29 * 24 * HOUR


async def test_a_list_not_read_yet_is_said_to_be_asked_and_never_empty() -> None:
    deck = _deck()
    deck.overview.failed = deck.overview.backfills = deck.overview.health = None
    deck.deployment.statuses.clear()
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        assert "asking about deadlines, the partitions of 3 assets, failures, daemons" in lines[1]
        for section in ("LATE", "FAILING", "HEALTH"):
            assert "asking" in _line(lines, section)
        assert "nothing needs you" not in "\n".join(lines)
        assert "0/0" not in "\n".join(lines)


async def test_while_a_location_is_being_loaded_nothing_is_called_well() -> None:
    deck = _deck()
    deck.deployment.locations["new"] = "LOADING 1"
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        assert "nothing so far; asking about code locations" in lines[1]
        assert "locations 1/2" in _line(lines, "HEALTH")
        assert _line(lines, "◌ location new is being loaded")


async def test_a_part_that_cannot_be_had_says_why_and_leaves_the_others() -> None:
    deck = _deck()
    deck.overview.failed = None
    deck.overview.problems["failures"] = "Dagster at x: the database is away"
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        assert "the database is away" in _line(lines, "FAILING")
        assert "daemons 2/2" in _line(lines, "HEALTH")
        assert "nothing needs you" not in lines[1]


async def test_a_backfill_shows_how_far_it_is_and_leads_to_its_progress() -> None:
    deck = _deck(partitioned=("dlt",))
    counts = {key("dlt"): (30, 2, 8, 2)}
    started = time.time() - 100
    deck.overview.backfills = (
        Backfill("bf1", "REQUESTED", "reprocess", started, None, (key("dlt"),), counts),
    )
    async with deck.run_test(size=(120, 30)) as pilot:
        line = _line(await _lines(pilot), "backfill reprocess")
        assert "10/30" in line
        assert "3m" in line
        assert all(glyph in line for glyph in "■✗▶◌")
        assert "2 failed" in line
        await pilot.press("enter")
        assert isinstance(deck.screen, PlannerScreen)
        assert "backfill bf1" in text_of(deck)


async def test_a_run_that_waits_says_why() -> None:
    deck = _deck()
    queued = Run("q", RunStatus.QUEUED, created=time.time(), assets=(key("dlt"),), asset_count=1)
    deck.deployment.active = (queued,)
    assert deck.deployment.structure is not None
    deck.deployment.structure = replace(deck.deployment.structure, max_concurrent_runs=0)
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        assert "queued: the deployment runs 0 at once" in _line(lines, "◌ dlt")
        assert "queue 1, limit 0" in _line(lines, "HEALTH")


async def test_a_deployment_that_is_ill_has_its_faults_on_top() -> None:
    deck = _deck()
    assert deck.deployment.structure is not None
    errors = {"other": "SyntaxError: invalid syntax"}
    deck.deployment.structure = replace(deck.deployment.structure, load_errors=errors)
    tick = Ticking("nightscout", "sensor", "pipelines", time.time(), "FAILURE", "E: no token")
    down = Daemon("SENSOR", healthy=False, heartbeat=time.time() - HOUR)
    deck.overview.health = Health((down, Daemon("ASSET", healthy=False)), (tick,))
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        text = "\n".join(lines)
        assert text.index("HEALTH") < text.index("LATE")
        assert "3 parts are not well" in lines[1]
        lines = lines[2:]
        assert "SyntaxError: invalid syntax" in _line(lines, "✗ location other failed to load")
        assert "last at" in _line(lines, "✗ daemon sensor gives no sign of life")
        assert "E: no token" in _line(lines, "✗ sensor nightscout failed to tick")
        assert _line(lines, "◌ daemon asset is starting")


async def test_enter_on_a_location_shows_its_load_error_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deck = _deck()
    assert deck.deployment.structure is not None
    errors = {"other": "SyntaxError: invalid syntax"}
    deck.deployment.structure = replace(deck.deployment.structure, load_errors=errors)
    asked: list[str] = []

    async def load_error(name: str) -> ErrorInfo:
        asked.append(name)
        stack = tuple(f"  File {at}.py [red]line[/]\n" for at in range(200))
        return ErrorInfo("invalid syntax", "SyntaxError", stack)

    monkeypatch.setattr(deck.overview, "load_error", load_error)
    async with deck.run_test(size=(80, 24)) as pilot:
        await _lines(pilot)
        await pilot.press("enter")
        text = "\n".join(await _lines(pilot))
        assert isinstance(deck.screen, TextScreen)
        assert asked == ["other"]
        assert "code location other" in text
        assert "File 0.py [red]line[/]" in text
        await pilot.press(*["pagedown"] * 30)
        assert "File 199.py" in "\n".join(await _lines(pilot))
        await pilot.press("escape")
        assert isinstance(deck.screen, OverviewScreen)


async def test_s_looks_further_back_and_then_at_what_is_new_again() -> None:
    deck = _deck()
    store = deck.overview
    store.first = LastSeen(time.time() - 50 * HOUR, time.time() - 50 * HOUR)
    store.since = store.first.until
    async with deck.run_test(size=(120, 30)) as pilot:
        assert "since you looked at" in _line(await _lines(pilot), "FAILING")
        spans = []
        for _ in range(4):
            await pilot.press("s")
            spans.append(round((time.time() - store.since) / 3600))
            store.failed = ()
        assert spans == [24, 7 * 24, 30 * 24, 50]


async def test_every_line_fits_80_columns_and_ascii() -> None:
    now = time.time()
    deck = _deck(made("mrt", now - 25 * HOUR), partitioned=("dlt",), ascii=True)
    _fail(deck, *DAYS.keys[2:5], error="a very long error that says the same " * 9)
    deck.deployment.active = (
        Run("r", RunStatus.STARTED, started=now - 9, assets=(key("stg"),), asset_count=1),
    )
    async with deck.run_test(size=(80, 24)) as pilot:
        lines = await _lines(pilot)
        assert all(line.isascii() and len(line) <= 80 for line in lines), "\n".join(lines)


async def test_markup_and_escapes_in_an_error_are_shown_as_text() -> None:
    deck = _deck(partitioned=("dlt",))
    _fail(deck, DAYS.keys[0], error="[red]boom[/] \x1b[31m\x07 end")
    async with deck.run_test(size=(120, 30)) as pilot:
        text = "\n".join(await _lines(pilot))
        assert "[red]boom[/]" in text
        assert "\x1b" not in text


async def test_more_than_there_is_room_for_leads_to_the_screen_that_has_it() -> None:
    deck = _deck()
    now = time.time()
    deck.deployment.active = tuple(
        Run(f"run-{at}", RunStatus.STARTED, started=now, assets=(key("dlt"),), asset_count=1)
        for at in range(60)
    )
    async with deck.run_test(size=(80, 24)) as pilot:
        lines = await _lines(pilot)
        assert _line(lines, "HEALTH")
        assert _line(lines, " more")
        await pilot.press("end", "enter")
        assert isinstance(deck.screen, RunsScreen)


async def test_the_cursor_stays_on_its_line_when_others_come() -> None:
    deck = _deck(partitioned=("dlt",))
    _fail(deck, DAYS.keys[2])
    run = Run("r", RunStatus.STARTED, started=time.time(), assets=(key("stg"),), asset_count=1)
    deck.deployment.active = (run,)
    async with deck.run_test(size=(120, 30)) as pilot:
        await _lines(pilot)
        await pilot.press("down")
        screen = deck.screen
        assert isinstance(screen, OverviewScreen)
        assert screen._leads().run == "r"
        take(deck, made("mrt", time.time() - 25 * HOUR))
        await pilot.pause()
        assert screen._leads().run == "r"


async def test_a_moment_in_which_nothing_changes_draws_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deck = _deck()
    now = time.time()
    monkeypatch.setattr("console.screens.overview.screen.time.time", lambda: now)
    async with deck.run_test(size=(120, 30)) as pilot:
        await _lines(pilot)
        screen = deck.screen
        assert isinstance(screen, OverviewScreen)
        drawn: list[int] = []
        monkeypatch.setattr(screen.lines, "refresh", lambda *regions: drawn.append(len(regions)))
        monkeypatch.setattr(screen.detail, "refresh", lambda *regions: drawn.append(len(regions)))
        screen._grow_older()
        assert drawn == []


def test_a_look_of_long_ago_is_how_far_failures_are_shown(tmp_path: Path) -> None:
    deck = _deck(partitioned=("dlt",))
    looked = LastSeenRecord(tmp_path / "looked.json", "here")
    overview = Overview(deck.deployment, looked)
    assert overview.first is None
    assert time.time() - overview.since == pytest.approx(24 * HOUR, abs=60)
    overview.leave()
    assert looked.read() is None
    overview.seen = True
    overview._note_look([_failure("r", DAYS.keys[0], 500.0), _failure("s", DAYS.keys[1], 700.0)])
    overview.leave()
    again = Overview(deck.deployment, LastSeenRecord(tmp_path / "looked.json", "here"))
    assert again.since == 700.0


def test_a_look_counts_only_while_somebody_looks(tmp_path: Path) -> None:
    deck = _deck(partitioned=("dlt",))
    looked = LastSeenRecord(tmp_path / "looked.json", "here")
    looked.write(LastSeen(1.0, 1.0))
    overview = Overview(deck.deployment, looked)
    overview._note_look([_failure("r", DAYS.keys[0], 500.0)])
    overview.leave()
    assert looked.read() == LastSeen(1.0, 1.0)


async def test_an_older_failure_still_fails_and_a_new_one_is_marked_new(
    tmp_path: Path,
) -> None:
    now = time.time()
    looked = LastSeenRecord(tmp_path / "looked.json", "here")
    looked.write(LastSeen(now - 300, now - 300))
    deck = _deck(partitioned=("dlt",))
    deck.overview.first = looked.read()
    assert Overview(deck.deployment, looked).since == pytest.approx(now - 24 * HOUR, abs=60)
    _fail(deck, *DAYS.keys[2:4])
    old, new = _failure("old", DAYS.keys[2], now - 900), _failure("new", DAYS.keys[3], now - 60)
    deck.overview.failed = (new, old)
    deck.overview.errors = {"old": "HTTP 503", "new": "KeyError: rows"}
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        assert "2 causes of failure" in lines[1]
        assert "new: KeyError" in _line(lines, "KeyError")
        assert "new" not in _line(lines, "HTTP 503")


async def test_a_cause_that_is_acknowledged_needs_nobody_till_another_run_fails_of_it(
    tmp_path: Path,
) -> None:
    deck = _deck(partitioned=("dlt",))
    deck.overview._looked = LastSeenRecord(tmp_path / "looked.json", "here")
    _fail(deck, DAYS.keys[2])
    async with deck.run_test(size=(120, 30)) as pilot:
        assert "1 cause of failure" in (await _lines(pilot))[1]
        await pilot.press("a")
        lines = await _lines(pilot)
        assert "nothing needs you" in lines[1]
        assert "acknowledged: HTTP 503" in _line(lines, "HTTP 503")
        again = Overview(deck.deployment, LastSeenRecord(tmp_path / "looked.json", "here"))
        assert again.acknowledged == {"run-0"}
        again.leave()
        _fail(deck, *DAYS.keys[2:4])
        deck.overview._told(Topic.STATUS)
        deck.overview.signals.tell(Topic.RUNS)
        assert "1 cause of failure" in (await _lines(pilot))[1]


async def test_since_when_nobody_answers_stands_before_all_that_is_old() -> None:
    deck = _deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        assert (await _lines(pilot))[1].startswith(" ■ nothing needs you")
        deck.deployment.silent(time.time() - 5)
        lines = await _lines(pilot)
        assert lines[1].startswith(" ○ no answer since ")
        assert "as of then nothing needs you" in lines[1]
        assert "○ no answer since" in lines[0]
        assert "has not answered since" in lines[-1]
        deck.deployment.silent(None)
        assert (await _lines(pilot))[1].startswith(" ■ nothing needs you")


async def test_nothing_is_claimed_before_the_cells_of_every_asset_were_read() -> None:
    deck = _deck()
    del deck.deployment.rows[key("stg")]
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        assert "nothing so far; asking about the partitions of 1 asset" in lines[1]
        assert "nothing needs you" not in lines[1]


async def test_a_number_of_failed_cells_is_marked_till_all_were_read() -> None:
    deck = _deck(partitioned=("dlt",))
    _fail(deck, *DAYS.keys[2:5])
    deck.overview.failed = ()
    row = deck.deployment.rows.pop(key("stg"))
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await _lines(pilot)
        assert "3 cells failed earlier…" in lines[1]
        assert "3 cells failed earlier…" in _line(lines, "✗ 3 cells")
        deck.deployment.rows[key("stg")] = row
        deck.deployment.signals.tell(Topic.STATUS)
        lines = await _lines(pilot)
        assert "3 cells failed earlier…" not in "".join(lines)


async def test_the_cursor_stays_on_its_cause_while_its_reason_is_read_and_others_come() -> None:
    deck = _deck(partitioned=("dlt",))
    now = time.time()
    runs = [_failure(f"r{at}", DAYS.keys[at], now - at * 60) for at in range(4)]
    deck.overview.failed, deck.overview.failed_in_all = tuple(runs), 4
    deck.overview.errors = {"r0": "one", "r1": "two", "r3": "three"}
    async with deck.run_test(size=(120, 30)) as pilot:
        await _lines(pilot)
        await pilot.press("end")
        while "reading why" not in _line(await _lines(pilot), "▌"):
            await pilot.press("up")
        deck.overview.errors |= {"r2": "a reason that was read"}
        deck.overview._told(Topic.STATUS)
        deck.overview.signals.tell(Topic.RUNS)
        assert "a reason that was read" in _line(await _lines(pilot), "▌")
