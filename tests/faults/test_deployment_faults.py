"""What goes wrong at a start: one clear sentence, and nothing left behind."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from pipelines.deployment.ports import answers
from pipelines.deployment.postgres import MAJOR, system_uid
from tests.conftest import traversable
from tests.deployments import LiveDeployment, free_ports, until

if TYPE_CHECKING:
    from collections.abc import Iterator

BACKFILLS = "{ partitionBackfillsOrError { ... on PartitionBackfills { results { id title numPartitions } } } }"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[LiveDeployment]:
    """A deployment of this test alone, not started."""
    live = LiveDeployment(traversable(tmp_path) / "home", free_ports())
    yield live
    live.down()
    assert live.processes() == []


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The last line said; no traceback stands before it."""
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def test_a_port_in_use_is_named_with_its_holder_and_setting(fresh: LiveDeployment) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", fresh.ports["webserver"]))
        stranger.listen()
        done = fresh.run("up", "--wait")
    assert done.returncode == 1
    said = one_sentence(done)
    assert str(fresh.ports["webserver"]) in said
    assert str(psutil.Process().pid) in said
    assert "DAGDECK_WEBSERVER_PORT" in said
    assert fresh.processes() == []


def test_a_state_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    done = LiveDeployment(file, free_ports()).run("up")
    assert done.returncode == 1
    assert str(file) in one_sentence(done)
    assert "DAGDECK_HOME" in one_sentence(done)


def test_a_state_folder_that_cannot_be_written_is_named() -> None:
    done = LiveDeployment(Path("/proc/dagdeck"), free_ports()).run("up")
    assert done.returncode == 1
    assert "/proc/dagdeck" in one_sentence(done)


def test_a_disk_that_is_full_is_said_and_leaves_no_half_database(fresh: LiveDeployment) -> None:
    command = [sys.executable, "-m", "pipelines.deployment", "up", "--wait"]
    small = (1_000_000, 1_000_000)
    done = subprocess.run(
        command,
        env=fresh.environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, small),
    )
    assert done.returncode == 1
    assert "File too large" in one_sentence(done)
    assert not (fresh.home / "postgres" / "data").exists()


def test_a_part_that_ends_at_its_start_is_quoted_with_its_log(fresh: LiveDeployment) -> None:
    data = fresh.home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text(f"{MAJOR}\n")
    (data.parent / "password").write_text("any")
    give_to_postgres(data)
    done = fresh.run("up", "--wait")
    assert done.returncode == 1
    said = one_sentence(done)
    assert "postgres ended at its start" in said
    assert str(fresh.home / "logs" / "postgres.log") in said


def give_to_postgres(data: Path) -> None:
    """Postgres' own user owns its data folder."""
    if (uid := system_uid()) is not None:
        for path in (data, data / "PG_VERSION"):
            os.chown(path, uid, uid)


def test_a_data_folder_of_another_major_version_is_refused_with_the_way_to_move_it(
    fresh: LiveDeployment,
) -> None:
    data = fresh.home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    (data.parent / "password").write_text("any")
    give_to_postgres(data)
    done = fresh.run("up", "--wait")
    assert done.returncode == 4
    said = one_sentence(done)
    assert f"is of Postgres 17, and Postgres {MAJOR} can't open it" in said
    assert "docs/runbook.md" in said


def test_a_home_that_a_restore_left_half_done_is_refused(fresh: LiveDeployment) -> None:
    fresh.home.mkdir()
    (fresh.home / "restoring").touch()
    done = fresh.run("up")
    assert done.returncode == 4
    assert "dagdeck restore FILE" in one_sentence(done)


def test_a_postgres_out_of_reach_is_exit_code_3_without_its_password(
    fresh: LiveDeployment,
) -> None:
    nowhere = f"postgresql://me:secret@127.0.0.1:{free_ports()['postgres']}/db"
    done = fresh.run("up", DAGDECK_POSTGRES_URL=nowhere)
    assert done.returncode == 3
    assert "DAGDECK_POSTGRES_URL" in one_sentence(done)
    assert "secret" not in done.stderr


def test_a_pid_that_is_anothers_by_now_is_left_alone(fresh: LiveDeployment) -> None:
    fresh.home.mkdir()
    with subprocess.Popen(["sleep", "600"]) as stranger:
        stale = {"pid": stranger.pid, "created": psutil.Process(stranger.pid).create_time() - 60}
        state = {"ports": fresh.ports, "processes": {"webserver": stale}}
        (fresh.home / "state.json").write_text(json.dumps(state))
        assert fresh.parts()["webserver"]["state"] == "dead"
        assert "Nothing was running" in fresh.down().stderr
        assert stranger.poll() is None
        stranger.kill()


def test_ctrl_c_while_starting_leaves_nothing_behind(fresh: LiveDeployment) -> None:
    process = fresh.start("up", "--wait")
    until(lambda: answers(fresh.ports["nightscout"]), what="the first parts run")
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in words
    assert fresh.processes() == []


TRIVIAL = """
import dagster as dg

days = dg.DailyPartitionsDefinition("2026-01-01")
policy = dg.BackfillPolicy.multi_run(7)

@dg.asset(partitions_def=days, backfill_policy=policy)
def daily() -> dg.MaterializeResult:
    return dg.MaterializeResult()

@dg.asset(deps=[daily])
def summary() -> dg.MaterializeResult:
    return dg.MaterializeResult()

@dg.asset
def unrelated() -> dg.MaterializeResult:
    return dg.MaterializeResult()

defs = dg.Definitions([daily, summary, unrelated], executor=dg.in_process_executor)
"""


def test_mended_code_is_loaded_by_the_next_up_and_the_first_backfill_starts_once(
    fresh: LiveDeployment, tmp_path: Path
) -> None:
    variables = {
        "PYTHONPATH": str(tmp_path),
        "DAGDECK_DEFINITIONS_MODULE": "trivial_definitions",
        "DAGDECK_FIRST_BACKFILL_DAYS": "3",
    }
    code = tmp_path / "trivial_definitions.py"
    code.write_text("raise RuntimeError('no such luck')")
    failed = fresh.run("up", "--wait", **variables)
    assert failed.returncode == 1
    assert "no such luck" in one_sentence(failed)

    code.write_text(TRIVIAL)
    mended = fresh.run("up", "--wait", **variables)
    assert mended.returncode == 0, mended.stderr
    again = fresh.run("up", "--wait", **variables)
    assert again.returncode == 0, again.stderr

    backfills = fresh.ask(BACKFILLS)["partitionBackfillsOrError"]["results"]
    assert len(backfills) == 1
    assert "first `dagdeck up`" in backfills[0]["title"]
    until(lambda: materialized(fresh) == {"daily": 3, "summary": 1, "unrelated": 0}, 90)


def materialized(deployment: LiveDeployment) -> dict[str, int]:
    """How many partitions of each asset are materialized; 0 or 1 for one without partitions."""
    document = """{ assetNodes {
        assetKey { path } partitionStats { numMaterialized } assetMaterializations(limit: 1) { runId }
    } }"""
    return {
        node["assetKey"]["path"][0]: (
            node["partitionStats"]["numMaterialized"]
            if node["partitionStats"]
            else len(node["assetMaterializations"])
        )
        for node in deployment.ask(document)["assetNodes"]
    }
