"""Homes that earlier releases made, once a session; each test opens a copy of one."""

from __future__ import annotations

import inspect
import json
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import psycopg
import pytest

from pipelines.deployment.dagster_home import write_instance
from pipelines.deployment.home import Home
from pipelines.resources.lake import load_catalog
from tests.backfills import READINGS, READINGS_MARTS, await_success, launch
from tests.conftest import traversable
from tests.deployments import LiveDeployment, free_ports
from tests.integration.lakehouse import settled_days
from tests.upgrade.releases import RELEASES, Release, release

OLD_DAYS, NEW_DAY = settled_days(3)[:2], settled_days(3)[2]
BACKFILL_SECONDS = 600


@pytest.fixture(scope="session", params=RELEASES)
def earlier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return release(request.param, traversable(tmp_path_factory.mktemp("release")))


@pytest.fixture(scope="session")
def release_home(earlier: Release) -> Path:
    """Two days of readings and their marts, as the release made them."""
    home = earlier.code.parent / "home"
    old = earlier.deployment(LiveDeployment(home, free_ports()))
    try:
        old.up("--wait")
        backfilled(old, OLD_DAYS[0], OLD_DAYS[1])
    finally:
        old.down()
    return old.home


@pytest.fixture(scope="session")
def old_home(release_home: Path, earlier: Release) -> Path:
    """The same less one column in each place, and with a reader's view.

    It is changed where it was made, for that release's tables name their files by whole paths.
    """
    aside = release_home.rename(release_home.with_name("aside"))
    old = earlier.deployment(copy_of(aside, release_home))
    try:
        old.up("--wait")
        without_columns(old)
    finally:
        old.down()
    less = release_home.rename(release_home.with_name("less"))
    aside.rename(release_home)
    return less


def backfilled(old: LiveDeployment, first: date, last: date) -> None:
    """Runs the days with those of the assets that the release has."""
    readings, marts = known_to(old, READINGS), known_to(old, READINGS_MARTS)
    await_success(old, launch(old, first, last, readings, marts), BACKFILL_SECONDS)


def known_to(old: LiveDeployment, names: Sequence[str]) -> list[str]:
    """Those of the assets that the release has."""
    nodes = old.ask("{ assetNodes { assetKey { path } } }")["assetNodes"]
    known = {node["assetKey"]["path"][-1] for node in nodes}
    return [name for name in names if name in known]


def without_columns(old: LiveDeployment) -> None:
    """As if the release before had made it: a raw column, a mart's column, a revision less."""
    with load_catalog(old.settings).load_table("raw.glucose_entries").update_schema() as update:
        update.delete_column("noise")
    with psycopg.connect(old.postgres_url) as connection:
        connection.execute("ALTER TABLE marts.mrt_glucose_overview DROP COLUMN reading_count")
        connection.execute("CREATE ROLE report_reader")
        connection.execute("GRANT SELECT ON marts.mrt_glucose_overview TO report_reader")
        connection.execute("CREATE VIEW report AS SELECT gmi_pct FROM marts.mrt_glucose_overview")
    downgrade_dagster(old)


def downgrade_dagster(old: LiveDeployment) -> None:
    from dagster import DagsterInstance
    from dagster._core.storage.sql import run_alembic_downgrade
    from dagster_postgres.utils import pg_alembic_config

    write_instance(Home(old.home), old.postgres_url)
    with DagsterInstance.from_config(str(old.home / "dagster")) as instance:
        storage = instance.run_storage
        with storage.connect() as connection:  # type: ignore[attr-defined]  # Postgres' own has it
            config = pg_alembic_config(inspect.getfile(type(storage)))
            run_alembic_downgrade(config, connection, "-1")


def copy_of(old: Path, home: Path) -> LiveDeployment:
    """The old home at another place, with ports of its own."""
    subprocess.run(["cp", "-a", str(old), str(home)], check=True)
    state = json.loads((home / "state.json").read_text())
    (home / "state.json").write_text(json.dumps({**state, "ports": {}}))
    return LiveDeployment(home, free_ports())
