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
from console.screens.modals.text import TextScreen
from console.screens.overview.screen import OverviewScreen
from console.screens.planner.screen import PlannerScreen
from console.screens.run.screen import RunScreen
from console.screens.runs.screen import RunsScreen
from tests.unit.console.assets import (
    DAYS,
    failed,
    graph_of,
    key,
    made,
    take,
    text_of,
)

if TYPE_CHECKING:
    pass

from tests.unit.console.overview import EDGES, HOUR, fail, line_with, lines_of, overview_deck


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_a_healthy_deployment_says_so_in_its_first_line(size: tuple[int, int]) -> None:
    deck = overview_deck()
    async with deck.run_test(size=size) as pilot:
        lines = await lines_of(pilot)
        assert lines[1] == " ■ nothing needs you: next deadline in 22h: mrt"
        assert "daemons 2/2" in line_with(lines, "HEALTH")
        assert all(len(line) <= size[0] for line in lines)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_each_feature_that_an_older_dagster_lacks_is_told_in_full(
    size: tuple[int, int],
) -> None:
    deck = overview_deck()
    structure = deck.deployment.structure
    assert structure is not None
    lacking = tuple(f"{words} Dagster {since}" for words, since in NEEDED.values())
    deck.deployment.structure = replace(structure, version="1.9.0", lacking=lacking)
    async with deck.run_test(size=size) as pilot:
        lines = await lines_of(pilot)
        assert all(f"   {words}, this is 1.9.0" in lines for words in lacking)


async def test_a_late_asset_is_told_with_its_root() -> None:
    now = time.time()
    deck = overview_deck(
        made("mrt", now - 25 * HOUR), failed("dlt", now - HOUR, made_at=now - 30 * HOUR)
    )
    deck.overview.errors = {"7c1f0000-dead": "ConnectTimeout: nightscout"}
    async with deck.run_test(size=(140, 30)) as pilot:
        lines = await lines_of(pilot)
        assert lines[1].startswith(" ✗ 1 late")
        late = line_with(lines, "mrt", "1h")
        assert late.startswith("▌✗ mrt")
        assert "dlt failed at " in late
        assert "ConnectTimeout: nightscout" in late
        await pilot.press("enter")
        assert isinstance(deck.screen, RunScreen)
        assert deck.screen.run_id == "7c1f0000-dead"


async def test_past_the_warning_is_not_due_within_the_hour() -> None:
    now = time.time()
    deck = overview_deck()
    graph = graph_of(EDGES, {"mrt": TimeWindow(24 * HOUR, 2 * HOUR)})
    deck.deployment.graph = graph
    take(deck, made("mrt", now - 5 * HOUR))
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        assert lines[1] == " ! 1 past the warning"
        assert "in 18h" in line_with(lines, "▒ mrt")


async def test_a_list_not_read_yet_is_said_to_be_asked_and_never_empty() -> None:
    deck = overview_deck()
    deck.overview.failed = deck.overview.backfills = deck.overview.health = None
    deck.deployment.statuses.clear()
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        assert "asking about deadlines, the partitions of 3 assets, failures, daemons" in lines[1]
        for section in ("LATE", "FAILING", "HEALTH"):
            assert "asking" in line_with(lines, section)
        assert "nothing needs you" not in "\n".join(lines)
        assert "0/0" not in "\n".join(lines)


async def test_while_a_location_is_being_loaded_nothing_is_called_well() -> None:
    deck = overview_deck()
    deck.deployment.locations["new"] = "LOADING 1"
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        assert "nothing so far; asking about code locations" in lines[1]
        assert "locations 1/2" in line_with(lines, "HEALTH")
        assert line_with(lines, "◌ location new is being loaded")


async def test_a_part_that_cannot_be_had_says_why_and_leaves_the_others() -> None:
    deck = overview_deck()
    deck.overview.failed = None
    deck.overview.problems["failures"] = "Dagster at x: the database is away"
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        assert "the database is away" in line_with(lines, "FAILING")
        assert "daemons 2/2" in line_with(lines, "HEALTH")
        assert "nothing needs you" not in lines[1]


async def test_a_backfill_shows_how_far_it_is_and_leads_to_its_progress() -> None:
    deck = overview_deck(partitioned=("dlt",))
    counts = {key("dlt"): (30, 2, 8, 2)}
    started = time.time() - 100
    deck.overview.backfills = (
        Backfill("bf1", "REQUESTED", "reprocess", started, None, (key("dlt"),), counts),
    )
    async with deck.run_test(size=(120, 30)) as pilot:
        line = line_with(await lines_of(pilot), "backfill reprocess")
        assert "10/30" in line
        assert "3m" in line
        assert all(glyph in line for glyph in "■✗▶◌")
        assert "2 failed" in line
        await pilot.press("enter")
        assert isinstance(deck.screen, PlannerScreen)
        assert "backfill bf1" in text_of(deck)


async def test_a_run_that_waits_says_why() -> None:
    deck = overview_deck()
    queued = Run("q", RunStatus.QUEUED, created=time.time(), assets=(key("dlt"),), asset_count=1)
    deck.deployment.active = (queued,)
    assert deck.deployment.structure is not None
    deck.deployment.structure = replace(deck.deployment.structure, max_concurrent_runs=0)
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        assert "queued: the deployment runs 0 at once" in line_with(lines, "◌ dlt")
        assert "queue 1, limit 0" in line_with(lines, "HEALTH")


async def test_a_deployment_that_is_ill_has_its_faults_on_top() -> None:
    deck = overview_deck()
    assert deck.deployment.structure is not None
    errors = {"other": "SyntaxError: invalid syntax"}
    deck.deployment.structure = replace(deck.deployment.structure, load_errors=errors)
    tick = Ticking("nightscout", "sensor", "pipelines", time.time(), "FAILURE", "E: no token")
    down = Daemon("SENSOR", healthy=False, heartbeat=time.time() - HOUR)
    deck.overview.health = Health((down, Daemon("ASSET", healthy=False)), (tick,))
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        text = "\n".join(lines)
        assert text.index("HEALTH") < text.index("LATE")
        assert "3 parts are not well" in lines[1]
        lines = lines[2:]
        assert "SyntaxError: invalid syntax" in line_with(lines, "✗ location other failed to load")
        assert "last at" in line_with(lines, "✗ daemon sensor gives no sign of life")
        assert "E: no token" in line_with(lines, "✗ sensor nightscout failed to tick")
        assert line_with(lines, "◌ daemon asset is starting")


async def test_enter_on_a_location_shows_its_load_error_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deck = overview_deck()
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
        await lines_of(pilot)
        await pilot.press("enter")
        text = "\n".join(await lines_of(pilot))
        assert isinstance(deck.screen, TextScreen)
        assert asked == ["other"]
        assert "code location other" in text
        assert "File 0.py [red]line[/]" in text
        await pilot.press(*["pagedown"] * 30)
        assert "File 199.py" in "\n".join(await lines_of(pilot))
        await pilot.press("escape")
        assert isinstance(deck.screen, OverviewScreen)


async def test_every_line_fits_80_columns_and_ascii() -> None:
    now = time.time()
    deck = overview_deck(made("mrt", now - 25 * HOUR), partitioned=("dlt",), ascii=True)
    fail(deck, *DAYS.keys[2:5], error="a very long error that says the same " * 9)
    deck.deployment.active = (
        Run("r", RunStatus.STARTED, started=now - 9, assets=(key("stg"),), asset_count=1),
    )
    async with deck.run_test(size=(80, 24)) as pilot:
        lines = await lines_of(pilot)
        assert all(line.isascii() and len(line) <= 80 for line in lines), "\n".join(lines)


async def test_more_than_there_is_room_for_leads_to_the_screen_that_has_it() -> None:
    deck = overview_deck()
    now = time.time()
    deck.deployment.active = tuple(
        Run(f"run-{at}", RunStatus.STARTED, started=now, assets=(key("dlt"),), asset_count=1)
        for at in range(60)
    )
    async with deck.run_test(size=(80, 24)) as pilot:
        lines = await lines_of(pilot)
        assert line_with(lines, "HEALTH")
        assert line_with(lines, " more")
        await pilot.press("end", "enter")
        assert isinstance(deck.screen, RunsScreen)


async def test_the_cursor_stays_on_its_line_when_others_come() -> None:
    deck = overview_deck(partitioned=("dlt",))
    fail(deck, DAYS.keys[2])
    run = Run("r", RunStatus.STARTED, started=time.time(), assets=(key("stg"),), asset_count=1)
    deck.deployment.active = (run,)
    async with deck.run_test(size=(120, 30)) as pilot:
        await lines_of(pilot)
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
    deck = overview_deck()
    now = time.time()
    monkeypatch.setattr("console.screens.overview.screen.time.time", lambda: now)
    async with deck.run_test(size=(120, 30)) as pilot:
        await lines_of(pilot)
        screen = deck.screen
        assert isinstance(screen, OverviewScreen)
        drawn: list[int] = []
        monkeypatch.setattr(screen.lines, "refresh", lambda *regions: drawn.append(len(regions)))
        monkeypatch.setattr(screen.detail, "refresh", lambda *regions: drawn.append(len(regions)))
        screen._grow_older()
        assert drawn == []


async def test_since_when_nobody_answers_stands_before_all_that_is_old() -> None:
    deck = overview_deck()
    async with deck.run_test(size=(120, 30)) as pilot:
        assert (await lines_of(pilot))[1].startswith(" ■ nothing needs you")
        deck.deployment.silent(time.time() - 5)
        lines = await lines_of(pilot)
        assert lines[1].startswith(" ○ no answer since ")
        assert "as of then nothing needs you" in lines[1]
        assert "○ no answer since" in lines[0]
        assert "has not answered since" in lines[-1]
        deck.deployment.silent(None)
        assert (await lines_of(pilot))[1].startswith(" ■ nothing needs you")


async def test_nothing_is_claimed_before_the_cells_of_every_asset_were_read() -> None:
    deck = overview_deck()
    del deck.deployment.rows[key("stg")]
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = await lines_of(pilot)
        assert "nothing so far; asking about the partitions of 1 asset" in lines[1]
        assert "nothing needs you" not in lines[1]
