"""`restore FILE`: a backup becomes a home at another place, checked by the rows of all tables."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import psycopg

from pipelines.deployment.backup import DUMP, WAREHOUSE, Contents, opened
from pipelines.deployment.check import database
from pipelines.deployment.counts import count_database, count_lake, count_warehouse
from pipelines.deployment.dump import ensure_roles
from pipelines.deployment.dump import restore as restore_database
from pipelines.deployment.errors import REFUSED, DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout
from pipelines.deployment.state import State, write_atomically
from pipelines.deployment.upgrade import find_moved
from pipelines.deployment.version import demand_not_newer
from pipelines.deployment.waiting import Waiting
from pipelines.settings import Settings

MOST_DIFFERENCES = 5


def restore(settings: Settings, file: Path, say: Waiting) -> Contents:
    """Makes the home anew from the backup; nothing in it is started.

    Raises DeploymentError where the home isn't empty, or anything is missing from the result: the
    home stays half restored then, which `up` refuses, and can be restored again.
    """
    home = Home(settings.home.expanduser().resolve())
    with opened(file) as (contents, archive):
        demand_not_newer(contents.version, f"The backup {file}")
        _demand_empty(home)
        home.root.mkdir(parents=True, exist_ok=True)
        home.restoring.touch()
        waiting = partial(say, "Another dagdeck command is at work here; waiting for it.")
        with home.locked(waiting):
            _empty(home)
            archive.extractall(home.root, filter="data")
            home.create()
            state = State.model_validate({"first_day": contents.first_day})
            write_atomically(home.state, state.model_dump_json(indent=2))
            with database(settings, home, say) as layout:
                _fill(layout, contents.roles, say)
                _demand_same(contents.rows, _counted(layout))
            (home.root / DUMP).unlink()
            (home.root / "contents.json").unlink()
            home.restoring.unlink()
    return contents


def _demand_empty(home: Home) -> None:
    """A home that was half restored counts as empty."""
    if home.root.is_dir() and any(home.root.iterdir()) and not home.restoring.exists():
        raise DeploymentError(
            f"{home.root} isn't empty, and nothing in it is overwritten: move it away, or set "
            "DAGDECK_HOME to another folder.",
            REFUSED,
        )


def _empty(home: Home) -> None:
    for path in home.root.iterdir():
        if path.name in ("lock", home.restoring.name):
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _fill(layout: Layout, roles: list[str], say: Waiting) -> None:
    with psycopg.connect(layout.postgres_url) as connection:
        if count_database(connection):
            raise DeploymentError(
                "The database of DAGDECK_POSTGRES_URL has tables already, and nothing in it is "
                "overwritten: give the home an empty one.",
                REFUSED,
            )
        ensure_roles(connection, roles)
    restore_database(layout.postgres_url, layout.home.root / DUMP)
    say("The database is restored.")
    find_moved(layout, say)


def _counted(layout: Layout) -> dict[str, int]:
    with psycopg.connect(layout.postgres_url) as connection:
        rows = count_database(connection) | count_lake(connection)
    warehouse = layout.home.root / WAREHOUSE
    return rows | (count_warehouse(warehouse) if warehouse.exists() else {})


def _demand_same(expected: dict[str, int], restored: dict[str, int]) -> None:
    wrong = [
        f"{name} has {restored.get(name, 'no')} rows of {expected.get(name, 'no')}"
        for name in sorted({*expected, *restored})
        if restored.get(name) != expected.get(name)
    ]
    if wrong:
        rest = len(wrong) - MOST_DIFFERENCES
        more = f" and {rest} more" if rest > 0 else ""
        named = ", ".join(wrong[:MOST_DIFFERENCES])
        raise DeploymentError(f"What was restored isn't what was backed up: {named}{more}.")
