"""`dagdeck runs`, `failures` and `why`."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.clock import dagdeck
from tests.fake_dagster.assets import Asset, Stretch
from tests.fake_dagster.partitions import daily
from tests.fake_dagster.runs import FakeRun
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = time.time()


@pytest.fixture(scope="module")
def dagster() -> Iterator[FakeDagster]:
    days = daily(20, NOW)
    ill = Asset("ill", "g", NOW - 3_600, days, stretches=(Stretch(12, 13, "F"),))
    runs = [
        FakeRun("aa110000-0001", "QUEUED", NOW - 30, [ill], 19, 19),
        FakeRun("7c1f0000-0002", "FAILURE", NOW - 600, [ill], 12, 13, cause="KeyError: 'sgv'"),
        FakeRun("bb220000-0003", "SUCCESS", NOW - 900, [ill], 3, 3),
    ]
    with FakeDagster(root([ill], runs, now=NOW)) as made:
        yield made


def _run(dagster: FakeDagster, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("DAGDECK_")}
    return subprocess.run(
        [*dagdeck(), *arguments, "--url", dagster.url],
        env={**clean, "DAGDECK_HOME": str(folder), "DAGDECK_CONFIG": str(folder / "none")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_runs_are_an_object_a_line_and_filtered(dagster: FakeDagster, tmp_path: Path) -> None:
    done = _run(dagster, tmp_path, "runs", "--json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["status"] for one in told] == ["QUEUED", "FAILURE", "SUCCESS"]
    failed = _run(dagster, tmp_path, "runs", "--state", "failed")
    assert [line.split()[0] for line in failed.stdout.splitlines()] == ["run", "7c1f0000"]
    some = _run(dagster, tmp_path, "runs", "!queued")
    assert len(some.stdout.splitlines()) == 3
    assert "filtered from the newest 3" in some.stderr


def test_a_filter_that_is_none_is_a_fault_of_usage(dagster: FakeDagster, tmp_path: Path) -> None:
    done = _run(dagster, tmp_path, "runs", "/[a/")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no regular expression" in done.stderr


def test_each_cause_is_told_and_an_open_one_fails_the_check(
    dagster: FakeDagster, tmp_path: Path
) -> None:
    done = _run(dagster, tmp_path, "failures", "--check")
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith("1× ")
    assert "KeyError" in line
    assert "in run 7c1f0000 · 2 cells failed" in line
    (cause,) = _run(dagster, tmp_path, "failures", "--json").stdout.splitlines()
    assert json.loads(cause)["runs"] == ["7c1f0000-0002"]
    assert _run(dagster, tmp_path, "failures", "--days", "0", "--check").returncode == 0


def test_why_tells_a_run_that_waits_from_one_that_failed(
    dagster: FakeDagster, tmp_path: Path
) -> None:
    waits = _run(dagster, tmp_path, "why", "aa110000")
    assert waits.stdout.startswith("run aa110000 queued (since ")
    assert "place 1 of 1 in the queue" in waits.stdout
    failed = json.loads(_run(dagster, tmp_path, "why", "7c1f0000", "--json").stdout)
    assert failed["status"] == "FAILURE"
    assert "KeyError" in failed["why"]
    nobody = _run(dagster, tmp_path, "why", "dead0000")
    assert nobody.returncode != 0
    assert "no run `dead0000`" in nobody.stderr
