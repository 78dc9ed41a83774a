"""The settings of a command that a person types, with the home's own Postgres."""

from __future__ import annotations

from pipelines.deployment.errors import UNREACHABLE, DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.postgres import Cluster, demand_reachable
from pipelines.deployment.state import read_state
from pipelines.settings import Settings


def connected(settings: Settings) -> Settings:
    """The settings with the URL of the home's own Postgres, where none is given.

    Raises DeploymentError where it doesn't answer.
    """
    if settings.postgres_url:
        demand_reachable(settings.postgres_url)
        return settings
    home = Home(settings.home.expanduser().resolve())
    port = read_state(home.state).ports.get("postgres")
    if port is None:
        raise DeploymentError(f"{home.root} has no deployment; `dagdeck up` makes one.")
    cluster = Cluster(home.postgres, port)
    if not cluster.accepts():
        raise DeploymentError(
            f"The Postgres of {home.root} doesn't run; `dagdeck up` starts it.", UNREACHABLE
        )
    return settings.model_copy(update={"postgres_url": cluster.url})
