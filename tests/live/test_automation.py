"""Sensors, schedule, conditions and alerts on the live daemon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.deployments import LiveDeployment, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.receivers import Receivers

SENSORS = (
    "automation_conditions",
    "nightscout_readings",
    "failure_alerts",
    "undelivered_alerts",
)
SCHEDULE = "daily_glucose"
REPOSITORY = {"repositoryLocationName": "pipelines", "repositoryName": "__repository__"}
START_SENSOR = """mutation($of: SensorSelector!) { startSensor(sensorSelector: $of) {
    __typename ... on Sensor { sensorState { id } } } }"""
START_SCHEDULE = """mutation($of: ScheduleSelector!) { startSchedule(scheduleSelector: $of) {
    __typename ... on ScheduleStateResult { scheduleState { id } } } }"""
STOP_SENSOR = "mutation($id: String!) { stopSensor(id: $id) { __typename } }"
STOP_SCHEDULE = "mutation($id: String!) { stopRunningSchedule(id: $id) { __typename } }"
TICKS = "ticks(limit: 25) { timestamp status skipReason runIds error { message } }"
SENSOR_TICKS = f"""query($of: SensorSelector!) {{ sensorOrError(sensorSelector: $of) {{
    ... on Sensor {{ sensorState {{ {TICKS} }} }} }} }}"""
SCHEDULE_TICKS = f"""query($of: ScheduleSelector!) {{ scheduleOrError(scheduleSelector: $of) {{
    ... on Schedule {{ scheduleState {{ {TICKS} }} }} }} }}"""
LAUNCH = """mutation($run: ExecutionParams!) { launchRun(executionParams: $run) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
RUN = """query($id: ID!) { runOrError(runId: $id) { ... on Run {
    status tags { key value } assetSelection { path } } } }"""
UNFINISHED = """{ runsOrError(filter: {statuses: [QUEUED, NOT_STARTED, STARTING, STARTED]}) {
    ... on Runs { results { runId } } } }"""


@pytest.fixture(scope="module")
def ticking(deployment: LiveDeployment, receivers: Receivers) -> Iterator[LiveDeployment]:
    """Everything switched on, and off again once its runs have ended."""
    receivers.forget()
    ids = {}
    for name in SENSORS:
        started = deployment.ask(START_SENSOR, {"of": {**REPOSITORY, "sensorName": name}})
        ids[name] = started["startSensor"]["sensorState"]["id"]
    selector = {**REPOSITORY, "scheduleName": SCHEDULE}
    begun = deployment.ask(START_SCHEDULE, {"of": selector})["startSchedule"]
    yield deployment
    for name in SENSORS:
        deployment.ask(STOP_SENSOR, {"id": ids[name]})
    deployment.ask(STOP_SCHEDULE, {"id": begun["scheduleState"]["id"]})
    until(lambda: not deployment.ask(UNFINISHED)["runsOrError"]["results"], 120, "all runs ended")


def sensor_ticks(deployment: LiveDeployment, name: str) -> list[dict[str, Any]]:
    of = {**REPOSITORY, "sensorName": name}
    answer = deployment.ask(SENSOR_TICKS, {"of": of})["sensorOrError"]
    ticks: list[dict[str, Any]] = answer["sensorState"]["ticks"]
    return ticks


def schedule_ticks(deployment: LiveDeployment) -> list[dict[str, Any]]:
    of = {**REPOSITORY, "scheduleName": SCHEDULE}
    answer = deployment.ask(SCHEDULE_TICKS, {"of": of})["scheduleOrError"]
    ticks: list[dict[str, Any]] = answer["scheduleState"]["ticks"]
    return ticks


def run_of(deployment: LiveDeployment, run_id: str) -> dict[str, Any]:
    run: dict[str, Any] = deployment.ask(RUN, {"id": run_id})["runOrError"]
    run["tags"] = {tag["key"]: tag["value"] for tag in run["tags"]}
    return run


def launch_a_failing_run(deployment: LiveDeployment, day: str) -> str:
    """A run of the ingest for a day that the source refuses; its id."""
    fault = {"day": day, "status": 401}
    httpx.post(f"{deployment.nightscout_url}/standin/faults", json=fault).raise_for_status()
    selection = [{"path": ["dlt_glucose_entries"]}]
    run = {
        "selector": {**REPOSITORY, "jobName": "__ASSET_JOB", "assetSelection": selection},
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": day}]},
    }
    launched = deployment.ask(LAUNCH, {"run": run})["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    return str(launched["run"]["runId"])


def test_a_failed_run_is_told_by_slack_and_mail_though_slack_refuses_at_first(
    ticking: LiveDeployment, receivers: Receivers
) -> None:
    until(lambda: sensor_ticks(ticking, "failure_alerts"), 60, "the failure sensor's first look")
    receivers.slack_refuses = 2
    day = str(datetime.now(UTC).date() - timedelta(days=40))
    run_id = launch_a_failing_run(ticking, day)
    until(lambda: receivers.mails and receivers.slack, 90, "both told")
    mail = receivers.mails[0]
    for said in (receivers.slack[0], f"{mail['Subject']}\n{mail.get_content()}"):
        assert f"dlt_glucose_entries failed for {day}" in said
        assert f"Nightscout failed for {day}: " in said
        assert "answered 401" in said
        assert f"{ticking.url}/runs/{run_id}" in said
    assert len(receivers.mails) == 1
    httpx.delete(f"{ticking.nightscout_url}/standin/faults").raise_for_status()


def test_the_nightscout_sensor_starts_the_chain_and_then_says_why_it_does_not(
    ticking: LiveDeployment,
) -> None:
    def ticks(status: str) -> list[dict[str, Any]]:
        return [t for t in sensor_ticks(ticking, "nightscout_readings") if t["status"] == status]

    until(lambda: ticks("SUCCESS") and ticks("SKIPPED"), 60, "a run and a skip")
    assert "newest reading is still that of" in ticks("SKIPPED")[0]["skipReason"]
    (run_id,) = ticks("SUCCESS")[-1]["runIds"]
    assert "dagster/partition" in run_of(ticking, run_id)["tags"]
    until(lambda: run_of(ticking, run_id)["status"] == "SUCCESS", 120, "the chain's success")


def test_the_schedule_ticks_and_runs_the_two_days_before(ticking: LiveDeployment) -> None:
    def succeeded() -> list[dict[str, Any]]:
        return [tick for tick in schedule_ticks(ticking) if tick["status"] == "SUCCESS"]

    until(succeeded, 90, "the schedule's tick")
    tick = succeeded()[-1]
    tags = run_of(ticking, tick["runIds"][0])["tags"]
    yesterday = datetime.fromtimestamp(tick["timestamp"], UTC).date() - timedelta(days=1)
    assert tags["dagster/asset_partition_range_end"] == str(yesterday)


def test_the_conditions_start_the_hourly_ingest(ticking: LiveDeployment) -> None:
    """The hour is a minute here; the tick's run is of the newest partition."""

    def ingests() -> list[dict[str, Any]]:
        ticks = sensor_ticks(ticking, "automation_conditions")
        runs = [run_of(ticking, run_id) for tick in ticks for run_id in tick["runIds"]]
        return [run for run in runs if {"path": ["dlt_glucose_entries"]} in run["assetSelection"]]

    until(ingests, 90, "an ingest by condition")
    assert ingests()[0]["tags"]["dagster/partition"] in (
        str(datetime.now(UTC).date()),
        str(datetime.now(UTC).date() - timedelta(days=1)),
    )


def test_no_look_of_a_sensor_has_failed(ticking: LiveDeployment) -> None:
    for name in SENSORS:
        ticks = sensor_ticks(ticking, name)
        assert ticks
        assert [tick["error"] for tick in ticks if tick["status"] == "FAILURE"] == []
