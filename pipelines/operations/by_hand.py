"""The settings of a command that a person types, with the home's own Postgres."""

from __future__ import annotations

from pipelines.deployment.errors import UNREACHABLE, DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.postgres import Cluster, demand_reachable
from pipelines.deployment.state import read_state
from pipelines.settings import Settings
from pipelines.stack.parts import Lake


def connected(settings: Settings) -> Settings:
    """The settings with the URL of the home's own Postgres, where none is given.

    Raises DeploymentError where it doesn't answer.
    """
    if settings.postgres_url:
        demand_reachable(settings.postgres_url)
        return settings
    home = Home(settings.home.expanduser().resolve())
    state = read_state(home.state)
    port = state.ports.get("postgres")
    if port is None:
        raise DeploymentError(f"{home.root} has no deployment; `dagdeck up` makes one.")
    cluster = Cluster(home.postgres, port)
    if not cluster.accepts():
        raise DeploymentError(
            f"The Postgres of {home.root} doesn't run; `dagdeck up` starts it.", UNREACHABLE
        )
    settings = settings.model_copy(update={"postgres_url": cluster.url})
    if state.lakehouse == "stack":
        lake = Lake(home.root / "stack", state.ports, lambda: cluster.url)
        settings = settings.model_copy(update=lake.fields)
    return settings
