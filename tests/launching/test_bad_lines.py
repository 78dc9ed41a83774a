"""Each step of a launch over a line that delays, drops and duplicates: never launched twice.

`DAGDECK_LAUNCH_ROUNDS` is how many random rounds there are of the screen and of the command each.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from typing import TYPE_CHECKING, Any

import pytest

from console.api.client import Client
from console.api.launch_queries import find_launch
from console.app import Deck
from console.exits import DONE, FAILED, OUT_OF_REACH, UNKNOWN
from console.headless.running import run_command
from console.options import read_options
from console.planner.launch_states import Confirming, Idle, Known, LaunchState, Sent, in_flight
from console.screens.modals.confirm import ConfirmScreen
from console.screens.planner.screen import PlannerScreen
from console.settings import Settings
from tests.launching.code import DAYS
from tests.launching.proxy import Fault, Proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.launching.webserver import Webserver

ROUNDS = int(os.environ.get("DAGDECK_LAUNCH_ROUNDS", "3"))
STEPS = ("Structure", "Pulse", "Statuses", "Preview", "Targeting", "Runs", "ConfigValid")
AFTER = ("Launched", "Targeting", "Backfill")
BAD = [fault for fault in Fault if fault is not Fault.NONE]
NO_ANSWER = [fault for fault in BAD if fault is not Fault.TWICE]

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture(scope="module")
def days() -> Iterator[str]:
    """Days that nothing was launched for yet."""
    return iter(DAYS.get_partition_keys())


def faults_of(rng: random.Random) -> dict[str, list[Fault]]:
    """What goes wrong in a round: mostly the answer to the launch, often something beside it."""
    found = {"LaunchBackfill": [rng.choice(list(Fault))]}
    for operation in AFTER:
        if rng.random() < 0.3:
            found[operation] = rng.choices(list(Fault), k=rng.randint(1, 3))
    if rng.random() < 0.15:
        found[rng.choice(STEPS)] = [Fault.NONE] * rng.randint(0, 2) + [rng.choice(BAD)]
    return found


# the command


def run_backfill(proxy: Proxy, home: Path, day: str, *more: str) -> int:
    arguments = ["--url", proxy.url, "backfill", "readings", "--partitions", day, "--yes", "--json"]
    options = read_options([*arguments, *more])
    return run_command(options, Settings(proxy.url, False, False, home))


def printed(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def found_by_its_tag(dagster: Webserver, name: str) -> list[str]:
    async def find() -> list[str]:
        client = Client(dagster.url)
        try:
            launched = await find_launch(client, name)
        finally:
            await client.close()
        return [launched.id] if launched else []

    return asyncio.run(find())


def check_command(dagster: Webserver, before: set[str], code: int, out: str) -> None:
    """What Dagster has is what the command said."""
    made = [one for one in dagster.launched() if one not in before]
    assert len(made) <= 1
    said = printed(out)
    if code == DONE:
        assert [said[0]["backfill"]] == made
    elif code == UNKNOWN:
        assert said[-1]["outcome"] == "unknown"
        assert found_by_its_tag(dagster, said[-1]["launch"]) == made
    else:
        assert code in (FAILED, OUT_OF_REACH)
        assert made == []
        assert said == []


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_the_command_launches_once_or_not_at_all_or_says_that_it_is_not_known(
    seed: int,
    dagster: Webserver,
    proxy: Proxy,
    days: Iterator[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = set(dagster.launched())
    proxy.faults = faults_of(random.Random(seed))
    code = run_backfill(proxy, tmp_path, next(days))
    proxy.settle()
    check_command(dagster, before, code, capsys.readouterr().out)


@pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.name.lower())
def test_whatever_befalls_the_answer_the_command_finds_out_what_became_of_it(
    fault: Fault,
    dagster: Webserver,
    proxy: Proxy,
    days: Iterator[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = set(dagster.launched())
    proxy.faults = {"LaunchBackfill": [fault]}
    code = run_backfill(proxy, tmp_path, next(days))
    proxy.settle()
    check_command(dagster, before, code, capsys.readouterr().out)
    assert code == (FAILED if fault is Fault.DROPPED_BEFORE else DONE)
    assert proxy.seen.count("LaunchBackfill") == 1


def test_while_the_server_is_away_the_outcome_stays_unknown_and_is_found_afterwards(
    dagster: Webserver,
    proxy: Proxy,
    days: Iterator[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = set(dagster.launched())
    proxy.faults = {
        "LaunchBackfill": [Fault.DROPPED_AFTER],
        "Launched": [Fault.DROPPED_BEFORE] * 500,
    }
    assert run_backfill(proxy, tmp_path, next(days)) == UNKNOWN
    out, words = capsys.readouterr()
    check_command(dagster, before, UNKNOWN, out)
    assert len(set(dagster.launched()) - before) == 1
    assert f"dagdeck backfill --watch {printed(out)[-1]['launch']}" in words


def test_the_id_is_printed_though_everything_after_the_launch_fails(
    dagster: Webserver,
    proxy: Proxy,
    days: Iterator[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = set(dagster.launched())
    day = next(days)
    both_times = [Fault.DROPPED_BEFORE] * 2
    proxy.faults = {"Targeting": [Fault.NONE, *both_times], "Backfill": both_times}
    assert run_backfill(proxy, tmp_path, day) == DONE
    out, words = capsys.readouterr()
    check_command(dagster, before, DONE, out)
    assert "not compared with what the server made of it" in words


# the screen


async def until(pilot: Pilot[None], condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it never came to be"
        await pilot.pause(0.02)


async def planned(deck: Deck, pilot: Pilot[None], day: str) -> PlannerScreen:
    """The planner with one cell to run."""
    await until(pilot, lambda: ("readings",) in deck.deployment.keys)
    deck.plan((("readings",),), (day,))
    planner = deck.screen_named("planner")
    assert isinstance(planner, PlannerScreen)
    await until(pilot, lambda: planner.preview is not None and not planner.planning)
    return planner


async def confirm(deck: Deck, pilot: Pilot[None]) -> None:
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(deck.screen, ConfirmScreen))
    await pilot.press("y")


def is_settled(state: LaunchState) -> bool:
    return isinstance(state, Known | Idle | Confirming)


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_the_screen_launches_once_or_not_at_all_whatever_is_pressed_meanwhile(
    seed: int, dagster: Webserver, proxy: Proxy, days: Iterator[str], tmp_path: Path
) -> None:
    rng, before = random.Random(seed), set(dagster.launched())
    deck = Deck(Settings(proxy.url, False, False, tmp_path))
    states: list[LaunchState] = []
    deck.launcher.signals.listen(lambda _: states.append(deck.launcher.state))
    async with deck.run_test(size=(100, 30)) as pilot:
        await planned(deck, pilot, next(days))
        proxy.faults = faults_of(rng)
        await confirm(deck, pilot)
        for key in rng.choices(["enter", "y", "escape", "1", "5", "d", "x", "n", "4"], k=6):
            await pilot.press(key)
            await pilot.pause(rng.random() * 0.1)
        await until(pilot, lambda: is_settled(deck.launcher.state))
        await asyncio.to_thread(proxy.settle)
    made = {one for one in dagster.launched() if one not in before}
    told = {state.launched.id for state in states if isinstance(state, Known) and state.launched}
    assert made == told, states
    assert len(made) <= 1


async def test_confirming_again_while_it_is_looked_at_sends_one_mutation(
    dagster: Webserver, proxy: Proxy, days: Iterator[str], tmp_path: Path
) -> None:
    before = set(dagster.launched())
    deck = Deck(Settings(proxy.url, False, False, tmp_path))
    async with deck.run_test(size=(100, 30)) as pilot:
        planner = await planned(deck, pilot, next(days))
        proxy.faults = {"ConfigValid": [Fault.LATE_ANSWER]}
        await confirm(deck, pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert deck.screen is planner
        await pilot.press("y")
        await until(pilot, lambda: is_settled(deck.launcher.state))
    assert len(set(dagster.launched()) - before) == proxy.seen.count("LaunchBackfill") <= 1


async def test_quitting_while_it_is_on_its_way_waits_and_leaves_word_of_it(
    dagster: Webserver, proxy: Proxy, days: Iterator[str], tmp_path: Path
) -> None:
    before = set(dagster.launched())
    deck = Deck(Settings(proxy.url, False, False, tmp_path))
    async with deck.run_test(size=(100, 30)) as pilot:
        await planned(deck, pilot, next(days))
        proxy.faults = {"LaunchBackfill": [Fault.LATE_ANSWER]}
        await confirm(deck, pilot)
        await until(pilot, lambda: isinstance(deck.launcher.state, Sent))
        await pilot.press("q")
        await until(pilot, lambda: not in_flight(deck.launcher.state) or not deck.is_running)
    (made,) = set(dagster.launched()) - before
    assert made
    assert "dagdeck backfill --watch" in deck.last_words
