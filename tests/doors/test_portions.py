"""Long lists behind a proxy that limits the body."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from console.api import queries
from console.api.client import Client
from console.api.portions import in_portions
from console.domain.errors import TooLarge
from tests.doors.proxy import Proxy, Rules
from tests.unit.console.fake_server import FakeServer, data

DAGDECK = Path(sys.executable).with_name("dagdeck")
KEYS = [f"{'x' * 70}-{number:03}" for number in range(400)]


async def test_a_question_that_is_too_large_is_halved_and_nothing_is_asked_twice() -> None:
    asked = []

    async def ask(some: list[int]) -> int:
        if len(some) > 7:
            raise TooLarge("no")
        asked.append(some)
        return sum(some)

    answers = await in_portions(range(100), 50, ask)
    assert sum(answer for _, answer in answers) == sum(range(100))
    assert [one for some in asked for one in some] == list(range(100))


async def test_a_question_that_cannot_be_halved_is_an_error() -> None:
    async def ask(_: list[int]) -> int:
        raise TooLarge("no")

    with pytest.raises(TooLarge):
        await in_portions(range(3), 2, ask)


async def test_four_hundred_keys_pass_a_limit_of_eight_kilobytes(dagster: FakeServer) -> None:
    def answer(body: dict[str, dict[str, list[str]]]) -> object:
        keys = body["variables"]["partitions"]
        node = {"staleStatusByPartition": ["STALE" if key == KEYS[7] else "FRESH" for key in keys]}
        return data({"assetNodes": [node]})

    dagster.answer("Stale", answer)  # type: ignore[arg-type]  # of one body alone
    with Proxy(dagster.url, Rules(most_bytes=8000)) as proxy:
        client = Client(proxy.url)
        found = await queries.stale(client, ("a",), KEYS)
        await client.close()
    assert list(found) == KEYS
    assert [key for key, (stale, _) in found.items() if stale] == [KEYS[7]]
