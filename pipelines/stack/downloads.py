"""The servers of the distributed profile, downloaded once by Maven and Go and kept in a cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from pipelines.deployment.errors import DeploymentError
from pipelines.stack.versions import version

Say = Callable[[str], None]


@dataclass(frozen=True)
class Programs:
    """The paths of what runs; `trino` is a folder."""

    java: Path
    nessie: Path
    trino: Path
    versitygw: Path


def programs(say: Say) -> Programs:
    """Downloads what is missing, 440 MB in all. Raises DeploymentError that says what is needed."""
    cache = user_cache_path("dagdeck") / "stack"
    cache.mkdir(parents=True, exist_ok=True)
    return Programs(java(), _nessie(cache, say), _trino(cache, say), _versitygw(cache, say))


def java() -> Path:
    """A Java of the wanted version or later: that of JAVA_HOME, of PATH, or another of the machine."""
    wanted = int(version("java"))
    homes = [Path(home) for home in (os.environ.get("JAVA_HOME"),) if home]
    found = [*homes, *sorted(Path("/usr/lib/jvm").glob("*"), reverse=True)]
    paths = [home / "bin" / "java" for home in found]
    if on_path := shutil.which("java"):
        paths.insert(len(homes), Path(on_path).resolve())
    for path in paths:
        if path.is_file() and _major(path) >= wanted:
            return path
    raise DeploymentError(
        f"Trino needs a JDK {wanted} or later, and none is in JAVA_HOME, PATH or /usr/lib/jvm; "
        "Temurin's is at adoptium.net."
    )


def _major(path: Path) -> int:
    said = subprocess.run(
        [str(path), "-version"], capture_output=True, text=True, check=False
    ).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def _nessie(cache: Path, say: Say) -> Path:
    return _maven(
        cache, "org.projectnessie.nessie", "nessie-quarkus", version("nessie"), "jar", "runner", say
    )


def _trino(cache: Path, say: Say) -> Path:
    """The server with the Iceberg connector as its only plugin, unpacked."""
    wanted = version("trino")
    folder = cache / f"trino-{wanted}"
    if folder.is_dir():
        return folder
    server = _maven(cache, "io.trino", "trino-server-core", wanted, "tar.gz", "", say)
    plugin = _maven(cache, "io.trino", "trino-iceberg", wanted, "zip", "", say)
    say(f"Unpacking Trino {wanted}.")
    half = cache / f"trino-{wanted}.half"
    shutil.rmtree(half, ignore_errors=True)
    with tarfile.open(server) as archive:
        archive.extractall(half, filter="data")
    unpacked = half / f"trino-server-core-{wanted}"
    with zipfile.ZipFile(plugin) as package:
        package.extractall(half)
    (half / f"trino-iceberg-{wanted}").rename(unpacked / "plugin" / "iceberg")
    unpacked.rename(folder)
    shutil.rmtree(half)
    return folder


def _maven(
    cache: Path, group: str, name: str, wanted: str, packaging: str, classifier: str, say: Say
) -> Path:
    """The file of an artifact in a local repository of our own, which Maven fills."""
    repository = cache / "maven"
    suffix = f"-{classifier}" if classifier else ""
    file = Path(repository, *group.split("."), name, wanted, f"{name}-{wanted}{suffix}.{packaging}")
    if file.is_file():
        return file
    artifact = ":".join(filter(None, (group, name, wanted, packaging, classifier)))
    say(f"Downloading {name} {wanted}.")
    options = ["-q", "-B", f"-Dmaven.repo.local={repository}", f"-Dartifact={artifact}"]
    _run(["mvn", *options, "-Dtransitive=false", "dependency:get"], {})
    return file


def _versitygw(cache: Path, say: Say) -> Path:
    wanted = version("versitygw")
    folder = cache / f"versitygw-{wanted}"
    file = folder / "versitygw"
    if not file.is_file():
        say(f"Building versitygw {wanted}, the S3 server; this takes two minutes.")
        module = f"github.com/versity/versitygw/cmd/versitygw@v{wanted}"
        _run(["go", "install", module], {"GOBIN": str(folder), "CGO_ENABLED": "0"})
    return file


def _run(command: Sequence[str], variables: Mapping[str, str]) -> None:
    if shutil.which(command[0]) is None:
        raise DeploymentError(
            f"The distributed profile is downloaded with {command[0]}, which is not here; on "
            "Debian: apt-get install maven golang"
        )
    done = subprocess.run(
        command, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-1:] or ["it said nothing"]
        raise DeploymentError(f"`{' '.join(command)}` failed: {last[0]}")
