"""What the overview asks, answered oddly: each oddity has been seen on a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.api import overview_queries
from console.api.client import Client
from console.domain.errors import Unreachable
from console.domain.health import Condition, code_locations, faults
from tests.unit.console.fake_server import FakeServer, as_dagster_writes, data, page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.responses import Response

Json = dict[str, Any]


@pytest.fixture
async def client(server: FakeServer) -> AsyncIterator[Client]:
    made = Client(server.url)
    yield made
    await made.close()


def _log(*events: Json, more: bool = False) -> Json:
    return {"events": list(events), "hasMore": more}


def _step_failure(message: str) -> Json:
    cause = {"message": message, "className": "E"}
    error = {"message": "Error occurred while executing op", "className": "X", "cause": cause}
    return {"eventType": "STEP_FAILURE", "level": "ERROR", "error": error, "message": "failed"}


def _errors_of(logs: dict[str, Json]) -> Any:
    """Answers as the server does: the runs that were asked for, and one bad text costs all."""

    def answer(body: Json) -> Response:
        wanted = body["variables"]["ids"]
        results = [{"id": name, "eventConnection": logs[name]} for name in wanted if name in logs]
        return as_dagster_writes({"runsOrError": {"__typename": "Runs", "results": results}})

    return answer


async def test_the_root_cause_of_each_run_is_read_in_one_request(
    server: FakeServer, client: Client
) -> None:
    started = {"eventType": "STEP_START", "level": "DEBUG"}
    logs = {name: _log(started, _step_failure(f"{name} is away")) for name in ("a", "b")}
    server.answer("RunErrors", _errors_of(logs))
    found = await overview_queries.run_errors(client, ["a", "b"])
    assert found == {"a": "E: a is away", "b": "E: b is away"}
    assert server.operations == ["RunErrors"]


async def test_a_run_that_never_started_has_its_reason_in_an_event_of_the_engine(
    server: FakeServer, client: Client
) -> None:
    log = _log(
        {"eventType": "ENGINE_EVENT", "level": "ERROR", "message": "no such image"},
        {"eventType": "RUN_FAILURE", "level": "ERROR", "message": "This run failed."},
    )
    server.answer("RunErrors", _errors_of({"a": log}))
    assert await overview_queries.run_errors(client, ["a"]) == {"a": "no such image"}


async def test_one_text_that_cannot_be_sent_costs_that_run_alone(
    server: FakeServer, client: Client
) -> None:
    logs = {name: _log(_step_failure(name)) for name in "abcdefg"}
    logs["d"] = _log(_step_failure("\ud800"))
    server.answer("RunErrors", _errors_of(logs))
    server.answer("Log", page("Internal Server Error", 500))
    server.answer("LogBare", page("Internal Server Error", 500))
    found = await overview_queries.run_errors(client, list(logs))
    assert found == {name: f"E: {name}" for name in logs} | {"d": overview_queries.UNTOLD}


async def test_a_run_that_is_gone_has_no_reason(server: FakeServer, client: Client) -> None:
    server.answer("RunErrors", _errors_of({}))
    assert await overview_queries.run_errors(client, ["a"]) == {"a": None}


async def test_a_long_log_is_read_on_where_its_first_page_has_no_reason(
    server: FakeServer, client: Client
) -> None:
    server.answer("RunErrors", _errors_of({"a": _log(more=True)}))
    events = {"__typename": "EventConnection", "events": [_step_failure("late in the log")]}
    server.answer("Log", data({"logsForRun": events}))
    assert await overview_queries.run_errors(client, ["a"]) == {"a": "E: late in the log"}


async def test_nobody_there_is_said_without_asking_for_each_run(
    server: FakeServer, client: Client
) -> None:
    server.answer("RunErrors", page("Bad Gateway", 502))
    with pytest.raises(Unreachable):
        await overview_queries.run_errors(client, ["a", "b"])
    assert [body["variables"]["ids"] for body in server.asked] == [["a", "b"]] * 2


def _health(**changed: object) -> Json:
    tick = {"timestamp": 9.0, "status": "FAILURE", "error": {"message": "boom", "className": "E"}}
    state = {"status": "RUNNING", "ticks": [tick]}
    repository = {
        "schedules": [{"name": "off", "scheduleState": {"status": "STOPPED", "ticks": []}}],
        "sensors": [{"name": "s", "sensorState": state}],
    }
    loaded = {"__typename": "RepositoryLocation", "repositories": [repository]}
    entries = [
        {"name": "good", "loadStatus": "LOADED", "locationOrLoadError": loaded},
        {"name": "new", "loadStatus": "LOADED", "locationOrLoadError": None},
        {
            "name": "bad",
            "loadStatus": "LOADED",
            "locationOrLoadError": {"__typename": "PythonError"},
        },
    ]
    daemon = {"daemonType": "SENSOR", "required": True, "healthy": True, "lastHeartbeatTime": 8.0}
    answer = {
        "instance": {"daemonHealth": {"allDaemonStatuses": [daemon]}},
        "workspaceOrError": {"__typename": "Workspace", "locationEntries": entries},
    }
    return answer | changed


async def test_a_location_without_an_answer_is_being_loaded_whatever_its_status(
    server: FakeServer, client: Client
) -> None:
    server.answer("Health", data(_health()))
    health = await overview_queries.health(client)
    states = dict.fromkeys(("good", "new", "bad"), "LOADED 1")
    found = code_locations(states, {"bad": "SyntaxError"}, health.loading)
    assert [(one.name, one.condition) for one in found] == [
        ("bad", Condition.BAD),
        ("good", Condition.GOOD),
        ("new", Condition.NOT_YET),
    ]


async def test_faults_come_before_parts_that_are_not_there_yet(
    server: FakeServer, client: Client
) -> None:
    starting = {"daemonType": "ASSET", "required": True, "healthy": False}
    daemons = {"daemonHealth": {"allDaemonStatuses": [starting]}}
    server.answer("Health", data(_health(instance=daemons)))
    health = await overview_queries.health(client)
    assert [fault.words for fault in faults((), health)] == [
        "sensor s failed to tick",
        "daemon asset is starting",
    ]
    assert health.last_tick == 9.0


@pytest.mark.parametrize("odd", [None, {}, {"daemonHealth": None}, 7])
async def test_daemons_that_are_not_told_are_not_called_well(
    odd: object, server: FakeServer, client: Client
) -> None:
    server.answer("Health", data(_health(instance=odd)))
    health = await overview_queries.health(client)
    assert health.daemons is None
    assert health.ticking is not None


async def test_a_sensor_that_breaks_the_answer_costs_the_ticks_and_nothing_else(
    server: FakeServer, client: Client
) -> None:
    def answer(body: Json) -> Response:
        broken = body["variables"]["ticks"]
        return page("Internal Server Error", 500) if broken else data(_health())

    server.answer("Health", answer)
    health = await overview_queries.health(client)
    assert health.ticking is None
    assert health.daemons is not None
    assert health.daemons[0].condition is Condition.GOOD


async def test_a_daemons_error_that_is_a_users_sensor_is_no_fault(
    server: FakeServer, client: Client
) -> None:
    own = {"message": "the sensor's own", "className": "E"}
    daemon = {"daemonType": "SENSOR", "required": True, "healthy": True}
    told = {**daemon, "lastHeartbeatErrors": [own] * 5}
    answer = _health(instance={"daemonHealth": {"allDaemonStatuses": [told]}}, workspaceOrError={})
    server.answer("Health", data(answer))
    assert faults((), await overview_queries.health(client)) == []


async def test_a_load_error_is_read_in_full_with_what_caused_it(
    server: FakeServer, client: Client
) -> None:
    error = {
        "__typename": "PythonError",
        "message": "can't import\n",
        "stack": ["  File x\n"],
        "cause": {"message": "No module named y", "stack": []},
    }
    entry = {"__typename": "WorkspaceLocationEntry", "name": "l", "locationOrLoadError": error}
    server.answer("LoadError", data({"workspaceLocationEntryOrError": entry}))
    found = await overview_queries.load_error(client, "l")
    assert found is not None
    assert found.text == "can't import\n  File x\ncaused by No module named y"


async def test_a_time_that_is_none_costs_that_time(server: FakeServer, client: Client) -> None:
    events = [{"timestamp": "1000"}, {"timestamp": None}, {"timestamp": "x"}, {"timestamp": "2000"}]
    node = {"assetKey": {"path": ["a"]}, "assetMaterializations": events}
    server.answer("Rhythms", data({"assetNodes": [node]}))
    assert await overview_queries.materialization_times(client, [("a",)], 9) == {("a",): (1.0, 2.0)}
