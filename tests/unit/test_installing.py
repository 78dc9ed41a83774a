"""What the installation says of how far it is, and what it takes over from pip's settings."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tools import install
from tools.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path

UV = """Resolved 176 packages in 1.32s
   Building dagdeck @ file:///here
Downloading pyarrow (52.5MiB)
Downloading small (512.0KiB)
 Downloaded small
 Downloaded pyarrow
Prepared 176 packages in 12s"""
PIP = """Obtaining file:///here
Collecting dagster==1.13.27
  Downloading dagster-1.13.27-py3-none-any.whl (1.9 MB)
Collecting dlt==1.31.0
Installing collected packages: a, b"""


def _words(output: str) -> list[str]:
    installed = install.Installed()
    return [installed.read(line) for line in output.splitlines()]


def test_uv_is_told_by_packages_and_megabytes() -> None:
    words = _words(UV)
    assert words[0] == "176 packages chosen"
    assert words[2] == "176 packages, 0 of 52 MiB"
    assert words[4] == "176 packages, 0 of 53 MiB"
    assert words[5] == "176 packages, 53 of 53 MiB"
    assert words[6] == "unpacking into the environment"


def test_pip_is_told_by_what_it_collects() -> None:
    words = _words(PIP)
    assert words[0] == "choosing versions"
    assert words[1] == "1 packages, Collecting dagster==1.13.27"
    assert words[-1] == "2 packages, unpacking into the environment"


def test_uv_obeys_what_pip_was_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = "global.index-url='https://index.example/simple'\n:env:.find-links='/a /b'\n"
    done = subprocess.CompletedProcess([], 0, stdout=told)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.setenv("UV_FIND_LINKS", "/mine")
    found = install._settings_of_uv(tmp_path)
    assert found == {"UV_DEFAULT_INDEX": "https://index.example/simple"}


def test_a_command_that_fails_is_told_by_its_last_lines() -> None:
    command = [sys.executable, "-c", "print('no such package'); raise SystemExit(3)"]
    with Progress() as progress, pytest.raises(install.CommandError, match="no such package"):
        install._run(command, progress)


def test_a_pipe_gets_whole_lines_of_what_is_done_and_for_how_long(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Progress() as progress:
        progress.begin("making .venv")
        progress.begin("fetching uv")
        progress.detail = "3 packages"
        progress.end_step()
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"{'making .venv':<28}    0 s",
        f"{'fetching uv':<28}    0 s  3 packages",
    ]
