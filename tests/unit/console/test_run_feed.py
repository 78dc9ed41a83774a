from __future__ import annotations

from typing import Any

from console.api.client import Client
from console.store.deployment import Deployment
from console.store.runs.run_feed import PAGE, RunFeed


class RunsServer(Client):
    """Pages through a list of runs as Dagster does."""

    def __init__(self, runs: list[tuple[str, str]]) -> None:
        super().__init__("http://nowhere.invalid")
        self.runs = runs

    async def ask(
        self, name: str, variables: dict[str, Any] | None = None, **_: Any
    ) -> dict[str, Any]:
        given = variables or {}
        if name == "run_counts":
            return {alias: {"__typename": "Runs", "count": 1} for alias in ("all", *given)}
        if name == "run_assets":
            return {"runsOrError": {"__typename": "Runs", "results": []}}
        assert name == "runs"
        wanted = given["filter"].get("statuses")
        found = [run for run in self.runs if not wanted or run[1] in wanted]
        ids = [run_id for run_id, _ in found]
        start = ids.index(given["cursor"]) + 1 if given["cursor"] else 0
        page = found[start : start + given["limit"]]
        results = [{"id": run_id, "status": status} for run_id, status in page]
        return {"runsOrError": {"__typename": "Runs", "results": results}}


def _feed(count: int, status: str = "SUCCESS") -> tuple[RunFeed, RunsServer]:
    server = RunsServer([(f"r{n}", status) for n in range(count)])
    return RunFeed(Deployment(server)), server


def _ids(feed: RunFeed) -> list[str]:
    return [run.id for run in feed.runs]


async def test_pages_follow_each_other_to_the_last_run() -> None:
    feed, server = _feed(PAGE * 2 + 3)
    await feed.refresh()
    assert len(feed.runs) == PAGE
    assert await feed.more()
    assert await feed.more()
    assert _ids(feed) == [run_id for run_id, _ in server.runs]
    assert feed.all_loaded
    assert not await feed.more()


async def test_a_new_run_comes_on_top_of_all_that_was_loaded() -> None:
    feed, server = _feed(PAGE * 2 + 3)
    await feed.refresh()
    await feed.more()
    server.runs.insert(0, ("new", "QUEUED"))
    await feed.refresh()
    assert _ids(feed) == ["new", *(f"r{n}" for n in range(PAGE * 2))]
    assert not feed.all_loaded


async def test_a_run_far_down_that_has_ended_is_seen_to_have_ended() -> None:
    feed, server = _feed(PAGE * 2)
    server.runs[PAGE + 7] = ("old", "STARTED")
    await feed.refresh()
    await feed.more()
    server.runs[PAGE + 7] = ("old", "FAILURE")
    await feed.refresh()
    position = feed.position("old")
    assert position is not None
    assert feed.runs[position].status.ended


async def test_a_run_leaves_the_running_ones_when_it_ends() -> None:
    feed, server = _feed(3, "STARTED")
    feed.choose("active")
    await feed.refresh()
    server.runs[1] = ("r1", "SUCCESS")
    await feed.refresh()
    assert _ids(feed) == ["r0", "r2"]


async def test_cancelled_is_not_failed() -> None:
    feed, server = _feed(0)
    server.runs = [("a", "CANCELED"), ("b", "FAILURE")]
    feed.choose("failed")
    await feed.refresh()
    assert _ids(feed) == ["b"]


async def test_an_answer_for_another_filter_is_dropped() -> None:
    feed, server = _feed(3)

    class Slow(RunsServer):
        async def ask(
            self, name: str, variables: dict[str, Any] | None = None, **_: Any
        ) -> dict[str, Any]:
            feed.choose("failed")
            return await super().ask(name, variables)

    feed._client = Slow(server.runs)
    assert not await feed.refresh()
    assert feed.runs == []
