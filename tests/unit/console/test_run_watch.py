from __future__ import annotations

from typing import Any

import pytest

from console.api.client import Client
from console.domain.errors import ApiError, Unreachable
from console.domain.runs.run import RunStatus
from console.store.runs import event_log
from console.store.runs.run_watch import LATE_LOOKS, RunWatch


class ScriptedClient(Client):
    """Answers from a script instead of a server; what it was asked is kept."""

    def __init__(self, **answers: list[Any]) -> None:
        super().__init__("http://nowhere.invalid")
        self.answers, self.asked = answers, list[tuple[str, dict[str, Any]]]()

    async def ask(
        self, name: str, variables: dict[str, Any] | None = None, **_: Any
    ) -> dict[str, Any]:
        self.asked.append((name, variables or {}))
        left = self.answers[name]
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, ApiError):
            raise answer
        assert isinstance(answer, dict)
        return answer


def _page(*messages: str, more: bool = False, cursor: str = "c") -> dict[str, Any]:
    events = [
        {"message": text, "timestamp": "1000", "level": "INFO", "stepKey": "a"} for text in messages
    ]
    connection = {"__typename": "EventConnection", "cursor": cursor, "hasMore": more}
    return {"logsForRun": {**connection, "events": events}}


def _run(status: str) -> dict[str, Any]:
    return {
        "runOrError": {
            "__typename": "Run",
            "id": "r",
            "status": status,
            "endTime": 1000.0,
            "stepStats": [],
        }
    }


async def test_a_log_is_read_page_by_page_without_a_pause() -> None:
    client = ScriptedClient(
        log=[_page("a", more=True, cursor="1"), _page("b", cursor="2")], run=[_run("STARTED")]
    )
    watch = RunWatch(client, "r")
    await watch.look()
    assert watch.interval == 0
    await watch.look()
    assert [event.message for event in watch.events] == ["a", "b"]
    assert [variables["cursor"] for name, variables in client.asked if name == "log"] == [None, "1"]
    assert watch.interval
    assert watch.read


async def test_a_run_that_ended_is_looked_at_a_few_times_more_and_then_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_log, "LATE_SECONDS", 0.0)
    monkeypatch.setattr(event_log, "BEHIND_SECONDS", 0.0)
    client = ScriptedClient(log=[_page("a"), _page("late"), _page()], run=[_run("FAILURE")])
    watch = RunWatch(client, "r")
    looks = 0
    while watch.interval is not None:
        await watch.look()
        looks += 1
    assert [event.message for event in watch.events] == ["a", "late"]
    assert looks == 2 + LATE_LOOKS
    assert watch.run is not None
    assert watch.run.status is RunStatus.FAILURE


async def test_a_run_that_does_not_exist_is_said_to_be_missing_and_not_asked_for_again() -> None:
    missing = {"logsForRun": {"__typename": "RunNotFoundError", "message": "Run r not found"}}
    watch = RunWatch(ScriptedClient(log=[missing]), "r")
    told: list[object] = []
    watch.signals.listen(told.append)
    await watch.look()
    assert watch.missing == "Run r not found"
    assert watch.interval is None
    assert told


async def test_an_error_leaves_what_was_read_and_the_next_look_goes_on_from_there() -> None:
    client = ScriptedClient(
        log=[_page("a", cursor="1"), Unreachable("away"), _page("b", cursor="2")],
        run=[_run("STARTED")],
    )
    watch = RunWatch(client, "r")
    await watch.look()
    with pytest.raises(Unreachable):
        await watch.look()
    assert [event.message for event in watch.events] == ["a"]
    await watch.look()
    assert [event.message for event in watch.events] == ["a", "b"]
    assert client.asked[-2][1]["cursor"] == "1"
