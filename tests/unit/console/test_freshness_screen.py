from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from console.domain.checks import FailedChecks
from console.domain.freshness.policy import FreshnessVerdict, TimeWindow
from console.domain.freshness.rhythm import Rhythm
from console.screens.assets.screen import AssetsScreen
from console.screens.freshness.screen import FreshnessScreen
from console.screens.run.screen import RunScreen
from tests.unit.console.assets import deck_of, failed, graph_of, key, made, take, text_of

if TYPE_CHECKING:
    import pytest
    from textual.pilot import Pilot

    from console.app import Deck

HOUR = 3600.0
EDGES = [("dlt_entries", "stg_entries"), ("stg_entries", "mrt_overview"), ("other", "")]
POLICIES = {"stg_entries": TimeWindow(2 * HOUR), "mrt_overview": TimeWindow(24 * HOUR)}


def _deck(now: float, **flags: bool) -> Deck:
    statuses = [
        failed("dlt_entries", now - HOUR, made_at=now - 9 * HOUR),
        made("stg_entries", now - 2.8 * HOUR),
        replace(made("mrt_overview", now - HOUR), daemon_verdict=FreshnessVerdict.DEGRADED),
        made("other", now - 50 * HOUR),
    ]
    return deck_of(graph_of(EDGES, POLICIES), statuses, **flags)


async def _open(pilot: Pilot[None], *keys: str) -> str:
    await pilot.press("6", *keys)
    await pilot.pause()
    return text_of(pilot.app)


def _screen(deck: Deck) -> FreshnessScreen:
    assert isinstance(deck.screen, FreshnessScreen)
    return deck.screen


async def test_the_most_urgent_is_on_top_with_its_verdict_in_words() -> None:
    deck = _deck(time.time())
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = (await _open(pilot)).splitlines()
        assert "1 late · 1 fresh · 2 without a policy" in lines[1]
        assert re.search(r"✗ late +stg_entries +late 4[78]m +within 2h +2h", lines[3])
        assert re.search(r"■ fresh +mrt_overview +due in 2[23]h", lines[4])


async def test_the_daemons_verdict_stands_beside_ours_where_it_differs() -> None:
    deck = _deck(time.time())
    for width in (80, 120):
        async with deck.run_test(size=(width, 30)) as pilot:
            lines = (await _open(pilot)).splitlines()
            assert "daemon: late" in lines[4]
            assert "daemon" not in lines[3]
        deck = _deck(time.time())


async def test_the_detail_names_the_likely_root() -> None:
    deck = _deck(time.time())
    async with deck.run_test(size=(80, 24)) as pilot:
        shown = await _open(pilot)
        when = r"(\w{3} \d\d )?\d\d:\d\d"
        assert re.search(rf"because dlt_entries: last run 7c1f0000 failed at {when}", shown)


async def test_a_failing_check_of_a_source_is_told_with_what_is_made_from_it() -> None:
    deck = _deck(time.time())
    deck.checks.failed[key("dlt_entries")] = FailedChecks(whole=("source_is_current",))
    async with deck.run_test(size=(120, 30)) as pilot:
        assert "check   dlt_entries fails source_is_current" in await _open(pilot)


async def test_an_asset_without_a_policy_is_judged_by_its_own_rhythm() -> None:
    deck = _deck(time.time())
    deck.rhythms.found = {key("other"): Rhythm(HOUR, 12), key("dlt_entries"): None}
    async with deck.run_test(size=(120, 30)) as pilot:
        lines = (await _open(pilot, "down", "down")).splitlines()
        assert "1 overdue by their rhythm" in lines[1]
        assert re.search(r"▒ overdue +other +usual every 1h +2d", lines[5])
        detail = "\n".join(lines[-8:])
        assert "usual every 1h (told from 12 of its gaps, not from Dagster)" in detail


async def test_everything_fits_80_columns_with_ascii() -> None:
    deck = _deck(time.time(), ascii=True)
    async with deck.run_test(size=(80, 24)) as pilot:
        lines = (await _open(pilot)).splitlines()
        assert all(line.isascii() for line in lines[1:-1])
        assert all(len(line) <= 80 for line in lines)


async def test_the_cursor_stays_on_its_asset_when_the_order_changes() -> None:
    now = time.time()
    deck = _deck(now)
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, "down")
        assert _screen(deck)._key() == key("mrt_overview")
        take(deck, made("mrt_overview", now - 40 * HOUR))
        await pilot.pause()
        assert _screen(deck)._key() == key("mrt_overview")
        assert "mrt_overview" in text_of(deck).splitlines()[3]


async def test_time_alone_makes_an_asset_late(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    deck = _deck(now)
    async with deck.run_test(size=(120, 30)) as pilot:
        assert "1 late" in await _open(pilot)
        monkeypatch.setattr("console.screens.freshness.screen.time.time", lambda: now + 24 * HOUR)
        _screen(deck)._grow_older()
        await pilot.pause()
        assert "2 late" in text_of(deck)


async def test_a_minute_in_which_nothing_changes_draws_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = time.time()
    deck = _deck(now)
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot)
        screen = _screen(deck)
        drawn: list[int] = []
        monkeypatch.setattr(screen.lines, "refresh", lambda *regions: drawn.append(len(regions)))
        monkeypatch.setattr(screen.detail, "refresh", lambda *regions: drawn.append(len(regions)))
        monkeypatch.setattr("console.screens.freshness.screen.time.time", lambda: screen._now)
        screen._grow_older()
        assert drawn == []


async def test_a_minute_draws_only_the_lines_that_it_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = time.time()
    deck = _deck(now)
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot)
        screen = _screen(deck)
        drawn: list[int] = []
        monkeypatch.setattr(screen.lines, "refresh", lambda *regions: drawn.append(len(regions)))
        monkeypatch.setattr("console.screens.freshness.screen.time.time", lambda: now + 60.0)
        screen._grow_older()
        assert drawn == [1]


async def test_m_shows_the_asset_in_the_map() -> None:
    deck = _deck(time.time())
    async with deck.run_test(size=(160, 40)) as pilot:
        await _open(pilot, "down", "m")
        await pilot.pause()
        assert isinstance(deck.screen, AssetsScreen)
        assert "║ mrt_overview" in text_of(deck)


async def test_o_opens_the_run_that_is_to_blame() -> None:
    deck = _deck(time.time())
    async with deck.run_test(size=(120, 30)) as pilot:
        await _open(pilot, "o")
        assert isinstance(deck.screen, RunScreen)
        assert deck.screen.run_id == "7c1f0000-dead"


async def test_read_only_has_no_key_for_a_backfill() -> None:
    deck = _deck(time.time(), read_only=True)
    async with deck.run_test(size=(120, 30)) as pilot:
        assert "plan a backfill" not in await _open(pilot, "b")
        assert isinstance(deck.screen, FreshnessScreen)
