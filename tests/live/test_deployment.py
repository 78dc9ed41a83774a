"""One real deployment: brought up, broken part by part, and repaired."""

from __future__ import annotations

import psutil
import pytest

from pipelines.deployment.dagster_home import LOCATION
from pipelines.deployment.graphql import Unanswered, location_state
from tests.deployments import LiveDeployment, until

PARTS = ["postgres", "nightscout", "code-server", "webserver", "daemon"]


def is_loaded(deployment: LiveDeployment) -> bool:
    try:
        return location_state(deployment.url, LOCATION).loaded
    except Unanswered:
        return False


def test_after_up_wait_the_code_location_is_loaded(deployment: LiveDeployment) -> None:
    assert is_loaded(deployment)
    nodes = deployment.ask("{ assetNodes { assetKey { path } } }")["assetNodes"]
    assert ["dlt_glucose_entries"] in [node["assetKey"]["path"] for node in nodes]


def test_every_part_is_shown_running_with_its_pid(deployment: LiveDeployment) -> None:
    parts = deployment.parts()
    assert list(parts) == PARTS
    assert {part["state"] for part in parts.values()} == {"running"}
    assert all(psutil.pid_exists(part["pid"]) for part in parts.values())
    assert parts["webserver"]["url"] == deployment.url


def test_the_table_has_a_line_for_each_part_in_columns(deployment: LiveDeployment) -> None:
    heading, *lines = deployment.run("ps").stdout.splitlines()
    assert [line.split()[0] for line in lines] == PARTS
    column = heading.index("state")
    assert all(line[column:].startswith("running") for line in lines)


def test_the_password_of_postgres_is_not_shown(deployment: LiveDeployment) -> None:
    password = (deployment.home / "postgres" / "password").read_text()
    assert password not in deployment.run("ps", "--json").stdout
    assert password in deployment.postgres_url


def test_the_url_is_left_where_the_console_looks(deployment: LiveDeployment) -> None:
    assert (deployment.home / "url").read_text() == deployment.url + "\n"


def test_up_twice_is_harmless(deployment: LiveDeployment) -> None:
    before = deployment.pids()
    again = deployment.up("--wait")
    assert "running already" in again.stderr
    assert again.stdout == deployment.url + "\n"
    assert deployment.pids() == before


def test_two_ups_at_once_start_everything_once(deployment: LiveDeployment) -> None:
    psutil.Process(deployment.pids()["nightscout"]).kill()
    both = [deployment.start("up", "--wait") for _ in range(2)]
    words = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("nightscout   ready" in said for said in words) == 1


@pytest.mark.parametrize("part", PARTS)
def test_a_killed_part_is_shown_dead_and_up_repairs_just_it(
    deployment: LiveDeployment, part: str
) -> None:
    before = deployment.pids()
    psutil.Process(before[part]).kill()
    until(lambda: deployment.parts()[part]["state"] == "dead", what=f"{part} is dead")
    deployment.up("--wait")
    after = deployment.pids()
    changed = {name for name in PARTS if before[name] != after[name]}
    assert changed == {part}
    assert is_loaded(deployment)


def test_every_daemon_reports_itself_healthy(deployment: LiveDeployment) -> None:
    document = "{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }"

    def healthy() -> bool:
        health = deployment.ask(document)["instance"]["daemonHealth"]["allDaemonStatuses"]
        return all(status["healthy"] for status in health if status["required"])

    until(healthy, 90, "all daemons healthy")


def test_a_backfills_own_tag_limits_its_parallel_runs(deployment: LiveDeployment) -> None:
    config = deployment.ask("{ instance { runQueueConfig { tagConcurrencyLimitsYaml } } }")
    limits = config["instance"]["runQueueConfig"]["tagConcurrencyLimitsYaml"]
    assert all(f"dagdeck/parallel-{runs}" in limits for runs in range(1, 9))
    assert "applyLimitPerUniqueValue: true" in limits


def test_a_wrong_setting_is_one_sentence_that_names_it(deployment: LiveDeployment) -> None:
    done = deployment.run("ps", DAGDECK_TIMEZONE="Europe/Atlantis")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "DAGDECK_TIMEZONE" in done.stderr
    assert "Europe/Atlantis" in done.stderr


def test_a_half_written_state_is_repaired(deployment: LiveDeployment) -> None:
    state = deployment.home / "state.json"
    state.write_text(state.read_text()[:40])
    assert {part["state"] for part in deployment.parts().values()} == {"stopped"}
    deployment.up("--wait")
    assert {part["state"] for part in deployment.parts().values()} == {"running"}
    assert is_loaded(deployment)
    assert one_of_each(deployment)


def one_of_each(deployment: LiveDeployment) -> bool:
    """No part runs twice: everything that is running belongs to a part that `ps` shows."""
    known = set(deployment.pids().values())
    return all(belongs(process, known) for process in deployment.processes())


def belongs(process: psutil.Process, known: set[int]) -> bool:
    """Whether it is, or stands below, one of `known`; one that has ended meanwhile runs no more."""
    try:
        return process.pid in known or not known.isdisjoint(p.pid for p in process.parents())
    except psutil.NoSuchProcess:
        return True
