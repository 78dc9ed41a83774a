"""What no run tells of is found by asking the least that can tell."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from console.api.client import Client
from console.store.deployment import Deployment
from tests.fake_dagster.assets import Asset, Stretch
from tests.fake_dagster.partitions import Partitions, daily, static
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOW = 1_790_000_000.0
DAYS = daily(40, NOW)


def _assets(days: Partitions = DAYS, policy_hours: int | None = None) -> list[Asset]:
    return [
        Asset("a", "g", NOW, days),
        Asset("b", "g", NOW, replace(days)),
        Asset("whole", "g", NOW, policy_hours=policy_hours),
    ]


@asynccontextmanager
async def _news(before: list[Asset], after: list[Asset]) -> AsyncIterator[set[str]]:
    """The names of those that are news once the server has `after` instead of `before`."""
    with (
        FakeDagster(root(before, now=NOW)) as first,
        FakeDagster(root(after, now=NOW + 90_000)) as then,
    ):
        client = Client(first.url)
        deployment = Deployment(client)
        await deployment.load()
        client.url = f"{then.url}/graphql"
        yield {"/".join(key) for key in await deployment.news()}
        assert then.asked == ["Newest"]
        await client.close()


async def test_where_nothing_happened_nothing_is_news() -> None:
    async with _news(_assets(), _assets()) as news:
        assert news == set()


async def test_a_partition_made_without_a_run_is_news() -> None:
    after = _assets()
    after[0].stretches = (Stretch(5, 5, "M", again=4_000_000.0), Stretch(-1, -1, "M", again=9.0))
    async with _news(_assets(), after) as news:
        assert news == {"a"}


async def test_an_asset_without_partitions_that_was_made_is_news() -> None:
    after = _assets()
    after[2].made += 60
    async with _news(_assets(), after) as news:
        assert news == {"whole"}


async def test_new_partitions_are_news_of_every_asset_that_has_them() -> None:
    async with _news(_assets(), _assets(daily(41, NOW + 86_400))) as news:
        assert news >= {"a", "b"}


async def test_another_verdict_of_the_daemon_is_news() -> None:
    async with _news(_assets(policy_hours=24), _assets(policy_hours=24)) as news:
        assert news == {"whole"}


async def test_an_asset_without_time_windows_is_always_looked_at() -> None:
    def assets() -> list[Asset]:
        return [
            Asset("static", "g", NOW, static(["x", "y"])),
            Asset("outside", "g", NOW, materializable=False),
        ]

    async with _news(assets(), assets()) as news:
        assert news == {"static", "outside"}
