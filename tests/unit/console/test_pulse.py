"""The pulse asks for what changed, and what it tells is put together with what was known."""

from __future__ import annotations

import time
from typing import Any

import pytest

from console.api.client import Client
from console.domain.errors import ServerError, Unreachable
from console.store.deployment import CLOCKS_APART, Deployment
from console.store.overview.overview import Overview

NOW = 1_795_000_000.0


def _run(name: str, status: str, updated: float, created: float = NOW) -> dict[str, Any]:
    return {
        "id": name,
        "status": status,
        "creationTime": created,
        "startTime": created,
        "endTime": updated if status in ("SUCCESS", "FAILURE") else None,
        "updateTime": updated,
        "assetSelection": [{"path": ["a"]}],
        "tags": [],
    }


class Server(Client):
    """Answers with the runs of `runs` that changed since, as Dagster does."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9")
        self.runs: list[dict[str, Any]] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.broken: dict[str, Exception] = {}

    async def ask(
        self, name: str, variables: dict[str, Any] | None = None, **_: Any
    ) -> dict[str, Any]:
        given = variables or {}
        self.asked.append((name, given))
        if name in self.broken:
            raise self.broken[name]
        since = given.get("since") or 0.0
        changed = [run for run in self.runs if run["updateTime"] > since]
        failed = [run for run in changed if run["status"] == "FAILURE"]
        active = [run for run in self.runs if run["status"] in ("STARTED", "QUEUED")]
        return {
            "pulse": {"active": _runs(active), "newest": _runs(changed)},
            "failures": {"runsOrError": _runs(failed)},
            "run_errors": {"runsOrError": _runs([])},
            "active_backfills": {"partitionBackfillsOrError": _backfills()},
        }.get(name, {})

    def sinces(self) -> list[float | None]:
        return [variables["since"] for name, variables in self.asked if name == "pulse"]


def _runs(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {"__typename": "Runs", "results": found, "count": len(found)}


def _backfills() -> dict[str, Any]:
    return {"__typename": "PartitionBackfills", "results": []}


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def deployment(server: Server) -> Deployment:
    made = Deployment(server)
    await made.load_structure()
    return made


async def test_after_the_first_look_only_what_changed_is_asked_for(
    server: Server, deployment: Deployment
) -> None:
    server.runs = [_run("a", "SUCCESS", NOW)]
    await deployment.load_runs()
    await deployment.load_runs()
    first, second = server.sinces()
    assert first is None
    assert second == pytest.approx(NOW - CLOCKS_APART, abs=5)


async def test_the_longer_nothing_changes_the_less_is_asked_for(
    server: Server, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.runs = [_run("a", "SUCCESS", NOW)]
    await deployment.load_runs()
    started = time.monotonic()
    monkeypatch.setattr("console.store.deployment.time.monotonic", lambda: started + 600)
    await deployment.load_runs()
    assert server.sinces()[1] == pytest.approx(NOW + 600 - CLOCKS_APART, abs=5)


async def test_a_run_that_changed_replaces_the_old_one_and_the_others_stay(
    server: Server, deployment: Deployment
) -> None:
    server.runs = [_run("old", "SUCCESS", NOW - 900, NOW - 900), _run("a", "STARTED", NOW)]
    await deployment.load_runs()
    server.runs[1] = _run("a", "SUCCESS", NOW + 90)
    server.runs.append(_run("b", "QUEUED", NOW + 95, NOW + 95))
    await deployment.load_runs()
    newest = [(run.id, run.status.value) for run in deployment.newest]
    assert newest == [("b", "QUEUED"), ("a", "SUCCESS"), ("old", "SUCCESS")]
    assert [run.id for run in deployment.active] == ["b"]


async def test_a_new_failure_is_asked_about_and_nothing_else_is(
    server: Server, deployment: Deployment
) -> None:
    overview = Overview(deployment)
    overview.since, overview.seen = NOW - 900, True
    server.runs = [_run("a", "SUCCESS", NOW)]
    await deployment.load_runs()
    await overview.look()
    await overview.look()
    server.asked.clear()
    server.runs.append(_run("b", "SUCCESS", NOW + 1))
    await deployment.load_runs()
    await overview.look()
    assert [name for name, _ in server.asked] == ["pulse"]
    server.runs.append(_run("c", "FAILURE", NOW + 2))
    await deployment.load_runs()
    await overview.look()
    assert [name for name, _ in server.asked] == ["pulse", "pulse", "failures", "run_errors"]
    assert [run.id for run in overview.failed or ()] == ["c"]


async def test_a_part_that_fails_leaves_the_others_and_is_not_asked_in_a_loop(
    server: Server, deployment: Deployment
) -> None:
    overview = Overview(deployment)
    overview.seen = True
    server.broken["failures"] = ServerError("the database is away")
    await overview.look()
    await overview.look()
    assert overview.problems == {"failures": "the database is away"}
    assert overview.health is not None
    assert [name for name, _ in server.asked].count("failures") == 1
    assert overview.interval is not None
    assert overview.interval > 30


async def test_nobody_there_is_for_the_poller_to_say(
    server: Server, deployment: Deployment
) -> None:
    overview = Overview(deployment)
    overview.seen = True
    server.broken["failures"] = Unreachable("away")
    with pytest.raises(Unreachable):
        await overview.look()
    assert overview.problems == {}


async def test_nothing_is_asked_while_nobody_looks(deployment: Deployment) -> None:
    assert Overview(deployment).interval is None
