"""The environment variables that dbt runs with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pipelines.settings import REPOSITORY, Settings

PROJECT = REPOSITORY / "dbt"
WINDOW_START = "DAGDECK_WINDOW_START"
WINDOW_END = "DAGDECK_WINDOW_END"


def dbt_variables(settings: Settings) -> dict[str, str]:
    """The variables that are the same for every run, so that dbt's parse cache stays valid."""
    target = str(settings.dbt_target_path)
    return {
        "DAGDECK_DUCKDB_PATH": str(settings.duckdb_path),
        "DBT_TARGET_PATH": target,
        "DBT_LOG_PATH": target,
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
        "DBT_VERSION_CHECK": "False",
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": _importable(REPOSITORY),
    }


def window_variables(days: Sequence[date]) -> dict[str, str]:
    """The variables with the days of a run, which the plugin makes session variables of the engine."""
    return {WINDOW_START: min(days).isoformat(), WINDOW_END: max(days).isoformat()}


def _importable(folder: Path) -> str:
    paths = [str(folder), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return os.pathsep.join(dict.fromkeys(paths))


@contextmanager
def variables(values: Mapping[str, str]) -> Iterator[None]:
    """Sets these variables in the process's environment within the block."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
