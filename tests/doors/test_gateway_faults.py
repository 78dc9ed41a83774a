"""`dagdeck status` behind a proxy that gives up on some questions: the rest is told all the same."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from typing import TYPE_CHECKING, Any

import pytest

from console.api.client import Client
from console.domain.errors import Unreachable
from console.exits import DONE
from console.headless import status
from console.store.deployment import Deployment
from tests.doors.proxy import Proxy, Rules
from tests.fake_dagster.assets import Asset
from tests.fake_dagster.partitions import daily
from tests.fake_dagster.runs import FakeRun
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = time.time()
SAID = "did not answer its proxy"


@pytest.fixture(scope="module")
def behind() -> Iterator[FakeDagster]:
    days = daily(20, NOW)
    made = [Asset(name, "g", NOW - 600, days) for name in ("a", "b")]
    runs = [FakeRun(f"run-{at}", "FAILURE", NOW - 60 * at, [made[0]], -2, -2) for at in range(3)]
    with FakeDagster(root(made, runs, now=NOW)) as server:
        yield server


async def _told(proxy: Proxy, capsys: pytest.CaptureFixture[str], **options: Any) -> str:
    """What is printed; the exit code is always 0."""
    client = Client(proxy.url)
    wanted = Namespace(**{"assets": "*", "bad": False, "json": True, "check": False, **options})
    try:
        assert await status.main(Deployment(client), wanted) == DONE
    finally:
        await client.close()
    return capsys.readouterr().out


@pytest.mark.parametrize("which", range(3))
async def test_one_timeout_among_the_first_questions_costs_nothing(
    which: int, behind: FakeDagster, capsys: pytest.CaptureFixture[str]
) -> None:
    with Proxy(behind.url) as proxy:
        whole = json.loads(await _told(proxy, capsys))
        proxy.rules.gateway_faults = [504] * (which + 1)
        told = json.loads(await _told(proxy, capsys))
    assert told["problems"] == whole["problems"] == {}
    assert told["assets"] == whole["assets"]
    assert [one["partitions"]["total"] for one in told["assets"]] == [20, 20]


@pytest.mark.parametrize(
    ("operation", "part"),
    [
        ("Pulse", "runs"),
        ("Statuses", "partitions"),
        ("Health", "health"),
        ("ActiveBackfills", "backfills"),
        ("Failures", "failures"),
        ("RunErrors", "errors"),
    ],
)
async def test_a_question_that_is_never_answered_is_null_with_its_reason(
    operation: str, part: str, behind: FakeDagster, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = Rules(too_slow_about=f'"operationName":"{operation}"'.encode())
    with Proxy(behind.url, rules) as proxy:
        told = json.loads(await _told(proxy, capsys))
        lines = await _told(proxy, capsys, json=False)
    assert SAID in told["problems"][part]
    assert [one["key"] for one in told["assets"]] == [["a"], ["b"]]
    unknown = {
        "runs": [told["running"]["runs"], told["running"]["queued"]],
        "partitions": [one["partitions"] for one in told["assets"]],
        "health": [told["health"]["daemons"], told["health"]["ticks"]],
        "backfills": [told["running"]["backfills"]],
        "failures": [told["failing"]["runs"], told["failing"]["causes"]],
        "errors": [one["words"] for one in told["failing"]["causes"] or []],
    }
    assert {name for name, values in unknown.items() if set(map(repr, values)) == {"None"}} == {
        part
    }
    assert any(SAID in line for line in lines.splitlines() if line.startswith("unknown"))
    assert "nothing needs you" not in lines


async def test_what_runs_make_is_not_known_where_the_runs_are_not(
    behind: FakeDagster, capsys: pytest.CaptureFixture[str]
) -> None:
    with Proxy(behind.url, Rules(too_slow_about=b'"operationName":"Pulse"')) as proxy:
        told = json.loads(await _told(proxy, capsys))
        lines = (await _told(proxy, capsys, json=False)).splitlines()
    counts = told["assets"][0]["partitions"]
    assert (counts["running"], counts["queued"], counts["total"]) == (None, None, 20)
    heads = lines[0].split()
    assert lines[1].split()[heads.index("running")] == "?"


async def test_without_the_structure_nothing_can_be_told(
    behind: FakeDagster, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = Rules(too_slow_about=b'"operationName":"Structure"')
    with Proxy(behind.url, rules) as proxy, pytest.raises(Unreachable, match=SAID):
        await _told(proxy, capsys)
    assert capsys.readouterr().out == ""
