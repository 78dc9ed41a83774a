"""The conditions on a home's files that `up` checks before anything starts."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from pipelines.deployment.errors import REFUSED, DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.postgres import system_uid
from pipelines.deployment.processes import find
from pipelines.deployment.state import read_state
from pipelines.raw.zone import ZoneChangedError, demand_same_zone
from pipelines.settings import Settings

LEAST_FREE_MB = 256
"""Postgres alone takes 48 MB for its first data and up to 512 MB of write-ahead log."""
WRITTEN = ("*", "dagster/*", "dbt/*", "lake/*", "lake/*/*", "lake/*/*/*")


def demand_usable(home: Home) -> None:
    """Raises DeploymentError where the home is in between two states, the disk is full, or files are
    another user's."""
    demand_whole(home)
    demand_writable(home)


def demand_whole(home: Home) -> None:
    """Raises DeploymentError where the home is half restored or half on its way back."""
    if home.going_back.exists():
        raise DeploymentError(
            f"{home.root} is half on its way back from an upgrade: run "
            "`python -m pipelines.deployment.back` again, which goes on.",
            REFUSED,
        )
    _demand_restored(home)


def _demand_restored(home: Home) -> None:
    if home.restoring.exists():
        raise DeploymentError(
            f"{home.root} is half restored: run `dagdeck restore FILE` again, which begins it "
            "anew.",
            REFUSED,
        )


def demand_writable(home: Home) -> None:
    """Raises DeploymentError where the home is half restored, the disk is full or read-only, or files
    are another user's."""
    _demand_restored(home)
    _demand_mounted_for_writing(home.root)
    _demand_space(home.root)
    for path in chain([home.root], *(home.root.glob(pattern) for pattern in WRITTEN)):
        if path != home.postgres:
            _demand_writable(path, home.root)
    for path in _of_postgres(home):
        _demand_owner(path)


def demand_down(home: Home, why: str) -> None:
    """Raises DeploymentError, with the reason, where anything but Postgres runs."""
    processes = read_state(home.state).processes
    running = [name for name, process in processes.items() if name != "postgres" and find(process)]
    if running:
        raise DeploymentError(
            f"The {running[0]} of {home.root} runs, and {why}: `dagdeck down` first.", REFUSED
        )


def demand_zone(settings: Settings, home: Home) -> None:
    """Raises DeploymentError where the stored rows were given their days in another zone."""
    try:
        demand_same_zone(settings.model_copy(update={"home": home.root}))
    except ZoneChangedError as error:
        words = str(error)
        raise DeploymentError(f"{words[0].upper()}{words[1:]}.", REFUSED) from error


def _demand_mounted_for_writing(root: Path) -> None:
    if os.statvfs(root).f_flag & os.ST_RDONLY:
        raise DeploymentError(
            f"The disk of {root} is mounted for reading only: mount it for writing, or set "
            "DAGDECK_HOME to another one."
        )


def _demand_space(root: Path) -> None:
    free = shutil.disk_usage(root).free // 1_000_000
    if free < LEAST_FREE_MB:
        raise DeploymentError(
            f"Only {free} MB are free on the disk of {root}, and a deployment needs "
            f"{LEAST_FREE_MB} MB to start: free some, or set DAGDECK_HOME to another disk."
        )


def _demand_writable(path: Path, root: Path) -> None:
    needed = os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)
    if path.is_symlink() or os.access(path, needed):
        return
    me = _name(os.geteuid())
    raise DeploymentError(
        f"{path} belongs to {_name(path.stat().st_uid)} and can't be written by {me}: "
        f"start dagdeck as that user, or give the home to {me} with `chown -R {me} {root}`."
    )


def _of_postgres(home: Home) -> Iterator[Path]:
    data = home.postgres / "data"
    return (path for path in (data, data / "PG_VERSION") if path.exists())


def _demand_owner(path: Path) -> None:
    """Raises DeploymentError where the data folder is another user's, which Postgres refuses to open."""
    wanted = system_uid()
    wanted = os.geteuid() if wanted is None else wanted
    owner = path.stat().st_uid
    if owner != wanted:
        raise DeploymentError(
            f"{path} belongs to {_name(owner)}, and Postgres runs as {_name(wanted)} here: "
            f"give it the folder with `chown -R {_name(wanted)} {path.parent}`."
        )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
