"""Which release made a home, kept in the home: an older one must not run on what a newer one made."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ValidationError

from pipelines.deployment.errors import REFUSED, DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.state import write_atomically
from pipelines.settings import REPOSITORY

VERSION = 2
"""Of the homes that this release makes; 1 are those from before a home had a version.

It grows when an older release could not work with what this one leaves.
"""
DECIDING = ("dagster", "pyiceberg", "dbt-duckdb", "duckdb")
"""The packages whose versions decide what is in a home."""


class HomeVersion(BaseModel):
    """Who brought the home up to date last, and what its parts were then."""

    version: int = 1
    release: str = "before 0.1.0"
    code: str = ""
    """The digest of the code that looked through the home last and left nothing to do."""
    root: str = ""
    """Where the home was."""
    parts: dict[str, str] = {}
    """The schema or version of each part, in words."""


def read_version(home: Home) -> HomeVersion:
    """The home's version; 1 where it has none. Raises DeploymentError where it can't be read."""
    try:
        return HomeVersion.model_validate_json(home.version.read_bytes())
    except FileNotFoundError:
        return HomeVersion()
    except ValidationError as error:
        raise DeploymentError(
            f"{home.version} can't be read; put it back from a backup, or remove it to have "
            "the home looked through as one of the oldest release."
        ) from error


def write_version(home: Home, parts: dict[str, str]) -> None:
    """Notes that this release has nothing left to do in the home."""
    version = HomeVersion(
        version=VERSION, release=release(), code=code(), root=str(home.root), parts=parts
    )
    write_atomically(home.version, version.model_dump_json(indent=2) + "\n")


def demand_not_newer(version: HomeVersion, what: str) -> None:
    """Raises DeploymentError where `what`, a home or a backup, is of a newer release than this."""
    if version.version > VERSION:
        raise DeploymentError(
            f"{what} is of version {version.version}, made by dagdeck {version.release}, and this "
            f"dagdeck, {release()}, knows versions up to {VERSION}: use that release or a newer "
            "one, or restore a backup that this one made.",
            REFUSED,
        )


def is_current(version: HomeVersion, home: Home) -> bool:
    """Whether this very code looked through this home, at this place, and left nothing to do."""
    return (version.version, version.code, version.root) == (VERSION, code(), str(home.root))


def release() -> str:
    return version("dagdeck")


def code() -> str:
    """A digest of the deployment's code and of the packages that decide what is in a home."""
    digest = hashlib.sha256()
    digest.update(" ".join(f"{name} {version(name)}" for name in DECIDING).encode())
    for path in sorted(Path(REPOSITORY, "pipelines").rglob("*.py")):
        digest.update(f"{path.relative_to(REPOSITORY)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
