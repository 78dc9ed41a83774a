"""The client against a real HTTP server that does what real ones do on bad days."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import pytest
from starlette.responses import Response

from console.api import commands
from console.api.client import Client, graphql_url
from console.api.documents import document, names
from console.api.journal import Journal
from console.api.reading import success
from console.domain.errors import (
    ApiError,
    BadAnswer,
    BadDocument,
    Dropped,
    NotFound,
    OutcomeUnknown,
    Passing,
    Refused,
    ServerError,
    Unreachable,
)
from console.domain.partitions.keys import PartitionKeys
from tests.unit.console.fake_server import FakeServer, data, page, refused_url

if TYPE_CHECKING:
    from pathlib import Path

DAYS = PartitionKeys(("d1", "d2", "d3", "d4"))
LAUNCHED = {"launchPartitionBackfill": {"__typename": "LaunchBackfillSuccess", "backfillId": "b1"}}
MUTATIONS = [name for name in names() if document(name).is_mutation]
Connect = Callable[..., Client]


@pytest.fixture
async def connect(server: FakeServer) -> AsyncIterator[Connect]:
    made: list[Client] = []

    def connect(url: str = "", *, read_only: bool = False, journal: Path | None = None) -> Client:
        record = Journal(journal) if journal else None
        made.append(Client(url or server.url, read_only=read_only, journal=record))
        return made[-1]

    yield connect
    for client in made:
        await client.close()


async def _error(client: Client, kind: type[ApiError]) -> str:
    """The sentence of the error that asking raises, which is of just this kind."""
    with pytest.raises(kind) as caught:
        await client.ask("structure")
    assert type(caught.value) is kind
    sentence = str(caught.value)
    assert client.place in sentence
    assert "\n" not in sentence
    assert "\x1b" not in sentence
    return sentence


async def test_an_answer_counts_whatever_the_http_status(
    server: FakeServer, connect: Connect
) -> None:
    server.answer("Structure", data({"version": "1.13"}, 500))
    assert await connect().ask("structure") == {"version": "1.13"}


async def test_data_is_taken_even_with_errors_beside_it(
    server: FakeServer, connect: Connect
) -> None:
    body = json.dumps({"data": {"version": "1"}, "errors": [{"message": "no"}]})
    server.answer("*", Response(body, 500, media_type="application/json"))
    assert await connect().ask("structure") == {"version": "1"}


async def test_errors_alone_are_told_in_dagsters_words(
    server: FakeServer, connect: Connect
) -> None:
    body = json.dumps({"data": None, "errors": [{"message": "Cannot query\nfield \x1b[31mx"}]})
    server.answer("*", Response(body, 400, media_type="application/json"))
    assert "Cannot query field x" in await _error(connect(), BadDocument)


@pytest.mark.parametrize("errors", [[], None, ["x"], [None], [{"message": None}], "no", {}])
async def test_errors_of_an_odd_form_are_still_an_error(
    errors: object, server: FakeServer, connect: Connect
) -> None:
    body = json.dumps({"data": None, "errors": errors})
    server.answer("*", Response(body, media_type="application/json"))
    assert "an error without a message" in await _error(connect(), ServerError)


@pytest.mark.parametrize(
    "reply",
    [
        page("<html>Welcome to nginx</html>"),
        page("Not Found", 404),
        page("", 302),
        Response("Internal Server Error", 500, media_type="text/plain"),
        Response("[1, 2]", media_type="application/json"),
        Response('{"detail": "hello"}', media_type="application/json"),
        Response("null", media_type="application/json"),
        Response(b"\xff\xfe\x00", media_type="application/json"),
        Response("[" * 100_000, media_type="application/json"),
        Response('{"data": ', media_type="application/json"),
    ],
)
async def test_an_answer_that_is_not_of_dagster_is_called_that(
    reply: Response, server: FakeServer, connect: Connect
) -> None:
    server.answer("*", reply)
    sentence = await _error(connect(), BadAnswer)
    assert "not as Dagster's GraphQL API does" in sentence
    assert f"HTTP {reply.status_code}" in sentence


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("text", ["<h1>Bad Gateway</h1>", '{"message": "no upstream"}'])
async def test_a_proxy_without_dagster_behind_it_is_out_of_reach(
    status: int, text: str, server: FakeServer, connect: Connect
) -> None:
    server.answer("*", page(text, status))
    assert f"HTTP {status}" in await _error(connect(), Passing)


@pytest.mark.parametrize("text", ["<h1>Log in</h1>", '{"detail": "no"}'])
async def test_a_closed_door_is_a_refusal(text: str, server: FakeServer, connect: Connect) -> None:
    server.answer("*", page(text, 401))
    assert "refuses entry" in await _error(connect(), Refused)


async def test_nobody_listening_is_out_of_reach(connect: Connect) -> None:
    assert "does not accept connections" in await _error(connect(refused_url()), Unreachable)


async def test_a_server_that_never_answers_is_given_up(
    server: FakeServer, connect: Connect
) -> None:
    server.silent = True
    with pytest.raises(Unreachable, match="did not answer within"):
        await connect().ask("structure", timeout=0.2)


async def test_a_line_that_drops_is_out_of_reach(server: FakeServer, connect: Connect) -> None:
    short = Response("x", headers={"content-length": "1000"}, media_type="application/json")
    server.answer("*", short)
    assert "dropped the connection" in await _error(connect(), Dropped)


async def test_a_key_with_a_lone_surrogate_can_be_asked_for(
    server: FakeServer, connect: Connect
) -> None:
    server.answer("*", data({}))
    await connect().ask("stale", {"key": {"path": ["a"]}, "partitions": ["\ud800"]})
    assert server.asked[0]["variables"]["partitions"] == ["\ud800"]


async def test_a_mutation_is_never_sent_as_a_query(server: FakeServer, connect: Connect) -> None:
    for name in MUTATIONS:
        with pytest.raises(Refused):
            await connect().ask(name)
    assert server.asked == []


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("host:3000", "http://host:3000/graphql"),
        ("http://host:3000/", "http://host:3000/graphql"),
        ("https://host/dagster", "https://host/dagster/graphql"),
        ("http://host/graphql", "http://host/graphql"),
        ("http://[::1]:3000", "http://[::1]:3000/graphql"),
    ],
)
def test_an_address_may_be_typed_in_any_usual_form(typed: str, url: str) -> None:
    assert graphql_url(typed) == url


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "http://",
        "ftp://host",
        "http://host:99999",
        "http://[::1",
        "http://a b",
        "http://a..b",
        "host:port",
    ],
)
def test_an_invalid_address_is_refused_in_a_sentence_that_names_it(typed: str) -> None:
    with pytest.raises(ValueError, match="is no address of a Dagster webserver") as caught:
        graphql_url(typed)
    assert f"`{typed}`" in str(caught.value)


def test_a_password_in_the_address_is_shown_nowhere() -> None:
    assert Client("http://me:secret@host:3000").place == "host:3000"


# mutations


def _entries(journal: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in journal.read_text().splitlines()]


async def test_a_read_only_console_sends_no_mutation(
    server: FakeServer, connect: Connect, tmp_path: Path
) -> None:
    client = connect(read_only=True, journal=tmp_path / "journal")
    for name in MUTATIONS:
        with pytest.raises(Refused, match="read-only"):
            await client.command(name, {})
    with pytest.raises(Refused, match="read-only"):
        await commands.launch_backfill(client, {("a",): ["d1"]}, {("a",): DAYS}, launch="l1")
    assert server.mutations == []
    assert not (tmp_path / "journal").exists()


async def test_a_mutation_is_written_down_before_it_is_sent_and_after_it_is_answered(
    server: FakeServer, connect: Connect, tmp_path: Path
) -> None:
    journal = tmp_path / "state" / "journal"
    before: list[list[dict[str, object]]] = []

    def reply(_: object) -> Response:
        before.append(_entries(journal))
        return data(LAUNCHED)

    server.answer("*", reply)
    client = connect(journal=journal)
    assert (
        await commands.launch_backfill(client, {("a",): ["d1"]}, {("a",): DAYS}, launch="l1")
        == "b1"
    )
    assert [entry["outcome"] for entry in before[0]] == ["sent"]
    sent, answered = _entries(journal)
    assert answered["outcome"] == LAUNCHED
    for entry in (sent, answered):
        assert entry["mutation"] == "LaunchBackfill"
        assert entry["variables"] == server.asked[0]["variables"]
        assert entry["user"]
        assert entry["url"] == client.url


async def test_a_mutation_that_fails_is_written_down_with_why(
    server: FakeServer, connect: Connect, tmp_path: Path
) -> None:
    server.answer("*", page("down", 502))
    with pytest.raises(OutcomeUnknown) as caught:
        await connect(journal=tmp_path / "j").command("cancel_backfill", {"id": "b1"})
    assert [e["outcome"] for e in _entries(tmp_path / "j")] == ["sent", f"error: {caught.value}"]


async def test_a_mutation_that_can_not_be_written_down_is_not_sent(
    server: FakeServer, connect: Connect, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    client = connect(journal=tmp_path / "file" / "journal")
    with pytest.raises(Refused, match="it can't be recorded in"):
        await client.command("cancel_backfill", {"id": "b1"})
    assert server.asked == []


async def test_a_password_in_the_address_is_not_written_down(
    server: FakeServer, connect: Connect, tmp_path: Path
) -> None:
    server.answer("*", data({}))
    url = server.url.replace("//", "//me:secret@")
    await connect(url, journal=tmp_path / "j").command("cancel_backfill", {"id": "b1"})
    assert "secret" not in (tmp_path / "j").read_text()
    assert _entries(tmp_path / "j")[0]["url"] == f"{server.url}/graphql"


async def test_a_backfill_targets_just_its_cells_as_ranges(
    server: FakeServer, connect: Connect
) -> None:
    server.answer("*", data(LAUNCHED))
    await commands.launch_backfill(
        connect(),
        {("a", "b"): ["d1", "d2", "d4"], ("whole",): [None]},
        {("a", "b"): DAYS, ("whole",): None},
        title="October",
        launch="l1",
        parallel=4,
        config='{"ops": {}}',
    )
    params = server.asked[0]["variables"]["params"]
    assert params["partitionsByAssets"] == [
        {
            "assetKey": {"path": ["a", "b"]},
            "partitions": {"ranges": [{"start": "d1", "end": "d2"}, {"start": "d4", "end": "d4"}]},
        },
        {"assetKey": {"path": ["whole"]}},
    ]
    assert params["title"] == "October"
    assert params["runConfigData"] == {"ops": {}}
    assert [tag["key"] for tag in params["tags"]] == [
        "dagdeck/launch",
        "dagdeck/by",
        "dagdeck/parallel-4",
    ]


@pytest.mark.parametrize(
    ("targets", "why"),
    [
        ({}, "nothing to run"),
        ({("a",): []}, "would run all of them"),
        ({("a",): ["d9"]}, "no partition `d9`"),
        ({("a",): ["d1"], ("b",): ["x"]}, "its partitions are not known"),
    ],
)
async def test_a_request_that_the_server_would_misread_is_not_sent(
    targets: dict[tuple[str, ...], list[str | None]], why: str, server: FakeServer, connect: Connect
) -> None:
    with pytest.raises(Refused, match=why):
        await commands.launch_backfill(connect(), targets, {("a",): DAYS}, launch="l1")
    assert server.asked == []


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        ({"__typename": "UnauthorizedError", "message": "no"}, Refused, "no"),
        ({"__typename": "PythonError", "message": "ouch\n"}, ServerError, "ouch"),
        ({"__typename": "BackfillNotFoundError", "message": "gone"}, NotFound, "gone"),
        (
            {"__typename": "Invalid", "errors": [{"message": "a"}, {"message": "b"}]},
            ServerError,
            "a; b",
        ),
        ({"__typename": "Odd"}, ServerError, "Odd"),
        (None, ServerError, "no answer"),
        ([], ServerError, "no answer"),
    ],
)
def test_another_member_of_a_union_is_the_error_it_stands_for(
    answer: object, kind: type[ApiError], text: str
) -> None:
    with pytest.raises(kind) as caught:
        success({"field": answer}, "field", "Wanted")
    assert str(caught.value) == text


async def test_two_requests_at_most_are_under_way(server: FakeServer, connect: Connect) -> None:
    server.answer("*", data({}))
    server.wait_for = 2
    client = connect()
    await asyncio.gather(*(client.ask("structure") for _ in range(6)))
    assert server.most_at_once == 2
    assert client.requests == 6
