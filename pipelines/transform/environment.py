"""The environment variables that dbt runs with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.settings import REPOSITORY, Settings

PROJECT = REPOSITORY / "dbt"
WINDOW_START = "DAGDECK_WINDOW_START"
WINDOW_END = "DAGDECK_WINDOW_END"
CATALOG = "DAGDECK_DBT_TRINO_CATALOG"
"""The catalog of Trino that dbt builds in."""


def dbt_variables(settings: Settings) -> dict[str, str]:
    """The variables that are the same for every run, so that dbt's parse cache stays valid."""
    target = str(settings.dbt_target_path)
    return _trino_variables(settings) | {
        "DAGDECK_DUCKDB_PATH": str(settings.duckdb_path),
        "DBT_TARGET_PATH": target,
        "DBT_LOG_PATH": target,
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
        "DBT_VERSION_CHECK": "False",
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": _importable(REPOSITORY),
    }


def _trino_variables(settings: Settings) -> dict[str, str]:
    """The variables of dbt's target on Trino; none of the embedded profile."""
    if settings.lakehouse != "stack":
        return {}
    url = urlsplit(settings.trino_url)
    return {
        "DAGDECK_DBT_TARGET": "trino",
        "DAGDECK_DBT_TRINO_USER": settings.trino_user,
        "DAGDECK_DBT_TRINO_HOST": url.hostname or "",
        "DAGDECK_DBT_TRINO_PORT": str(url.port or (443 if url.scheme == "https" else 80)),
        "DAGDECK_DBT_TRINO_SCHEME": url.scheme,
        CATALOG: settings.trino_catalog,
        "DAGDECK_ZONE": settings.timezone,
        "DAGDECK_PREFERRED_DEVICE": settings.nightscout_device or "",
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
