from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from console.api.client import Client
from console.domain.status.states import State
from console.store.deployment import Deployment
from tests.fake_dagster.assets import Asset, Stretch
from tests.fake_dagster.partitions import Partitions, daily, static
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

NOW = 1_790_000_000.0
DAYS = daily(40, NOW)
GAPS = replace(DAYS, keys=DAYS.keys[:10] + DAYS.keys[12:])
"""The same words, first and last key as `DAYS`, and two days less."""


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeDagster]:
    with FakeDagster(root(_assets({"whole": DAYS, "alike": DAYS, "gaps": GAPS}), now=NOW)) as one:
        yield one


def _assets(partitions: dict[str, Partitions]) -> list[Asset]:
    stretches = (Stretch(-3, -3, "F"),)
    return [Asset(n, "g", NOW, p, stretches=stretches) for n, p in partitions.items()]


@asynccontextmanager
async def _loaded(fake: FakeDagster) -> AsyncIterator[Deployment]:
    fake.asked.clear()
    client = Client(fake.url)
    deployment = Deployment(client)
    await deployment.load()
    yield deployment
    await client.close()


async def test_definitions_that_differ_only_in_the_number_of_keys_have_each_its_own(
    fake: FakeDagster,
) -> None:
    async with _loaded(fake) as deployment:
        for name, partitions in (("whole", DAYS), ("alike", DAYS), ("gaps", GAPS)):
            keys = deployment.keys[(name,)]
            assert keys is not None
            assert keys.keys == partitions.keys
            row = deployment.rows[(name,)]
            assert row.total == len(partitions.keys)
            assert row.states[-3] == State.FAILED


async def test_definitions_alike_from_all_sides_share_one_list_read_once(
    fake: FakeDagster,
) -> None:
    async with _loaded(fake) as deployment:
        assert deployment.keys[("whole",)] is deployment.keys[("alike",)]
        assert fake.asked.count("Keys") == 2


async def test_a_second_look_reads_neither_keys_nor_counts_again(fake: FakeDagster) -> None:
    async with _loaded(fake) as deployment:
        lists = dict(deployment.keys)
        fake.asked.clear()
        await deployment.load_statuses(deployment.graph.order)
        assert fake.asked == ["Statuses"]
        assert all(deployment.keys[key] is keys for key, keys in lists.items())


async def test_after_the_code_was_loaded_anew_keys_are_read_anew_and_stay_the_same_list(
    fake: FakeDagster,
) -> None:
    async with _loaded(fake) as deployment:
        lists = dict(deployment.keys)
        fake.asked.clear()
        await deployment.load()
        assert "Keys" in fake.asked
        assert all(deployment.keys[key] is keys for key, keys in lists.items())


async def test_a_definition_that_grew_has_its_new_keys_and_the_old_list_is_dropped() -> None:
    with (
        FakeDagster(root(_assets({"a": DAYS}), now=NOW)) as before,
        FakeDagster(root(_assets({"a": daily(41, NOW + 86_400)}), now=NOW)) as after,
    ):
        async with _loaded(before) as deployment:
            deployment.client.url = f"{after.url}/graphql"
            await deployment.load_statuses(deployment.graph.order)
            keys = deployment.keys[("a",)]
            assert keys is not None
            assert keys.keys == daily(41, NOW + 86_400).keys
            assert deployment.rows[("a",)].total == 41
            assert len(deployment.key_lists) == 1


async def test_a_list_without_time_windows_is_counted_at_every_look() -> None:
    with FakeDagster(root(_assets({"a": static(["x", "y", "z"])}), now=NOW)) as fake:
        async with _loaded(fake) as deployment:
            assert "PartitionCounts" not in fake.asked
            assert deployment.statuses[("a",)].total == 3
