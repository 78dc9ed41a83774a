"""Postgres' own dump and restore, from the wheel that the server is from."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from pipelines.deployment.errors import DeploymentError
from pipelines.deployment.postgres import BINARIES


def dump(url: str, target: Path, *options: str) -> None:
    """Writes the whole database to `target`, in full or not at all."""
    half = target.with_name(target.name + ".half")
    _run("pg_dump", url, "--format=custom", "--compress=1", f"--file={half}", *options)
    half.replace(target)


def restore(url: str, source: Path) -> None:
    """Brings a dump into an empty database, all of it or nothing."""
    options = ("--single-transaction", "--exit-on-error", "--no-owner")
    _run("pg_restore", url, *options, f"--dbname={_without_password(url)}", str(source))


def other_roles(connection: psycopg.Connection) -> list[str]:
    """The server's roles, less Postgres' own and the connection's; no dump holds roles."""
    rows = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> current_user ORDER BY 1"
    )
    return [str(name) for (name,) in rows.fetchall()]


def ensure_roles(connection: psycopg.Connection, names: list[str]) -> None:
    """Makes the roles that are missing; they can't log in until they are given a password."""
    existing = set(other_roles(connection))
    for name in names:
        if name not in existing:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))


def _run(program: str, url: str, *arguments: str) -> None:
    command = [str(BINARIES / program), *arguments]
    if program == "pg_dump":
        command.append(_without_password(url))
    done = subprocess.run(
        command, env=_environment(url), capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise DeploymentError(f"{program} failed: {said[0]}.")


def _without_password(url: str) -> str:
    """The URL without its password, for every user can read a command line."""
    split = urlsplit(url)
    user, _, host = split.netloc.rpartition("@")
    name = user.partition(":")[0]
    return split._replace(netloc=f"{name}@{host}" if name else host).geturl()


def _environment(url: str) -> dict[str, Any]:
    password = urlsplit(url).password
    return {**os.environ, **({"PGPASSWORD": unquote(password)} if password else {})}
