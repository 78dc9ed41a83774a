"""The wheel holds all that the console needs, and works without the deployment's packages."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what git has of the tree: nothing that only lies about here gets in."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    files = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, files):
        source = ROOT / name
        if source.is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(source.read_bytes())
    run(UV, "build", "--wheel", "--out-dir", out, tree)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and what it declares, and nothing else."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    run(UV, "venv", "--quiet", "--python", sys.executable, folder)
    python = folder / "bin" / "python"
    run(UV, "pip", "install", "--quiet", "--python", python, "-c", ROOT / "constraints.txt", wheel)
    return python


def test_every_file_that_is_read_at_run_time_is_in_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    wanted = {
        str(path.relative_to(ROOT))
        for folder in ("console", "pipelines")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".graphql", ".tcss", ".sql"} and "__pycache__" not in path.parts
    }
    assert wanted - held == set()


def test_the_console_starts_without_the_packages_of_the_deployment(
    python: Path, tmp_path: Path
) -> None:
    code = (
        "import importlib, pkgutil, console\n"
        "for found in pkgutil.walk_packages(console.__path__, 'console.'):\n"
        "    importlib.import_module(found.name)\n"
        "import importlib.util\n"
        "assert importlib.util.find_spec('dagster') is None\n"
    )
    run(python, "-c", code, cwd=tmp_path)


def test_the_version_is_that_of_the_project(python: Path, tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    said = run(python.with_name("dagdeck"), "--version", cwd=tmp_path)
    assert said == f"dagdeck {project['version']}\n"


def test_a_command_that_needs_the_deployment_says_so_in_a_sentence(
    python: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [str(python.with_name("dagdeck")), "up"],
        cwd=tmp_path,
        env={**os.environ, "DAGDECK_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("dagdeck: the local deployment is not installed here")
