"""What is wrong with a home's files is said at the start, with the command that mends it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.deployment import usable
from pipelines.deployment.backup import backup
from pipelines.deployment.errors import DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.postgres import system_uid
from pipelines.deployment.waiting import Waiting
from pipelines.settings import Settings

NOBODY = 65534


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    (made.root / "lake" / "raw").mkdir(parents=True)
    (made.root / "warehouse.duckdb").write_text("rows")
    return made


def refusal(home: Home, user: int | None = None) -> str:
    """What `up` of a user would be refused with; empty where it isn't."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            if user is not None:
                os.setuid(user)
            usable.demand_usable(home)
        except DeploymentError as error:
            os.write(writing, str(error).encode())
        except BaseException as error:
            os.write(writing, repr(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = told.read()
    os.waitpid(child, 0)
    return said


def test_a_home_as_it_should_be_is_not_refused(home: Home) -> None:
    assert refusal(home) == ""


def test_a_disk_without_room_is_said_with_how_much_there_is(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usable, "LEAST_FREE_MB", 10**12)
    assert re.search(r"Only \d+ MB are free on the disk of .*DAGDECK_HOME", refusal(home))


def test_a_disk_that_is_mounted_for_reading_only_is_said(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_flag=os.ST_RDONLY))
    assert f"The disk of {home.root} is mounted for reading only" in refusal(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_files_of_another_user_are_named_with_the_command_that_gives_them_back(home: Home) -> None:
    for folder in (home.root, *list(home.root.parents)[:4]):
        if folder.stat().st_uid == 0 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o755)
    for path in (home.root, home.logs, home.dagster):
        os.chown(path, NOBODY, NOBODY)
    said = refusal(home, NOBODY)
    assert "belongs to root and can't be written by nobody" in said
    assert f"`chown -R nobody {home.root}`" in said
    for path in (home.root / "lake", home.root / "lake" / "raw", home.root / "warehouse.duckdb"):
        os.chown(path, NOBODY, NOBODY)
    assert refusal(home, NOBODY) == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_data_folder_that_postgres_may_not_open_is_named(home: Home) -> None:
    data = home.postgres / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("18\n")
    os.chown(data, NOBODY, NOBODY)
    assert f"{data} belongs to nobody, and Postgres runs as pgserver" in refusal(home)
    for path in (data, data / "PG_VERSION"):
        os.chown(path, system_uid() or 0, -1)
    assert refusal(home) == ""


def test_a_half_restored_home_is_refused(home: Home) -> None:
    home.restoring.touch()
    assert "half restored" in refusal(home)


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("going-back", "half on its way back from an upgrade: run `python -m pipelines.depl"),
        ("restoring", "half restored: run `dagdeck restore FILE` again"),
    ],
)
def test_a_home_between_two_states_is_not_backed_up(home: Home, mark: str, words: str) -> None:
    file = home.root.with_name("backup.tar.gz")
    home.state.write_text("{}")
    (home.root / mark).touch()
    with pytest.raises(DeploymentError, match=words) as refused:
        backup(Settings(home=home.root), file, Waiting())
    assert refused.value.exit_code == 4
    assert list(home.root.parent.iterdir()) == [home.root]


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ("UTC", "DAGDECK_TIMEZONE='Europe/Berlin', and the days in .* are those of 'UTC': set it"),
        ("on the way to Asia/Tokyo", "rezone` again, with DAGDECK_TIMEZONE='Asia/Tokyo'"),
    ],
)
def test_a_zone_that_is_not_that_of_the_stored_days_is_refused_with_the_way_out(
    home: Home, kept: str, words: str
) -> None:
    berlin = Settings(home=home.root, timezone="Europe/Berlin")
    usable.demand_zone(berlin, home)
    (home.root / "timezone").write_text(f"{kept}\n")
    with pytest.raises(DeploymentError, match=words) as refused:
        usable.demand_zone(berlin, home)
    assert "pipelines.operations.rezone" in str(refused.value)
    assert refused.value.exit_code == 4
