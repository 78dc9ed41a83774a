"""The same cells launched by two at once: who came second takes its own back, and says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from console.exits import DONE, INTERRUPTED, REFUSED
from console.headless.running import run_command
from console.options import read_options
from console.settings import Settings
from console.store.planning import launch

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.domain.runs.launched import Launched
    from console.planner.plan import Plan
    from console.store.deployment import Deployment
    from tests.launching.webserver import Webserver

DAGDECK = Path(sys.executable).with_name("dagdeck")
SECONDS = 60


def started(dagster: Webserver, home: Path, *arguments: str) -> subprocess.Popen[str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("DAGDECK_")}
    return subprocess.Popen(
        [str(DAGDECK), "backfill", *arguments, "--url", dagster.url],
        env={**clean, "DAGDECK_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def run(dagster: Webserver, home: Path, *arguments: str) -> int:
    options = read_options(["--url", dagster.url, "backfill", *arguments])
    return run_command(options, Settings(dagster.url, False, False, home))


@pytest.fixture
def launched_between(
    dagster: Webserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Makes another shell launch the same just before this one's mutation is sent."""
    send = launch.send

    def prepare(*arguments: str) -> None:
        async def other_first(deployment: Deployment, made: Plan, name: str) -> Launched:
            other = started(dagster, tmp_path / "other", *arguments)
            assert other.wait(SECONDS) == DONE
            return await send(deployment, made, name)

        monkeypatch.setattr(launch, "send", other_first)

    return prepare


DAY = "--partitions", "2025-12-01", "--yes"


def test_who_comes_second_takes_its_own_back(
    dagster: Webserver,
    launched_between: Callable[..., None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    launched_between("readings", *DAY)
    before = set(dagster.launched())
    assert run(dagster, tmp_path, "readings", *DAY) == REFUSED
    mine = capsys.readouterr()
    (first,) = set(dagster.launched()) - before - {mine.out.split()[-1]}
    assert f"backfill {first} came first and makes 1 cell of this plan" in mine.err
    assert "was taken back before anything started" in mine.err
    assert dagster.status(mine.out.split()[-1]) == "CANCELING"
    assert dagster.status(first) == "REQUESTED"


def test_anyway_launches_all_the_same(
    dagster: Webserver,
    launched_between: Callable[..., None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    launched_between("readings", "--partitions", "2025-12-02", "--yes")
    assert run(dagster, tmp_path, "readings", *DAY[:1], "2025-12-02", "--yes", "--anyway") == DONE
    assert dagster.status(capsys.readouterr().out.split()[-1]) == "REQUESTED"


def test_other_cells_of_the_same_asset_are_nobodys_rivals(
    dagster: Webserver,
    launched_between: Callable[..., None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    launched_between("readings", "--partitions", "2025-12-03", "--yes")
    assert run(dagster, tmp_path, "readings", "--partitions", "2025-12-04", "--yes") == DONE
    assert dagster.status(capsys.readouterr().out.split()[-1]) == "REQUESTED"


def test_a_run_that_came_second_is_taken_out_of_the_queue(
    dagster: Webserver,
    launched_between: Callable[..., None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    launched_between("totals", "--yes")
    assert run(dagster, tmp_path, "totals", "--yes") == REFUSED
    mine = dagster.instance.get_run_by_id(capsys.readouterr().out.split()[-1])
    assert mine is not None
    assert mine.status.value == "CANCELED"


@pytest.mark.parametrize(
    "arguments",
    [["weather or stations"], ["weather", "--title", "night"], ["weather", "--parallel", "2"]],
)
def test_assets_that_one_run_cannot_take_are_launched_as_a_backfill(
    arguments: list[str], dagster: Webserver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dagster, tmp_path, *arguments, "--yes") == DONE
    found = dagster.instance.get_backfill(capsys.readouterr().out.split()[-1])
    assert found is not None
    assert found.title == ("night" if "--title" in arguments else None)
    assert ("dagdeck/parallel-2" in found.tags) == ("--parallel" in arguments)
    assert found.asset_selection is not None
    assert len(found.asset_selection) == 1 + ("stations" in arguments[0])
    finish(dagster, found.backfill_id)


def test_two_shells_at_once_leave_each_cell_to_one(dagster: Webserver, tmp_path: Path) -> None:
    day = "--partitions", "2025-12-05", "--yes"
    before = set(dagster.launched())
    both = [started(dagster, tmp_path / str(at), "readings", *day) for at in range(2)]
    assert sorted(one.wait(SECONDS) for one in both) in ([DONE, REFUSED], [REFUSED, DONE])
    going = [one for one in set(dagster.launched()) - before if dagster.status(one) == "REQUESTED"]
    assert len(going) == 1


def test_after_ctrl_c_it_is_said_what_goes_on_and_how_to_come_back(
    dagster: Webserver, tmp_path: Path
) -> None:
    waiting = started(
        dagster, tmp_path, "readings", "--partitions", "2025-12-06", "--yes", "--wait"
    )
    assert waiting.stderr is not None
    words = ""
    while "requested" not in words:
        words = waiting.stderr.readline()
        assert words, "it ended before it waited"
    waiting.send_signal(signal.SIGINT)
    out, words = waiting.communicate(timeout=SECONDS)
    backfill = out.split()[-1]
    assert waiting.returncode == INTERRUPTED
    said = f"backfill {backfill} goes on; `dagdeck backfill --watch {backfill}`"
    assert words.splitlines()[-1] == said
    assert dagster.status(backfill) == "REQUESTED"


def test_a_launch_is_watched_by_its_id_to_its_end(dagster: Webserver, tmp_path: Path) -> None:
    launched = started(dagster, tmp_path, "readings", "--partitions", "2025-12-07", "--yes")
    backfill = launched.communicate(timeout=SECONDS)[0].split()[-1]
    watching = started(dagster, tmp_path, "--watch", backfill)
    assert watching.stdout is not None
    assert watching.stdout.readline().strip() == backfill
    finish(dagster, backfill)
    assert watching.wait(SECONDS) == DONE


def finish(dagster: Webserver, backfill: str) -> None:
    """As the daemon does when the last run has succeeded."""
    from dagster._core.execution.backfill import BulkActionStatus

    found = dagster.instance.get_backfill(backfill)
    assert found is not None
    ended = found.with_status(BulkActionStatus.COMPLETED_SUCCESS).with_end_timestamp(time.time())
    dagster.instance.update_backfill(ended)
