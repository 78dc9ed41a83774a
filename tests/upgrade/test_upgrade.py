"""A home of each earlier release is opened by the present one."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pipelines.deployment.version import VERSION
from tests.backfills import READINGS, READINGS_MARTS, await_success, launch
from tests.conftest import traversable
from tests.deployments import LiveDeployment, free_ports
from tests.integration.lakehouse import MARTS, TABLES, Lakehouse
from tests.thoroughness import THOROUGH, rounds
from tests.upgrade.conftest import BACKFILL_SECONDS, NEW_DAY, OLD_DAYS, copy_of

Tables = dict[str, list[tuple[object, ...]]]
STEP = rounds(2, 4)
"""Each start goes on from where the one before was killed: with 2, it is killed at every step."""
NOTHING = "Nothing is to be done: the home is up to date."


def upgrades(said: str) -> list[str]:
    """The steps that were told."""
    lines = said.splitlines()
    return [line.removeprefix("upgrade: ") for line in lines if line.startswith("upgrade: ")]


def killed_at(live: LiveDeployment, number: int) -> list[str]:
    """`up`, killed as it tells of step `number`, counted from one; the steps it told.

    One that has fewer steps to do comes to its end, with success.
    """
    process = live.start("up", "--wait")
    assert process.stderr is not None
    told: list[str] = []
    for line in process.stderr:
        told += upgrades(line)
        if len(told) == number:
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=60)
            return told
    assert process.wait(timeout=60) == 0
    return told


def may_read(live: LiveDeployment, role: str, table: str) -> bool:
    with psycopg.connect(live.postgres_url) as connection:
        asked = "SELECT has_table_privilege(%s, %s, 'SELECT')"
        return connection.execute(asked, [role, table]).fetchone() == (True,)


def rerun(live: LiveDeployment, like: Tables | None = None) -> Tables:
    """All rows after a backfill of old and new days."""
    wanted = launch(live, OLD_DAYS[0], NEW_DAY, READINGS, READINGS_MARTS)
    await_success(live, wanted, BACKFILL_SECONDS)
    return everything(live, like)


def everything(live: LiveDeployment, like: Tables | None = None) -> Tables:
    """All rows, with their columns by name: a home keeps the order in which they were added.

    Given others, in their columns: a table keeps a column that its model has no more.
    """
    lakehouse = Lakehouse(live.settings)
    tables: Tables = {}
    for table, columns in TABLES.items():
        described = lakehouse.warehouse(f"describe select {columns} from {table}")
        names = [str(name) for name in like[table][0]] if like else sorted(c[0] for c in described)
        rows = lakehouse.warehouse(f"select {', '.join(names)} from {table} order by all")
        tables[table] = [tuple(names), *rows]
    for mart in MARTS:
        published = lakehouse.postgres(f"select * from marts.{mart}")
        tables[mart] = sorted((tuple(sorted(row.items())) for row in published), key=str)
    return tables


@pytest.fixture(scope="module")
def anew(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The tables of a home that the present release made."""
    folder = traversable(tmp_path_factory.mktemp("anew"))
    live = LiveDeployment(folder / "home", free_ports())
    try:
        live.up("--wait")
        return rerun(live)
    finally:
        live.down()


@pytest.fixture(scope="module")
def upgraded(old_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDeployment]:
    """The old home at another place, brought up to date by starts of which each was killed."""
    live = copy_of(old_home, traversable(tmp_path_factory.mktemp("upgraded")) / "home")
    try:
        foretold = live.run("up", "--check").stdout.splitlines()
        assert any("raw.glucose_entries is found again" in line for line in foretold)
        assert any(line.startswith("Dagster's storage is migrated") for line in foretold)
        assert live.processes() == []
        assert len(killed_at(live, 1)) == 1
        kills = 1
        while len(killed_at(live, STEP)) == STEP:
            kills += 1
            assert (live.home / "before-upgrade" / "postgres.dump").exists()
            assert not (live.home / "version.json").exists()
        assert kills >= 2, "nothing was left to kill it at"
        yield live
    finally:
        live.down()
        assert live.processes() == []


def test_a_home_of_a_killed_upgrade_becomes_like_a_home_made_anew(
    upgraded: LiveDeployment, anew: Tables
) -> None:
    version = json.loads((upgraded.home / "version.json").read_text())
    assert version["version"] == VERSION
    assert "noise long" in version["parts"]["raw.glucose_entries"]
    assert rerun(upgraded, anew) == anew
    with psycopg.connect(upgraded.postgres_url) as connection:
        assert len(connection.execute("SELECT * FROM report").fetchall()) == 3
    assert may_read(upgraded, "report_reader", "marts.mrt_glucose_overview")
    assert upgraded.run("up", "--check").stdout.strip() == NOTHING


@pytest.mark.skipif(not THOROUGH, reason="long; `make test-thorough` runs it")
def test_a_backup_taken_amid_runs_is_restored_to_another_place_and_goes_on_there(
    upgraded: LiveDeployment, tmp_path: Path
) -> None:
    file = tmp_path / "backup.tar.gz"
    amid = launch(upgraded, OLD_DAYS[0], NEW_DAY, READINGS, READINGS_MARTS)
    done = upgraded.run("backup", str(file))
    assert done.returncode == 0, done.stderr
    assert "tables" in done.stdout
    await_success(upgraded, amid, BACKFILL_SECONDS)
    tables = everything(upgraded)
    other = LiveDeployment(traversable(tmp_path) / "other", free_ports())
    try:
        restored = other.run("restore", str(file))
        assert restored.returncode == 0, restored.stderr
        assert "are as they were" in restored.stdout
        assert other.processes() == []
        other.up("--wait")
        assert may_read(other, "report_reader", "marts.mrt_glucose_overview")
        again = launch(other, NEW_DAY, NEW_DAY, READINGS, READINGS_MARTS)
        await_success(other, again, BACKFILL_SECONDS)
        assert everything(other) == tables
        refused = other.run("restore", str(file))
        assert refused.returncode == 4
        assert "isn't empty" in refused.stderr
    finally:
        other.down()


def test_the_start_after_the_upgrade_removes_what_was_kept(upgraded: LiveDeployment) -> None:
    upgraded.down()
    assert (upgraded.home / "before-upgrade").exists()
    assert "is removed" in upgraded.up("--wait").stderr
    assert not (upgraded.home / "before-upgrade").exists()


def rezone(live: LiveDeployment, zone: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [live.python, "-m", "pipelines.operations.rezone"],
        env={**live.environment, "DAGDECK_TIMEZONE": zone},
        cwd=live.folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_home_changes_its_zone_by_a_command_while_it_is_down_and_not_otherwise(
    upgraded: LiveDeployment,
) -> None:
    refused = rezone(upgraded, "Asia/Tokyo")
    assert (refused.returncode, "`dagdeck down` first" in refused.stderr) == (4, True)
    upgraded.down()
    for arguments in (("up", "--wait"), ("up", "--check")):
        refused = upgraded.run(*arguments, DAGDECK_TIMEZONE="Asia/Tokyo")
        assert refused.returncode == 4
        assert "those of 'UTC': set it back, or move the days" in refused.stderr
    done = rezone(upgraded, "Asia/Tokyo")
    assert done.returncode == 0, done.stderr
    assert "The days are those of Asia/Tokyo" in done.stdout
    assert upgraded.processes() == []
    assert upgraded.run("up").returncode == 4
    started = upgraded.run("up", "--wait", DAGDECK_TIMEZONE="Asia/Tokyo")
    assert started.returncode == 0, started.stderr


def test_an_older_home_is_refused_in_another_zone_than_that_of_its_rows(
    old_home: Path, tmp_path: Path
) -> None:
    live = copy_of(old_home, traversable(tmp_path) / "home")
    refused = live.run("up", "--wait", DAGDECK_TIMEZONE="Asia/Tokyo")
    assert refused.returncode == 4
    assert "were given their days in another zone" in refused.stderr
    assert live.processes() == []


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", gzip.compress(b"no archive either", mtime=0)],
    ids=["empty", "text", "gzip"],
)
def test_a_file_that_is_no_backup_is_told_and_makes_no_home(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    live = LiveDeployment(tmp_path / "home", free_ports())
    done = live.run("restore", str(file))
    assert done.returncode == 1
    assert str(file) in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not live.home.exists()


def test_an_older_release_refuses_the_home_of_a_newer_one(tmp_path: Path) -> None:
    live = LiveDeployment(traversable(tmp_path) / "home", free_ports())
    live.home.mkdir()
    (live.home / "state.json").write_text("{}")
    newer = {"version": VERSION + 1, "release": "9.1", "code": "", "root": "", "parts": {}}
    (live.home / "version.json").write_text(json.dumps(newer))
    for arguments in (("up", "--wait"), ("up", "--check")):
        done = live.run(*arguments)
        assert done.returncode == 4
        (said,) = done.stderr.splitlines()[-1:]
        assert f"is of version {VERSION + 1}, made by dagdeck 9.1" in said
        assert "Traceback" not in done.stderr
    live.down()
    assert live.processes() == []


def test_a_home_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    live = LiveDeployment(tmp_path / "home", free_ports())
    assert "There is no home" in live.run("up", "--check").stdout
    assert not live.home.exists()
