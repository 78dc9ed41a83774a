"""A plan that is kept in a file and applied by whoever has the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from console.api import launch_queries
from console.exits import DONE, REFUSED, USAGE
from console.headless.running import run_command
from console.options import read_options
from console.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.launching.webserver import Webserver

pytestmark = pytest.mark.usefixtures("impatient")


def run(dagster: Webserver, folder: Path, *arguments: str, read_only: bool = False) -> int:
    settings = Settings(dagster.url, read_only, False, folder)
    return run_command(read_options([*arguments, "--url", dagster.url]), settings)


def made(dagster: Webserver, folder: Path, day: str, *arguments: str) -> Path:
    """A plan of one day, in a file."""
    file = folder / "plan.json"
    wanted = ("plan", "readings", "--partitions", day, "--out", str(file), *arguments)
    assert run(dagster, folder, *wanted) == DONE
    return file


def test_an_applied_plan_is_launched_once_with_its_id_who_and_why(
    dagster: Webserver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(dagster, tmp_path, "2025-11-01", "--reason", "source was late", "--tag", "team=a")
    name = json.loads(file.read_text())["id"]
    assert run(dagster, tmp_path, "apply", str(file), "--yes") == DONE
    (backfill,) = dagster.launched(name)
    found = dagster.instance.get_backfill(backfill)
    assert found is not None
    assert found.tags["dagdeck/reason"] == "source was late"
    assert found.tags["team"] == "a"
    assert found.tags["dagdeck/by"]
    capsys.readouterr()
    assert run(dagster, tmp_path, "apply", str(file), "--yes") == REFUSED
    assert f"backfill {backfill} is this plan already" in capsys.readouterr().err
    assert dagster.launched(name) == [backfill]


def test_a_plan_of_a_deployment_that_changed_is_refused_with_the_difference(
    dagster: Webserver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(dagster, tmp_path, "2025-11-02")
    backfill = ("backfill", "readings", "--partitions", "2025-11-02", "--yes")
    assert run(dagster, tmp_path, *backfill) == DONE
    capsys.readouterr()
    before = dagster.launched()
    assert run(dagster, tmp_path, "apply", str(file), "--yes") == REFUSED
    said = capsys.readouterr()
    assert said.out == "readings 2025-11-02: missing (run) → missing (blocked)\n"
    assert "1 cell changed since" in said.err
    assert run(dagster, tmp_path, "apply", str(file), "--yes", "--json") == REFUSED
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert change["after"]["action"] == "blocked"
    assert dagster.launched() == before


def test_a_plan_for_another_address_is_refused_unless_told_otherwise(
    dagster: Webserver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(dagster, tmp_path, "2025-11-03")
    file.write_text(json.dumps({**json.loads(file.read_text()), "server": "elsewhere:3000"}))
    before = dagster.launched()
    assert run(dagster, tmp_path, "apply", str(file), "--yes") == REFUSED
    assert "made for elsewhere:3000, and this is" in capsys.readouterr().err
    assert dagster.launched() == before
    assert run(dagster, tmp_path, "apply", str(file), "--yes", "--elsewhere") == DONE
    assert len(dagster.launched()) == len(before) + 1


def test_read_only_refuses_a_plan_and_a_bad_file_is_bad_usage(
    dagster: Webserver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made(dagster, tmp_path, "2025-11-04")
    before = dagster.launched()
    assert run(dagster, tmp_path, "apply", str(file), "--yes", read_only=True) == REFUSED
    file.write_text("{}")
    assert run(dagster, tmp_path, "apply", str(file), "--yes") == USAGE
    assert f"{file}: it is no plan" in capsys.readouterr().err
    assert dagster.launched() == before


def _configured(
    dagster: Webserver, folder: Path, config: str, day: str = "2025-11-05"
) -> tuple[Path, int]:
    file, out = folder / "city.yaml", folder / "plan.json"
    file.write_text(config)
    wanted = ("plan", "forecasts", "--partitions", day, "--config", str(file))
    return out, run(dagster, folder, *wanted, "--out", str(out))


def test_a_configuration_is_checked_kept_and_handed_to_the_backfill(
    dagster: Webserver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dagster.launched()
    out, code = _configured(dagster, tmp_path, "ops: {forecasts: {config: {town: Graz}}}")
    assert code == DONE
    assert "can't be launched: configuration is wrong: " in capsys.readouterr().err
    assert run(dagster, tmp_path, "apply", str(out), "--yes") == REFUSED
    assert dagster.launched() == before

    out, _ = _configured(dagster, tmp_path, "ops: {forecasts: {config: {city: Graz}}}")
    kept = json.loads(out.read_text())
    assert kept["request"]["config"] == {"ops": {"forecasts": {"config": {"city": "Graz"}}}}
    assert "can't be launched" not in capsys.readouterr().err
    assert run(dagster, tmp_path, "apply", str(out), "--yes") == DONE
    found = dagster.instance.get_backfill(dagster.launched(kept["id"])[0])
    assert found is not None
    assert found.run_config == kept["request"]["config"]


def test_a_configuration_that_this_dagster_would_drop_is_refused(
    dagster: Webserver,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def takes_none(_: object) -> bool:
        return False

    monkeypatch.setattr(launch_queries, "backfills_take_configuration", takes_none)
    before = dagster.launched()
    out, _ = _configured(
        dagster, tmp_path, "ops: {forecasts: {config: {city: Graz}}}", "2025-11-06"
    )
    assert "gives a backfill's runs no configuration" in capsys.readouterr().err
    assert run(dagster, tmp_path, "apply", str(out), "--yes") == REFUSED
    assert dagster.launched() == before


@pytest.mark.parametrize("content", ["[1]", "a: [", "a: 2025-01-01", "\x01"])
def test_a_file_that_holds_no_configuration_is_bad_usage(
    content: str, dagster: Webserver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        _configured(dagster, tmp_path, content)
    assert ended.value.code == USAGE
    assert f"`{tmp_path / 'city.yaml'}` " in capsys.readouterr().err


def test_a_plan_tells_what_is_on_and_makes_its_cells_anyway(
    dagster: Webserver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dagster, tmp_path, "plan", "totals", "stations", "--json") == DONE
    assert json.loads(capsys.readouterr().out)["warnings"] == [
        "automation condition `eager` is on and may make stations too",
        "schedule `running_hourly` is on and may make totals too",
    ]
