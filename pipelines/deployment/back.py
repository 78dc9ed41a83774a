"""`python -m pipelines.deployment.back`: the home becomes what it was before the last upgrade.

The database comes back beside the upgraded one and takes its place in one transaction; the lake's
older metadata are still there, and the catalog in that database names them. Every step can be done
again: killed in between, the command is run again, and until then nothing else runs in the home.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import psycopg
from psycopg import sql

from pipelines.deployment.check import database
from pipelines.deployment.command import exit_code
from pipelines.deployment.dump import restore
from pipelines.deployment.errors import REFUSED, DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout
from pipelines.deployment.postgres import DATABASE, MAINTENANCE_DATABASE
from pipelines.deployment.upgrade import KEPT_FILES, Say, Step, find_moved, kept
from pipelines.deployment.usable import demand_down, demand_writable
from pipelines.deployment.waiting import Waiting
from pipelines.settings import Settings

BEFORE, AFTER = f"{DATABASE}_before", f"{DATABASE}_after"
"""The databases of the state before the upgrade, until it takes its place, and of the one after."""


def main() -> int:
    """Goes back; the exit code is 0 done, 1 failed, 2 a wrong setting, 4 refused."""
    return exit_code(lambda: print(back(Settings(), Waiting())))  # noqa: T201 - it is a command


def back(settings: Settings, say: Waiting) -> str:
    """Undoes the last upgrade of a home that is down, and everything since; says what it is now.

    Raises DeploymentError where nothing is kept, the deployment runs, or the database is external.
    """
    home = Home(settings.home.expanduser().resolve())
    if not home.state.exists():
        raise DeploymentError(f"There is no home in {home.root}.", REFUSED)
    with home.locked(partial(say, "Another dagdeck command is at work here; waiting for it.")):
        demand_writable(home)
        demand_down(home, "what it does would be undone")
        if kept(home).exists():
            _demand_own_database(settings, home)
            home.going_back.touch()
            with database(settings, home, say) as layout:
                for step in _steps(layout, say):
                    say(f"back: {step.words}")
                    step.run()
        elif not home.going_back.exists():
            raise DeploymentError(
                f"Nothing is kept in {home.before_upgrade}: {home.root} wasn't upgraded, or a start "
                "after the upgrade succeeded. Restore a backup with the release that made it.",
                REFUSED,
            )
        shutil.rmtree(home.before_upgrade, ignore_errors=True)
        home.going_back.unlink()
    return f"{home.root} is as it was before the upgrade: open it with the release it came from."


def _demand_own_database(settings: Settings, home: Home) -> None:
    if settings.postgres_url:
        raise DeploymentError(
            "The database of DAGDECK_POSTGRES_URL isn't dagdeck's to replace: bring "
            f"{kept(home)} into an empty database with `pg_restore --no-owner --dbname=URL`, set "
            f"DAGDECK_POSTGRES_URL to it, and copy the other files of {home.before_upgrade} to "
            f"{home.root}.",
            REFUSED,
        )


def _steps(layout: Layout, say: Say) -> Iterator[Step]:
    yield Step(f"the database is brought back from {kept(layout.home)}", partial(_load, layout))
    found = partial(find_moved, _of_before(layout), say)
    yield Step("the lake's tables are looked for under the home's path", found)
    yield Step("the database takes the place of the upgraded one", partial(_swap, layout))
    yield Step("the files are brought back", partial(_bring_files, layout))
    yield Step("what was kept is removed", kept(layout.home).unlink)


def _of_before(layout: Layout) -> Layout:
    """The layout with the database of the state before."""
    url = {"postgres_url": layout.cluster.url_of(BEFORE)}
    return replace(layout, settings=layout.settings.model_copy(update=url))


def _load(layout: Layout) -> None:
    with _maintenance(layout) as connection:
        for name in (AFTER, BEFORE):
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(BEFORE)))
    restore(layout.cluster.url_of(BEFORE), kept(layout.home))


def _swap(layout: Layout) -> None:
    """Readers of either database are cut off; its name is never without a whole database."""
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    cut_off = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)"
    with _maintenance(layout) as connection:
        connection.execute(cut_off, [[DATABASE, BEFORE]])
        with connection.transaction():
            for old, new in ((DATABASE, AFTER), (BEFORE, DATABASE)):
                connection.execute(rename.format(sql.Identifier(old), sql.Identifier(new)))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(AFTER)))


def _maintenance(layout: Layout) -> psycopg.Connection:
    return psycopg.connect(layout.cluster.url_of(MAINTENANCE_DATABASE), autocommit=True)


def _bring_files(layout: Layout) -> None:
    """Each file is as it was, or gone where it wasn't there; what dbt has parsed is parsed anew."""
    home = layout.home
    shutil.rmtree(layout.lake_settings.dbt_target_path, ignore_errors=True)
    for name in KEPT_FILES:
        source, target = home.before_upgrade / name, home.root / name
        if source.exists():
            half = target.with_name(f"{name}.half")
            shutil.copy2(source, half)
            half.replace(target)
        else:
            target.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
