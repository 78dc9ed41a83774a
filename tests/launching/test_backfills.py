"""All backfills as a list, one in detail, and what one left taken up again."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus

from console.api.client import Client
from console.exits import DONE, FAILED, USAGE
from console.headless.running import run_command
from console.options import read_options
from console.settings import Settings
from console.store.deployment import Deployment
from console.store.runs.ended_runs import EndedRuns

if TYPE_CHECKING:
    from pathlib import Path

    from tests.launching.webserver import Webserver

pytestmark = pytest.mark.usefixtures("impatient")
DAYS = ("2025-10-01", "2025-10-02", "2025-10-03")


def run(dagster: Webserver, folder: Path, *arguments: str) -> int:
    options = read_options([*arguments, "--url", dagster.url])
    return run_command(options, Settings(dagster.url, False, False, folder))


def half_done(dagster: Webserver, backfill: str) -> None:
    """As a daemon that made the first day, failed at the second and was cancelled before the third."""
    for day, status in zip(
        DAYS, (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE), strict=False
    ):
        dagster.run_of(backfill, "readings", day, status)
        if status is dg.DagsterRunStatus.SUCCESS:
            event = dg.AssetMaterialization("readings", partition=day)
            dagster.instance.report_runless_asset_event(event)
    found = dagster.instance.get_backfill(backfill)
    assert found is not None
    ended = found.with_status(BulkActionStatus.CANCELED).with_end_timestamp(time.time())
    dagster.instance.update_backfill(ended)


@pytest.fixture(scope="module")
def left(dagster: Webserver, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The id of a backfill that left two of three days."""
    before = set(dagster.launched())
    wanted = ("backfill", "readings", "--partitions", ", ".join(DAYS), "--yes", "--title", "half")
    folder = tmp_path_factory.mktemp("left")
    assert run(dagster, folder, *wanted, "--reason", "late source") == DONE
    (backfill,) = set(dagster.launched()) - before
    half_done(dagster, backfill)
    return backfill


def test_the_list_has_who_why_and_what_became_of_it(
    dagster: Webserver, left: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dagster, tmp_path, "backfills", "--json") == DONE
    (found,) = [one for one in json.loads(capsys.readouterr().out) if one["id"] == left]
    assert (found["title"], found["reason"], found["status"]) == ("half", "late source", "CANCELED")
    assert found["by"]
    assert run(dagster, tmp_path, "backfills", "--limit", "1") == DONE
    said = capsys.readouterr()
    assert said.out.splitlines()[0].split()[:3] == ["backfill", "status", "created"]
    assert said.err == "1 backfill, newest first\n"


def test_one_is_told_cell_by_cell_by_the_beginning_of_its_id(
    dagster: Webserver, left: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dagster, tmp_path, "backfills", left[:-1]) == DONE
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0] == f"backfill  {left}  canceled"
    assert "readings  1 of 3 done" in lines
    assert any(line.startswith("  2025-10-02  failed in run ") for line in lines)
    assert "  2025-10-03  never started" in lines
    assert f"`dagdeck backfill --resume {left}` plans the 2 left" in said.err
    assert run(dagster, tmp_path, "backfills", left, "--json") == DONE
    (cells,) = json.loads(capsys.readouterr().out)["cells"]
    assert [one["partitions"] for one in cells["not_done"]] == [["2025-10-02"], ["2025-10-03"]]


@pytest.mark.usefixtures("left")
def test_an_id_that_is_none_names_the_newest(
    dagster: Webserver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dagster, tmp_path, "backfills", "zzz") == FAILED
    assert "no backfill `zzz` at" in capsys.readouterr().err


def test_what_it_left_is_planned_and_launched_and_nothing_else(
    dagster: Webserver, left: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dagster, tmp_path, "backfill", "--resume", left, "--dry-run", "--json") == DONE
    cells = json.loads(capsys.readouterr().out)["cells"]
    assert [(one["partition"], one["action"]) for one in cells] == [
        (day, "run") for day in DAYS[1:]
    ]
    before = set(dagster.launched())
    assert run(dagster, tmp_path, "backfill", "--resume", left, "--yes") == DONE
    (resumed,) = set(dagster.launched()) - before
    found = dagster.instance.get_backfill(resumed)
    assert found is not None
    assert found.asset_backfill_data is not None
    targets = found.asset_backfill_data.target_subset
    days = targets.get_partitions_subset(dg.AssetKey("readings")).get_partition_keys()
    assert set(days) == set(DAYS[1:])
    capsys.readouterr()
    assert run(dagster, tmp_path, "backfill", "--resume", left, "--yes") == DONE
    said = capsys.readouterr()
    assert f"backfill {resumed} will make it" in said.out
    assert "nothing to run" in said.err


def test_resume_of_partitions_or_of_other_assets_is_bad_usage(
    dagster: Webserver, left: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = ("backfill", "--resume", left)
    assert run(dagster, tmp_path, *wanted, "--partitions", DAYS[0]) == USAGE
    assert "name none" in capsys.readouterr().err
    assert run(dagster, tmp_path, "backfill", "totals", "--resume", left) == USAGE
    assert f"backfill {left} has none of these assets" in capsys.readouterr().err


async def test_each_run_is_told_once_when_it_has_ended(dagster: Webserver, left: str) -> None:
    client = Client(dagster.url)
    try:
        runs = EndedRuns(Deployment(client), left)
        assert {(run.partition_text, run.status.word) for run in await runs.look()} == {
            (DAYS[0], "success"),
            (DAYS[1], "failed"),
        }
        assert await runs.look() == []
        dagster.run_of(left, "readings", DAYS[2], dg.DagsterRunStatus.CANCELED)
        assert [run.partition_text for run in await runs.look()] == [DAYS[2]]
        assert await runs.look() == []
    finally:
        await client.close()


def test_watching_tells_each_run_with_its_end(
    dagster: Webserver, left: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dagster, tmp_path, "backfill", "--watch", left) == FAILED
    said = capsys.readouterr().err.splitlines()
    assert any(line.startswith(f"{DAYS[0]}  ✓ (") for line in said)
    assert any(line.startswith(f"{DAYS[1]}  ✗ failed (") for line in said)
    assert said[-1].startswith("canceled")


def test_a_plan_is_held_against_what_its_launch_has_made(
    dagster: Webserver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "plan.json")
    days = ("2025-09-01", "2025-09-02")
    plan = ("plan", "readings", "--partitions", ", ".join(days), "--out", file, "--title", "a|b")
    assert run(dagster, tmp_path, *plan) == DONE
    capsys.readouterr()
    assert run(dagster, tmp_path, "verify", file) == FAILED
    assert "not launched: no backfill or run carries the plan's id" in capsys.readouterr().err
    assert run(dagster, tmp_path, "apply", file, "--yes") == DONE
    backfill = capsys.readouterr().out.split()[-1]
    dagster.run_of(backfill, "readings", days[0], dg.DagsterRunStatus.SUCCESS)
    failed = dagster.run_of(backfill, "readings", days[1], dg.DagsterRunStatus.FAILURE)
    assert run(dagster, tmp_path, "verify", file) == FAILED
    said = capsys.readouterr()
    assert f"| readings | {days[0]} | missing | done |" in said.out
    assert f"| readings | {days[1]} | missing | failed in run {failed[:8]} |" in said.out
    assert said.err.endswith(f"backfill {backfill}: 1 of 2 planned cells are made\n")
    dagster.run_of(backfill, "readings", days[1], dg.DagsterRunStatus.SUCCESS)
    assert run(dagster, tmp_path, "verify", file, "--json") == DONE
    found = json.loads(capsys.readouterr().out)
    assert (found["backfill"], {one["outcome"] for one in found["cells"]}) == (backfill, {"done"})


def test_a_plan_of_whole_assets_is_verified_by_its_run(
    dagster: Webserver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "plan.json")
    assert run(dagster, tmp_path, "plan", "stations", "--out", file) == DONE
    assert run(dagster, tmp_path, "apply", file, "--yes") == DONE
    capsys.readouterr()
    assert run(dagster, tmp_path, "verify", file, "--json") == FAILED
    found = json.loads(capsys.readouterr().out)
    queued = dagster.instance.get_run_by_id(found["run"])
    assert queued is not None
    dagster.instance.report_run_canceled(queued)
    assert [one["outcome"] for one in found["cells"]] == ["queued or running"]
