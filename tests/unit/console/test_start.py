"""The console starts without what only the deployment needs."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import pytest

import console.screens
import console.widgets

HEAVY = ("dagster", "pyarrow", "pyiceberg", "trino", "duckdb", "dlt", "dbt", "pipelines", "pandas")
SCREENS = [
    found.name for found in pkgutil.walk_packages(console.screens.__path__, "console.screens.")
]
HEADLESS = [
    f"console.headless.{name}" for name in ("status", "plan", "backfill", "logs", "running")
]


def _loaded(*modules: str) -> set[str]:
    """The top-level packages that a fresh interpreter has after importing these."""
    code = (
        f"import sys, json, importlib\nfor name in {modules!r}: importlib.import_module(name)\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_the_whole_console_loads_nothing_of_the_deployment() -> None:
    assert len(SCREENS) > 15
    loaded = _loaded("console.cli", "console.app", *SCREENS, *HEADLESS)
    assert "textual" in loaded
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize("name", HEADLESS)
def test_a_command_without_a_screen_does_not_load_textual(name: str) -> None:
    assert _loaded("console.cli", name).isdisjoint({"textual", *HEAVY})


def test_usage_is_answered_before_anything_else_is_loaded() -> None:
    assert _loaded("console.cli", "console.options").isdisjoint({"textual", "httpx", *HEAVY})
