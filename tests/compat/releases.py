"""The releases that are tried: the first and the last of each minor, and the newest."""

from __future__ import annotations

import lzma
import subprocess
import sys
from functools import cache
from pathlib import Path

FIRST_AND_LAST = (
    "1.9.0",
    "1.9.13",
    "1.10.0",
    "1.10.21",
    "1.11.0",
    "1.11.16",
    "1.12.0",
    "1.12.22",
    "1.13.0",
)
"""Minors that have ended, and the first release of the one that goes on."""
LAST = ("1.9.13", "1.10.21", "1.11.16", "1.12.22", "1.13.28")
"""Of each minor the release that is tried at work."""
BUILD = Path("build/compat")
WEBSERVER = "dagster-webserver"
STORED = Path(__file__).with_name("schemas.xz")
_PRINT = (
    "from dagster_graphql.schema import create_schema\n"
    "from graphql import print_schema\n"
    "print(print_schema(create_schema().graphql_schema))\n"
)
_MARK = "#### "


@cache
def stored_schemas() -> dict[str, str]:
    """The schemas in GraphQL's own language by release, as `make compat` wrote them."""
    text = lzma.decompress(STORED.read_bytes()).decode()
    parts = (part.partition("\n") for part in text.split(_MARK)[1:])
    return {release: schema for release, _, schema in parts}


def store(schemas: dict[str, str]) -> None:
    text = "".join(f"{_MARK}{release}\n{schema}" for release, schema in schemas.items())
    STORED.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def python_of(release: str) -> Path:
    """The interpreter of an environment with just this release, made when first wanted."""
    folder = BUILD / release
    python = folder / "venv/bin/python"
    if not python.exists():
        _uv("venv", "--python", sys.executable, str(folder / "venv"))
        packages = [f"{name}=={release}" for name in ("dagster", WEBSERVER)]
        _uv("pip", "install", "--python", str(python), *packages, "setuptools<80")
    return python


def schema_of(release: str) -> str:
    """Printed by the release itself."""
    command = [str(python_of(release)), "-W", "ignore", "-c", _PRINT]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def newest_release() -> str:
    """The newest one that the package index has."""
    where = ["--target", str(BUILD / "none")]
    done = _uv("pip", "install", "--dry-run", "--no-deps", *where, WEBSERVER)
    lines = (line.split() for line in done.stderr.splitlines())
    return next(
        words[-1].partition("==")[2] for words in lines if words[-1].startswith(f"{WEBSERVER}==")
    )


def _uv(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("uv")), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True)
