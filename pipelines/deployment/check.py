"""`up --check`: says what a start would do to the home, and does none of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout
from pipelines.deployment.postgres import demand_reachable
from pipelines.deployment.processes import find
from pipelines.deployment.start import prepare
from pipelines.deployment.upgrade import is_new, pending
from pipelines.deployment.usable import demand_usable, demand_zone
from pipelines.deployment.version import demand_not_newer, is_current, read_version
from pipelines.deployment.waiting import Waiting
from pipelines.settings import Settings

NOTHING = "Nothing is to be done: the home is up to date."


def check(settings: Settings, say: Waiting) -> list[str]:
    """A line for each thing that `up` would do to the home before anything runs.

    The database is started for it and stopped again. Raises DeploymentError where `up` would
    refuse the home.
    """
    home = Home(settings.home.expanduser().resolve())
    if not home.state.exists():
        return [f"There is no home in {home.root}; `dagdeck up` makes one."]
    demand_usable(home)
    demand_zone(settings, home)
    kept_version = read_version(home)
    demand_not_newer(kept_version, f"The home {home.root}")
    if is_current(kept_version, home):
        return [NOTHING]
    waiting = partial(say, "Another dagdeck command is at work here; waiting for it.")
    with home.locked(waiting), database(settings, home, say) as layout:
        steps = [] if is_new(layout) else [step.words for step in pending(layout)]
    return steps or [NOTHING]


@contextmanager
def database(settings: Settings, home: Home, say: Waiting) -> Iterator[Layout]:
    """The layout of the home, with its database answering: started for the block where it isn't.

    The home's lock must be held.
    """
    starter = prepare(settings, home, say)
    layout = starter.layout
    if "postgres" in layout.external:
        demand_reachable(layout.postgres_url)
        yield layout
        return
    if find(starter.state.processes.get("postgres")):
        yield layout
        return
    starter.state.ports = dict(layout.ports)
    starter.state.first_day = layout.first_day
    layout.cluster.clear_leftovers()
    try:
        starter.start_postgres()
        yield layout
    finally:
        starter.stop("postgres")
