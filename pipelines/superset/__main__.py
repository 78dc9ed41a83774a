"""`python -m pipelines.superset`: Superset over the running deployment's marts, until Ctrl-C."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from pipelines.deployment.errors import USAGE, DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout
from pipelines.deployment.ports import demand_free
from pipelines.deployment.state import read_state
from pipelines.settings import Settings, WrongSettingsError
from pipelines.superset.server import USER, Superset


def main() -> int:
    """Sets Superset up and replaces this process with it; returns an exit code only where that fails."""
    try:
        serve(of_deployment(Settings()))
    except WrongSettingsError as error:
        _say(str(error))
        return USAGE
    except DeploymentError as error:
        _say(str(error))
        return error.exit_code


def serve(superset: Superset) -> NoReturn:
    """Raises DeploymentError where Superset can't be set up."""
    demand_free("superset", superset.port)
    _say("Setting up Superset; the first time takes half a minute.")
    superset.prepare()
    _say(f"{superset.url}/superset/dashboard/lakehouse/")
    _say(f"user {USER}, password in {superset.password_file}; Ctrl-C ends it.")
    os.execve(superset.command[0], superset.command, superset.environment)


def of_deployment(settings: Settings) -> Superset:
    """Superset over the deployment of these settings; raises DeploymentError where it has none."""
    home = Home(settings.home.expanduser().resolve())
    state = read_state(home.state)
    if settings.postgres_url is None and "postgres" not in state.ports:
        raise DeploymentError(f"There is no deployment in {home.root}; start one: make console")
    layout = Layout(settings, home, state.ports, state.first_day or settings.first_day)
    return Superset(home.root / "superset", layout.postgres_url, settings.superset_port)


def _say(words: str) -> None:
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
