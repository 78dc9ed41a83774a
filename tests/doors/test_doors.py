"""Each door: what is demanded, what is given, and the sentence where something is missing."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from console.api.client import Client
from console.api.credentials import DAGSTER_PLUS_HEADER, Credential, Source
from console.api.door import Door
from console.domain.errors import (
    ApiError,
    BadAnswer,
    NoCredential,
    OutcomeUnknown,
    Passing,
    Refused,
    Slow,
    TooLarge,
    Unreachable,
)
from tests.doors.proxy import Proxy, Rules, Tls
from tests.unit.console.fake_server import data, page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.unit.console.fake_server import FakeServer

SECRET = "s3cr3t-of-the-night"
KEY = {"key": {"path": ["a"]}, "partitions": ["d1"]}


@asynccontextmanager
async def _client(url: str, *credentials: Credential, **door: object) -> AsyncIterator[Client]:
    client = Client(url, door=Door(credentials, **door))  # type: ignore[arg-type]  # of any door
    yield client
    await client.close()


async def _said(client: Client, kind: type[ApiError]) -> str:
    """The sentence, which holds no credential."""
    with pytest.raises(kind) as caught:
        await client.ask("version")
    said = str(caught.value)
    assert SECRET not in said
    assert "\n" not in said
    return said


async def _enters(client: Client) -> None:
    assert (await client.ask("version"))["version"] == "1.13.27"


# addresses


@pytest.mark.parametrize(
    "path",
    ["", "/", "/graphql", "/runs/1b2c", "/assets/a/b?view=partitions", "/asset-groups/"],
)
async def test_an_address_leads_to_the_root_of_its_webserver(
    path: str, dagster: FakeServer
) -> None:
    with Proxy(dagster.url, Rules(prefix="/dagster")) as proxy:
        async with _client(f"{proxy.url}/dagster{path}") as client:
            await _enters(client)
            assert client.base == f"{proxy.url}/dagster"


async def test_a_page_that_nobody_knows_is_below_the_root_that_is_found(
    dagster: FakeServer,
) -> None:
    with Proxy(dagster.url, Rules(prefix="/dagster")) as proxy:
        async with _client(f"{proxy.url}/dagster/new-page/x") as client:
            await _enters(client)
            assert client.notice == f"Dagster is at {proxy.url}/dagster"


async def test_a_root_that_is_missing_is_told_as_a_path_that_is_missing(
    dagster: FakeServer,
) -> None:
    with Proxy(dagster.url, Rules(prefix="/dagster")) as proxy:
        async with _client(proxy.url) as client:
            assert "it may be under another path" in await _said(client, BadAnswer)


# redirects


async def test_a_redirect_on_the_same_host_is_followed_with_method_and_credentials(
    dagster: FakeServer,
) -> None:
    rules = Rules(headers={"x-key": lambda: SECRET})
    with Proxy(dagster.url, rules) as behind, Proxy("http://none") as front:
        front.rules.moved_to = behind.url
        async with _client(front.url, Credential("X-Key", Source("text", SECRET))) as client:
            await _enters(client)
            await _enters(client)
            assert len(front.seen) == 1
            assert client.base == behind.url
            assert client.address == f"{front.url}/graphql"


async def test_a_login_page_of_another_host_never_sees_a_credential(dagster: FakeServer) -> None:
    with Proxy(dagster.url) as elsewhere:
        rules = Rules(
            headers={"x-key": lambda: "another"},
            login=f"http://127.0.0.1:{elsewhere.port}/graphql",
        )
        with Proxy(dagster.url, rules) as proxy:
            async with _client(proxy.url, Credential("X-Key", Source("text", SECRET))) as client:
                said = await _said(client, Refused)
    assert "a login page of 127.0.0.1 stands before localhost" in said
    assert "dagdeck login" in said
    assert elsewhere.seen == []


async def test_a_login_page_in_dagsters_place_is_called_that(dagster: FakeServer) -> None:
    rules = Rules(headers={"x-key": lambda: SECRET}, login="page")
    with Proxy(dagster.url, rules) as proxy:
        async with _client(proxy.url) as client:
            assert "a login page (“Acme Log in”) answers at" in await _said(client, Refused)


# credentials


@pytest.mark.parametrize(
    ("credential", "header", "value"),
    [
        (Credential("X-Key", Source("env", "DOOR_KEY")), "x-key", SECRET),
        (
            Credential(DAGSTER_PLUS_HEADER, Source("env", "DOOR_KEY")),
            "dagster-cloud-api-token",
            SECRET,
        ),
        (
            Credential("Authorization", Source("env", "DOOR_KEY"), "Bearer"),
            "authorization",
            f"Bearer {SECRET}",
        ),
        (
            Credential("Authorization", Source("env", "DOOR_KEY"), "Basic", "ops"),
            "authorization",
            "Basic " + base64.b64encode(f"ops:{SECRET}".encode()).decode(),
        ),
    ],
    ids=["header", "dagster plus", "bearer", "basic"],
)
async def test_a_credential_opens_and_without_it_the_door_is_closed(
    credential: Credential,
    header: str,
    value: str,
    dagster: FakeServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOOR_KEY", SECRET)
    with Proxy(dagster.url, Rules(headers={header: lambda: value})) as proxy:
        async with _client(proxy.url, credential) as client:
            await _enters(client)
        async with _client(proxy.url) as client:
            assert "refuses entry (HTTP 401)" in await _said(client, Refused)


async def test_a_token_that_expired_is_asked_for_again(dagster: FakeServer, tmp_path: Path) -> None:
    """A command prints another token each time, and the proxy takes only the newest."""
    count = tmp_path / "count"
    count.write_text("0")
    command = f'n=$(($(cat {count}) + 1)); echo $n > {count}; echo "token-number-$n"'
    wanted = ["token-number-1"]
    rules = Rules(headers={"x-key": lambda: wanted[0]})
    with Proxy(dagster.url, rules) as proxy:
        async with _client(proxy.url, Credential("X-Key", Source("command", command))) as client:
            await _enters(client)
            await _enters(client)
            assert count.read_text().strip() == "1"
            wanted[0] = "token-number-2"
            await _enters(client)
            wanted[0] = "token-of-somebody-else"
            assert "refuses entry" in await _said(client, Refused)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (Source("env", "DOOR_NOTHING"), "the environment variable DOOR_NOTHING is not set"),
        (Source("file", "/nowhere/token"), "/nowhere/token can't be read"),
        (Source("command", f"echo {SECRET}; exit 7"), "ended with exit code 7"),
        (Source("command", "true"), "is empty"),
        (Source("command", "printf 'a\\001bcd'"), "holds what no header can carry"),
    ],
)
async def test_a_credential_that_cannot_be_had_is_told_and_nothing_is_sent(
    source: Source, words: str, dagster: FakeServer
) -> None:
    with Proxy(dagster.url) as proxy:
        async with _client(proxy.url, Credential("X-Key", source)) as client:
            with pytest.raises(NoCredential, match="no credential: ") as caught:
                await client.ask("version")
            assert words in str(caught.value)
            assert proxy.seen == []


async def test_a_server_that_repeats_the_credential_does_not_bring_it_on_screen(
    dagster: FakeServer,
) -> None:
    body = json.dumps({"errors": [{"message": f"bad token {SECRET}"}]})
    dagster.answer("Version", page(body, 400))
    try:
        with Proxy(dagster.url) as proxy:
            async with _client(proxy.url, Credential("X-Key", Source("text", SECRET))) as client:
                assert "bad token ********" in await _said(client, ApiError)
    finally:
        dagster.answer("Version", data({"version": "1.13.27"}))


# TLS


async def test_a_private_authority_is_trusted_where_it_is_named(
    dagster: FakeServer, files: Path
) -> None:
    with Proxy(dagster.url, tls=Tls(files / "server.pem")) as proxy:
        async with _client(proxy.url) as client:
            assert "of an authority that isn't trusted here; --ca" in await _said(
                client, Unreachable
            )
        async with _client(proxy.url, ca=files / "ca.pem") as client:
            await _enters(client)


async def test_a_certificate_for_another_name_is_told(dagster: FakeServer, files: Path) -> None:
    with Proxy(dagster.url, tls=Tls(files / "other.pem")) as proxy:
        async with _client(proxy.url, ca=files / "ca.pem") as client:
            assert "is for another name" in await _said(client, Unreachable)


async def test_a_client_certificate_opens_and_without_it_the_door_is_closed(
    dagster: FakeServer, files: Path
) -> None:
    tls = Tls(files / "server.pem", clients=files / "ca.pem")
    with Proxy(dagster.url, tls=tls) as proxy:
        async with _client(
            proxy.url, ca=files / "ca.pem", certificate=files / "client.pem"
        ) as client:
            await _enters(client)
        async with _client(proxy.url, ca=files / "ca.pem") as client:
            assert "where a client certificate is wanted" in await _said(client, Refused)


async def test_http_and_https_taken_for_each_other_are_told(dagster: FakeServer) -> None:
    with Proxy(dagster.url) as plain:
        async with _client(plain.url.replace("http:", "https:")) as client:
            assert "doesn't speak TLS there" in await _said(client, Unreachable)


@pytest.mark.parametrize(
    ("door", "words"),
    [
        ({"ca": "missing.pem"}, "the CA file .* can't be read"),
        ({"certificate": "missing.pem"}, "the client certificate .* can't be read"),
        ({"certificate": "ca.pem"}, "can't be used: not a certificate with its key"),
    ],
)
async def test_a_file_that_cannot_be_used_is_named(
    door: dict[str, str], words: str, files: Path
) -> None:
    paths = {name: files / text for name, text in door.items()}
    async with _client("https://localhost:1", **paths) as client:
        with pytest.raises(NoCredential, match=words):
            await client.ask("version")


# limits and faults of the proxy


async def test_a_limit_of_the_body_is_said_to_be_the_proxys(dagster: FakeServer) -> None:
    with Proxy(dagster.url, Rules(most_bytes=1000)) as proxy:
        async with _client(proxy.url) as client:
            await _enters(client)
            with pytest.raises(TooLarge, match=r"takes no request of 10 KB \(HTTP 413\)"):
                await client.ask("stale", {**KEY, "partitions": ["x" * 10_000]})


async def test_one_gateway_timeout_among_good_answers_is_asked_over(dagster: FakeServer) -> None:
    with Proxy(dagster.url) as proxy:
        async with _client(proxy.url) as client:
            await _enters(client)
            proxy.rules.gateway_faults = [504]
            await _enters(client)
            proxy.rules.gateway_faults = [504, 504]
            said = await _said(client, Passing)
    assert "did not answer its proxy in the time" in said


async def test_a_question_that_its_proxy_gives_up_on_while_others_are_answered_is_slow(
    dagster: FakeServer,
) -> None:
    with Proxy(dagster.url, Rules(too_slow_about=b"staleStatus")) as proxy:
        async with _client(proxy.url) as client:
            slow = asyncio.create_task(client.ask("stale", KEY))
            await asyncio.sleep(0)
            await _enters(client)
            with pytest.raises(Slow, match="did not answer its proxy"):
                await slow


async def test_a_mutation_is_never_sent_a_second_time(dagster: FakeServer) -> None:
    with Proxy(dagster.url) as proxy:
        async with _client(proxy.url) as client:
            await _enters(client)
            proxy.rules.gateway_faults = [504]
            before = len(proxy.seen)
            with pytest.raises(OutcomeUnknown, match="sent, no answer"):
                await client.command("cancel_backfill", {"id": "b"})
            assert len(proxy.seen) == before + 1


async def test_a_pause_that_is_asked_for_is_kept(dagster: FakeServer) -> None:
    with Proxy(dagster.url, Rules(retry_after="1")) as proxy:
        async with _client(proxy.url) as client:
            await _enters(client)
            proxy.rules.gateway_faults = [429]
            await _enters(client)
            proxy.rules.retry_after = "600"
            proxy.rules.gateway_faults = [429]
            assert "wants a pause of 600 s" in await _said(client, Passing)


async def test_an_outgoing_proxy_is_used_and_its_refusal_told(dagster: FakeServer) -> None:
    with Proxy(dagster.url) as proxy:
        async with _client("http://dagster.internal:3000", proxy=proxy.url) as client:
            await _enters(client)
        assert proxy.seen[-1]["host"] == "dagster.internal:3000"
        async with _client("https://dagster.internal", proxy=proxy.url) as client:
            assert "the proxy on the way" in await _said(client, Unreachable)
