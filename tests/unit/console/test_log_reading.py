"""A log with text that the server can't send is read all the same, each event once."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.api import run_queries
from console.api.client import Client
from console.domain.errors import NotFound
from console.headless import logs
from console.store.deployment import Deployment
from tests.unit.console.fake_server import FakeServer, as_dagster_writes

if TYPE_CHECKING:
    from starlette.responses import Response

    from console.domain.runs.events import Event

BAD = "caf\udce9"
UNSENDABLE = "(the server can't send this event's text)"


def _log_of(messages: list[str], server: FakeServer) -> None:
    def reply(body: dict[str, Any]) -> Response:
        variables = body["variables"]
        start = int(variables["cursor"] or 0)
        end = start + min(variables["limit"], 1000)
        events = [
            {"timestamp": str(at * 1000), "level": "INFO", "message": text}
            for at, text in enumerate(messages[start:end], start)
        ]
        if body["operationName"] == "LogBare":
            events = [{k: v for k, v in event.items() if k != "message"} for event in events]
        return as_dagster_writes(
            {
                "logsForRun": {
                    "__typename": "EventConnection",
                    "cursor": str(start + len(events)),
                    "hasMore": bool(events),
                    "events": events,
                }
            }
        )

    server.forget()
    server.answer("*", reply)


async def _read(server: FakeServer) -> list[Event]:
    client = Client(server.url)
    events: list[Event] = []
    cursor, more = None, True
    while more:
        page = await run_queries.log(client, "r", cursor)
        events += page.events
        cursor, more = page.cursor, page.more
        assert len(server.asked) < 500, "it doesn't end"
    await client.close()
    return events


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(messages=st.lists(st.sampled_from(["fine", BAD]), max_size=9))
async def test_every_event_is_read_once_and_in_order(
    messages: list[str], server: FakeServer
) -> None:
    _log_of(messages, server)
    events = await _read(server)
    assert [event.at for event in events] == [float(at) for at in range(len(messages))]
    expected = [UNSENDABLE if text == BAD else text for text in messages]
    assert [event.message for event in events] == expected


async def test_one_bad_event_among_thousands_costs_few_requests(server: FakeServer) -> None:
    _log_of([*["fine"] * 900, BAD, *["fine"] * 1200], server)
    events = await _read(server)
    assert len(events) == 2101
    assert [event.message for event in events].count(UNSENDABLE) == 1
    assert len(server.asked) < 80


async def test_a_log_without_bad_text_is_read_a_page_a_request(server: FakeServer) -> None:
    _log_of(["fine"] * 2500, server)
    assert len(await _read(server)) == 2500
    assert len(server.asked) == 4


async def test_the_log_of_an_unknown_run_is_said_to_be_not_found(server: FakeServer) -> None:
    gone = {"logsForRun": {"__typename": "RunNotFoundError", "message": "no run r"}}
    server.answer("*", as_dagster_writes(gone))
    client = Client(server.url)
    with pytest.raises(NotFound, match="no run r"):
        await run_queries.log(client, "r", None)
    await client.close()


async def test_the_command_prints_all_but_the_text_that_cannot_be_sent(
    server: FakeServer, capsys: pytest.CaptureFixture[str]
) -> None:
    _log_of([*["fine"] * 5, BAD, *["also fine"] * 5], server)
    run = {"__typename": "Run", "id": "r", "status": "SUCCESS", "endTime": 9.0, "stepStats": []}
    server.answer("Run", as_dagster_writes({"runOrError": run}))
    client = Client(server.url)
    options = Namespace(run="c" * 36, follow=False, json=False)
    assert await logs.main(Deployment(client), options) == 0
    await client.close()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 11
    assert [line.partition("–  ")[2] for line in lines] == [
        *["fine"] * 5,
        UNSENDABLE,
        *["also fine"] * 5,
    ]
