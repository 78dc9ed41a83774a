"""Thousands of failed runs: each counts, each can be opened, and what isn't read is said."""

from __future__ import annotations

import time
from argparse import Namespace
from collections import Counter
from typing import TYPE_CHECKING
from zlib import crc32

import pytest

from console.api.client import Client
from console.domain.errors import NotFound
from console.headless import logs
from console.headless.attention import as_json, as_lines
from console.screens.modals.run_id import RunIdScreen
from console.screens.run.screen import RunScreen
from console.store.deployment import Deployment
from console.store.overview import overview as overview_module
from console.store.overview.overview import Overview
from console.store.runs.run_finder import find_run
from tests.fake_dagster.assets import Asset, Stretch
from tests.fake_dagster.partitions import static
from tests.fake_dagster.runs import FakeRun
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root
from tests.unit.console.assets import text_of
from tests.unit.console.overview import overview_deck

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from textual.pilot import Pilot

RUNS = 5_000
FAILED = RUNS // 2
CAUSES = ("Away", "Broken", "Cut", "Denied", "Empty", "Full", "Gone", "Hidden")
NOW = time.time()


def run_id(number: int) -> str:
    return f"{crc32(str(number).encode()):08x}-0000-4000-8000-{number:012x}"


def _runs(asset: Asset) -> list[FakeRun]:
    """Newest first; every other one failed, each for a partition of its own.

    Seven of the causes failed only once, before all the others.
    """
    runs = []
    for number in range(RUNS):
        failed, place = number % 2 == 0, number // 2
        kind = max(place - (FAILED - len(CAUSES)), 0)
        cause = f"{CAUSES[kind]}Error: no answer after {place} s"
        status = "FAILURE" if failed else "SUCCESS"
        at = NOW - 60 - number
        runs.append(FakeRun(run_id(number), status, at, [asset], place, place, 5.0, cause=cause))
    return runs


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeDagster]:
    keys = static(tuple(f"p{at:04}" for at in range(FAILED)))
    asset = Asset("many", "g", NOW, keys, stretches=(Stretch(0, FAILED - 1, "F"),))
    with FakeDagster(root([asset], _runs(asset), now=NOW)) as running:
        yield running


@pytest.fixture
async def overview(fake: FakeDagster) -> AsyncIterator[Overview]:
    client = Client(fake.url)
    deployment = Deployment(client)
    await deployment.load()
    yield Overview(deployment)
    await client.close()


async def test_every_failure_of_the_window_counts_with_its_cause(
    overview: Overview, fake: FakeDagster
) -> None:
    fake.asked.clear()
    await overview.load()
    told = {cause.words.split("Error")[0]: cause for cause in overview.causes}
    assert set(told) == set(CAUSES)
    assert len(told["Away"].runs) == FAILED - len(CAUSES) + 1
    assert sum(cause.cells for cause in overview.causes) == FAILED
    assert overview.reading_words == ""
    assert as_json(overview, NOW)["failing"]["read"] == FAILED
    assert len(fake.asked) < 60
    lines = as_lines(overview, NOW)
    assert any(f"{FAILED - len(CAUSES) + 1} cells failed" in line for line in lines)
    assert not any("not all was read" in line for line in lines)


async def test_failures_beyond_the_limit_are_told(
    overview: Overview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview_module, "MOST_ERRORS", 149)
    await overview.load()
    assert overview.reading_words == "why: 149 of 2,500 read"
    assert "failing  not all was read: why: 149 of 2,500 read" in as_lines(overview, NOW)
    assert as_json(overview, NOW)["failing"]["read"] == 149


@pytest.mark.parametrize("number", [0, 1, 700, RUNS - 1])
async def test_any_run_is_found_by_the_beginning_of_its_id(overview: Overview, number: int) -> None:
    client, whole = overview.deployment.client, run_id(number)
    assert await find_run(client, whole) == whole
    assert await find_run(client, whole[:8].upper()) == whole


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ffff0000ffff", "no run `ffff0000ffff` among 5,000 runs; the newest is f4dbdf21"),
        ("abc", "`abc` is no beginning of a run's id; 4 or more of 0-9, a-f are expected"),
        ("nightly", "`nightly` is no beginning of a run's id; 4 or more of 0-9, a-f are expected"),
    ],
)
async def test_an_unknown_run_is_told_in_a_sentence(
    overview: Overview, text: str, words: str
) -> None:
    with pytest.raises(NotFound) as error:
        await find_run(overview.deployment.client, text)
    assert str(error.value) == words


async def test_a_beginning_that_several_ids_share_is_asked_to_be_longer(fake: FakeDagster) -> None:
    client = Client(fake.url)
    with pytest.raises(NotFound, match=r"is the beginning of \d+ runs' ids; write more of it"):
        await find_run(client, _shared())
    await client.close()


def _shared() -> str:
    """Four characters that more than one id begins with."""
    counts = Counter(run_id(number)[:4] for number in range(RUNS))
    return counts.most_common(1)[0][0]


async def test_the_log_of_the_oldest_run_is_printed_for_its_short_id(
    overview: Overview, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Namespace(run=run_id(RUNS - 1)[:8], follow=False, json=False)
    assert await logs.main(overview.deployment, options) == 0
    assert "RUN_SUCCESS" in capsys.readouterr().out


async def test_a_key_opens_any_run_by_the_beginning_of_its_id(fake: FakeDagster) -> None:
    deck = overview_deck()
    deck.deployment.client.url = f"{fake.url}/graphql"
    async with deck.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+o", *"ffff0", "enter")
        await _until(pilot, lambda: "no run `ffff0` among 5,000 runs" in text_of(deck))
        assert isinstance(deck.screen, RunIdScreen)
        await pilot.press("escape", "ctrl+o", *run_id(RUNS - 1)[:8], "enter")
        await _until(pilot, lambda: isinstance(deck.screen, RunScreen))
        assert isinstance(deck.screen, RunScreen)
        assert deck.screen.run_id == run_id(RUNS - 1)


async def _until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, text_of(pilot.app)
        await pilot.pause(0.02)
