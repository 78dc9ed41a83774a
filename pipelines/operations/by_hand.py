"""The settings of a command that a person types, with the home's own Postgres."""

from __future__ import annotations

from pipelines.deployment.errors import DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.postgres import Cluster
from pipelines.deployment.state import read_state
from pipelines.settings import Settings


def connected(settings: Settings) -> Settings:
    """The settings with the URL of the home's own Postgres, where none is given."""
    if settings.postgres_url:
        return settings
    home = Home(settings.home.expanduser().resolve())
    port = read_state(home.state).ports.get("postgres")
    if port is None:
        raise DeploymentError(f"{home.root} has no deployment; `dagdeck up` makes one")
    return settings.model_copy(update={"postgres_url": Cluster(home.postgres, port).url})
