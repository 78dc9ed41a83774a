"""The way back from an upgrade: a home is again what the release before had made."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from pipelines.deployment.counts import count_database, count_lake, count_warehouse
from tests.conftest import traversable
from tests.deployments import LiveDeployment, free_ports
from tests.thoroughness import THOROUGH
from tests.upgrade.conftest import NEW_DAY, OLD_DAYS, backfilled, copy_of
from tests.upgrade.releases import Release

STEPS = 5
KILLED_AT = range(1, STEPS + 1) if THOROUGH else (1, STEPS)


def start_back(live: LiveDeployment, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [live.python, "-m", "pipelines.deployment.back"],
        env={**live.environment, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def back(live: LiveDeployment, **variables: str) -> subprocess.CompletedProcess[str]:
    process = start_back(live, **variables)
    out, words = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, words)


def killed_at(live: LiveDeployment, number: int) -> int:
    """Kills the way back as it tells of step `number`, counted from one; the steps it told."""
    process = start_back(live)
    assert process.stderr is not None
    told = 0
    for line in process.stderr:
        told += line.startswith("back: ")
        if told == number:
            process.send_signal(signal.SIGKILL)
            break
    process.wait(timeout=60)
    return told


def rows_of(live: LiveDeployment) -> dict[str, int]:
    """The rows of lake, warehouse and marts; Dagster's own tables grow by themselves."""
    with psycopg.connect(live.postgres_url) as connection:
        database = count_database(connection)
        lake = count_lake(connection)
    marts = {name: rows for name, rows in database.items() if name.startswith("postgres marts.")}
    return lake | marts | count_warehouse(live.home / "warehouse.duckdb")


def demand_refused(live: LiveDeployment, file: Path) -> None:
    for arguments in (("up", "--wait"), ("up", "--check"), ("backup", str(file))):
        refused = live.run(*arguments)
        assert refused.returncode == 4
        assert "half on its way back" in refused.stderr


@pytest.mark.skipif(not THOROUGH, reason="long; `make test-thorough` runs it")
def test_a_home_goes_back_to_the_release_it_came_from_however_often_that_is_killed(
    release_home: Path, earlier: Release, tmp_path: Path
) -> None:
    live = copy_of(release_home, traversable(tmp_path) / "home")
    old = earlier.deployment(live)
    dump = live.home / "before-upgrade" / "postgres.dump"
    try:
        old.up("--wait")
        before = rows_of(old)
        old.down()
        live.up("--wait")
        kept = dump.read_bytes()
        backfilled(live, OLD_DAYS[0], NEW_DAY)
        assert rows_of(live) != before
        refused = back(live)
        assert (refused.returncode, "`dagdeck down` first" in refused.stderr) == (4, True)
        live.down()
        for number in KILLED_AT:
            assert killed_at(live, number) == number
            assert number == STEPS or dump.read_bytes() == kept
            if number in (1, STEPS):
                demand_refused(live, tmp_path / "backup.tar.gz")
        left = STEPS if dump.exists() else 0
        done = back(live)
        assert (done.returncode, done.stderr.count("back: ")) == (0, left), done.stderr
        for gone in ("before-upgrade", "going-back", "version.json", "timezone"):
            assert not (live.home / gone).exists()
        old.up("--wait")
        assert rows_of(old) == before
        backfilled(old, NEW_DAY, NEW_DAY)
        assert sum(rows_of(old).values()) > sum(before.values())
    finally:
        live.down()
        assert live.processes() == []


def test_without_an_upgrade_there_is_no_way_back(tmp_path: Path) -> None:
    live = LiveDeployment(traversable(tmp_path) / "home", free_ports())
    assert "There is no home" in back(live).stderr
    live.home.mkdir()
    (live.home / "state.json").write_text("{}")
    done = back(live)
    assert (done.returncode, "Nothing is kept in" in done.stderr) == (4, True)
    assert not (live.home / "going-back").exists()


def test_a_database_elsewhere_is_not_replaced_and_the_way_is_told(tmp_path: Path) -> None:
    live = LiveDeployment(traversable(tmp_path) / "home", free_ports())
    kept = live.home / "before-upgrade"
    kept.mkdir(parents=True)
    (kept / "postgres.dump").write_text("a dump")
    (live.home / "state.json").write_text("{}")
    done = back(live, DAGDECK_POSTGRES_URL="postgresql://me:secret@127.0.0.1:1/elsewhere")
    assert done.returncode == 4
    assert f"bring {kept / 'postgres.dump'} into an empty database with `pg_restore" in done.stderr
    assert "secret" not in done.stderr
    assert not (live.home / "going-back").exists()
