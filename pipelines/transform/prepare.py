"""`python -m pipelines.transform.prepare`: parses the dbt project and writes its manifest.

Nothing is done where neither the project nor dbt nor the place of the database changed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from pipelines.settings import Settings
from pipelines.transform.environment import PROJECT, dbt_variables

SOURCES = {".sql", ".yml", ".yaml", ".csv"}


class ParseError(RuntimeError):
    """dbt could not parse the project; the message is what dbt said."""


def manifest_path(settings: Settings) -> Path:
    return settings.dbt_target_path / "manifest.json"


def dbt_executable() -> str:
    """The `dbt` of this very environment."""
    return str(Path(sys.executable).with_name("dbt"))


def prepare(settings: Settings) -> bool:
    """Writes the manifest where it is missing or out of date; returns whether it was written.

    Raises ParseError.
    """
    fingerprint = _fingerprint(settings)
    stamp = settings.dbt_target_path / "fingerprint"
    parsed = settings.dbt_target_path / "partial_parse.msgpack"
    current = stamp.is_file() and stamp.read_text() == fingerprint
    if current and manifest_path(settings).is_file() and parsed.is_file():
        return False
    settings.dbt_target_path.mkdir(parents=True, exist_ok=True)
    _parse(settings)
    stamp.write_text(fingerprint)
    return True


def _parse(settings: Settings) -> None:
    done = subprocess.run(
        [dbt_executable(), "--no-use-colors", "--quiet", "parse"],
        cwd=PROJECT,
        env=os.environ | dbt_variables(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ParseError(f"dbt could not parse {PROJECT}: {(done.stdout + done.stderr).strip()}")


def _fingerprint(settings: Settings) -> str:
    digest = hashlib.sha256()
    digest.update(f"{version('dbt-core')} {version('dbt-duckdb')} {settings.duckdb_path}".encode())
    digest.update(settings.lakehouse.encode() if settings.lakehouse != "embedded" else b"")
    for path in _sources():
        digest.update(f"{path.relative_to(PROJECT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    return (path for path in sorted(PROJECT.rglob("*")) if path.suffix in SOURCES)


def main() -> int:
    try:
        written = prepare(Settings())
    except (ParseError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("manifest written" if written else "manifest is up to date", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
