from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from console.api import client as client_module
from console.api.client import Client
from console.domain.errors import ServerError, Slow, Unreachable
from console.store import heartbeat, poller, watching
from console.store.deployment import Deployment
from console.store.poller import Poller
from console.store.signals import Topic
from tests.unit.console.fake_server import data

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.unit.console.fake_server import FakeServer

MOST_SECONDS = 10.0
RUNS = {"__typename": "Runs", "results": [], "count": 0}
PULSE = {
    "active": RUNS,
    "newest": RUNS,
    "locationStatusesOrError": {"__typename": "WorkspaceLocationStatusEntries", "entries": []},
}


class Counted:
    """A watch that is always due, and does as it is told."""

    def __init__(self, name: str, *, seconds: float = 0.0, error: Exception | None = None) -> None:
        self.name = name
        self.looks: list[float] = []
        self.seconds = seconds
        self.error = error

    @property
    def interval(self) -> float | None:
        return 0.02

    async def look(self) -> None:
        self.looks.append(time.monotonic())
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error


@asynccontextmanager
async def polling(made: Poller) -> AsyncIterator[Poller]:
    task = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + MOST_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.fixture
def deployment(server: FakeServer, client: Client) -> Deployment:
    server.answer("Pulse", data(PULSE))
    server.answer("*", data({"assetNodes": []}))
    return Deployment(client)


async def test_a_slow_watch_holds_up_no_other(deployment: Deployment) -> None:
    slow, quick = Counted("slow", seconds=MOST_SECONDS), Counted("quick")
    made = Poller(deployment)
    made.add(slow)
    made.add(quick)
    async with polling(made):
        await until(lambda: len(quick.looks) > 5 and deployment.connection.live)
    assert len(slow.looks) == 1


async def test_a_watch_answered_with_an_error_fails_alone_and_is_asked_ever_more_seldom(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "FIRST_RETRY_SECONDS", 0.05)
    deployment.answered()
    wrong, fine = Counted("checks", error=ServerError("the database is away")), Counted("fine")
    made = Poller(deployment)
    made.add(wrong)
    made.add(fine)
    async with polling(made):
        await until(lambda: len(wrong.looks) == 4)
        assert deployment.connection.live
        assert "checks not read: the database is away" in deployment.connection.sentence("x")
        assert len(fine.looks) > 6
        waits = [b - a for a, b in zip(wrong.looks, wrong.looks[1:], strict=False)]
        assert waits[0] >= 0.05
        assert waits[1] >= 0.1
        assert waits[2] >= 0.2
        wrong.error = None
        made.wake()
        await until(lambda: not deployment.connection.errors)


async def test_a_watch_that_is_taken_away_leaves_no_error_behind(deployment: Deployment) -> None:
    deployment.answered()
    wrong = Counted("the run", error=ServerError("no"))
    made = Poller(deployment)
    made.add(wrong)
    async with polling(made):
        await until(lambda: deployment.connection.errors)
        made.remove(wrong)
        assert deployment.connection.errors == ()


async def test_waits_after_errors_end_and_a_success_begins_anew() -> None:
    backoff = watching.Backoff()
    for _ in range(8):
        backoff.failed(poller.LAST_RETRY_SECONDS)
    assert poller.LAST_RETRY_SECONDS - 0.1 < backoff.left <= poller.LAST_RETRY_SECONDS
    backoff.succeeded()
    assert backoff.left == 0.0
    backoff.failed(poller.LAST_RETRY_SECONDS)
    assert backoff.left <= watching.FIRST_RETRY_SECONDS


async def test_an_error_before_any_answer_is_that_of_the_line(deployment: Deployment) -> None:
    made = Poller(deployment)
    made.add(Counted("checks", error=ServerError("not Dagster")))
    deployment.failed_alone("checks", "not Dagster")
    assert not deployment.connection.live
    assert deployment.connection.problem == "not Dagster"


async def test_nobody_there_is_no_answer_and_its_watch_waits(deployment: Deployment) -> None:
    deployment.answered()
    gone = Counted("gone", error=Unreachable("away"))
    made = Poller(deployment)
    made.add(gone)
    deployment.client.url = "http://127.0.0.1:9/graphql"
    async with polling(made):
        await until(lambda: deployment.connection.problem)
        assert not deployment.connection.live
        assert deployment.connection.lost_since == deployment.connection.answered
        await asyncio.sleep(0.1)
    assert len(gone.looks) == 1


async def test_a_mistake_in_a_listener_or_a_watch_keeps_the_poller_going_and_is_said(
    deployment: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Topic] = []

    def mistaken(topic: Topic) -> None:
        raise KeyError(topic)

    deployment.looks.listen(mistaken)
    deployment.looks.listen(told.append)
    deployment.answered()
    wrong, fine = Counted("wrong", error=ValueError("odd")), Counted("fine")
    made = Poller(deployment)
    made.add(wrong)
    made.add(fine)
    async with polling(made):
        await until(lambda: told and wrong.looks)
        made.wake()
        await until(lambda: len(told) > 1 and len(fine.looks) > 3)
    assert {name for name, _ in deployment.connection.errors} == {"what is on screen", "wrong"}
    assert "KeyError" in caplog.text
    caplog.clear()


async def test_a_server_that_stops_answering_is_said_to_within_seconds_and_forgiven(
    server: FakeServer, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("KNOCK", 0.1), ("SILENT", 0.2), ("LOOK", 0.02)):
        monkeypatch.setattr(heartbeat, f"{name}_SECONDS", seconds)
    async with polling(Poller(deployment)):
        await until(lambda: deployment.connection.live)
        answered = deployment.connection.answered
        server.silent = True
        await until(lambda: not deployment.connection.live)
        since = deployment.connection.lost_since
        assert answered is not None
        assert since is not None
        assert answered <= since <= time.time()
        assert "has not answered since" in deployment.connection.sentence("x")
        server.silent = False
        await until(lambda: deployment.connection.live)


def test_a_silence_is_told_within_ten_seconds() -> None:
    most = heartbeat.KNOCK_SECONDS + heartbeat.SILENT_SECONDS + 2 * heartbeat.LOOK_SECONDS
    assert most <= 10.0


async def test_while_others_are_answered_a_question_that_isnt_is_slow_and_not_the_line(
    server: FakeServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "SLOW_SECONDS", 0.05)
    server.answer("*", data({"assetNodes": []}))
    server.silent = True
    waiting = [asyncio.create_task(client.ask("structure", timeout=0.5)) for _ in range(3)]
    await asyncio.sleep(0.2)
    assert server.most_at_once == 3, "slow ones let others by"
    client.life.answered()
    for one in waiting:
        with pytest.raises(Slow):
            await one
    with pytest.raises(Unreachable) as caught:
        await client.ask("structure", timeout=0.1)
    assert not isinstance(caught.value, Slow)
