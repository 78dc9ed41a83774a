"""`python -m pipelines.stack.container PART`: what a container of the Dagster image runs.

`prepare` makes what the others need and ends: Dagster's files, the first day, the catalog of Trino,
and the role that Superset reads the marts as. The others, `code-server`, `webserver` and `daemon`,
replace this process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipelines.deployment.command import exit_code
from pipelines.deployment.dagster_home import LOCATION, write_dagster_home
from pipelines.deployment.home import Home
from pipelines.deployment.parts import DAGSTER_VARIABLES
from pipelines.deployment.state import State, read_state, write_atomically
from pipelines.settings import Settings
from pipelines.stack.catalogs import create_catalog
from pipelines.superset.reader import ensure_reader

CODE_HOST, CODE_PORT, WEBSERVER_PORT = "code", 4266, 3000
"""As docker-compose.yml names and publishes them."""
ANYWHERE = "0.0.0.0"


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepares, or runs a part; the exit code is 0 done, 1 failed, 2 usage."""
    (part,) = sys.argv[1:] if arguments is None else arguments
    home = Home(Settings().home)
    if part == "prepare":
        return exit_code(lambda: prepare(Settings(), home))
    command, variables = command_of(part, home), variables_of(home)
    os.execve(command[0], command, os.environ | variables)
    return None


def prepare(settings: Settings, home: Home) -> None:
    """Makes what the other containers need; may be done again."""
    home.create()
    state = read_state(home.state)
    kept = State(first_day=state.first_day or settings.first_day, lakehouse="stack")
    write_atomically(home.state, kept.model_dump_json(indent=2))
    write_dagster_home(home, settings.database_url, CODE_PORT, CODE_HOST)
    create_catalog(settings, settings.trino_catalog)
    if password := os.environ.get("SUPERSET_READER_PASSWORD"):
        ensure_reader(settings.database_url, password)


def command_of(part: str, home: Home) -> list[str]:
    """The command of a part; the code server has the port that the workspace names."""
    workspace = str(home.workspace)
    serving = {
        "code-server": ("--port", str(CODE_PORT), "--location-name", LOCATION, "--host", ANYWHERE),
        "webserver": ("--port", str(WEBSERVER_PORT), "--workspace", workspace, "--host", ANYWHERE),
        "daemon": ("run", "--workspace", workspace),
    }
    module = f"pipelines.deployment.{part.replace('-', '_')}"
    return [sys.executable, "-m", module, *serving[part]]


def variables_of(home: Home) -> dict[str, str]:
    """The variables that `prepare` decided."""
    first_day = read_state(home.state).first_day
    assert first_day is not None
    return {
        **DAGSTER_VARIABLES,
        "DAGSTER_HOME": str(Path(home.dagster)),
        "DAGDECK_FIRST_DAY": first_day.isoformat(),
        "PYTHONUNBUFFERED": "1",
    }


if __name__ == "__main__":
    sys.exit(main())
