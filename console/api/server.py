"""The server's version of Dagster, and the parts of the API that it lacks."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.api.documents import Document, all_parts
from console.api.reading import Json, items, sub
from console.domain.errors import TooOld

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

OLDEST = (1, 9)
_NUMBERS = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
MOST_SERVERS = 50
"""The servers kept in the file; nobody operates more."""

NEEDED = {
    "AssetCheck.partitionStatuses": ("check states by partition need", "1.12.13"),
    "AssetNode.freshnessStatusInfo": ("the daemon's freshness verdicts need", "1.11.0"),
    "Asset.assetEventHistory": ("quick staleness needs", "1.10.16"),
    "AssetNode.pools": ("pools need", "1.9.13"),
}
"""The feature that needs each part, and the first release with it."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server's version and the parts of the API that it lacks."""

    version: str
    lacking: frozenset[str] = frozenset()
    """The lacking parts, named as in the marks of documents."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The features that this server lacks, such as `pools need Dagster 1.9.13`."""
        return tuple(
            f"{feature} Dagster {release}"
            for part, (feature, release) in NEEDED.items()
            if part in self.lacking
        )


EVERYTHING = Server("unknown")
FORGIVES_ASSUMED_VERSIONS = (1, 10, 20)
"""The first release with `CachingStaleStatusResolver._data_versions_differ`."""


def counts_assumed_versions(server: Server | None) -> bool:
    """Whether the server calls an asset stale when a parent's assumed version is gone."""
    numbers = _NUMBERS.match(server.version) if server else None
    return numbers is not None and _numbers(numbers) < FORGIVES_ASSUMED_VERSIONS


def _numbers(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(number or 0) for number in match.groups())


def introduction() -> Document:
    """The query for the version and for the types that contain optional parts."""
    asked = "".join(
        f't{index}:__type(name:"{name}"){{fields(includeDeprecated:true){{name args{{name}}}}}}'
        for index, name in enumerate(_types())
    )
    return Document("Introduction", "query", f"query Introduction{{version {asked}}}")


def read_introduction(data: Json, place: str) -> Server:
    """The server described by the introduction's answer; raises TooOld for too old a version."""
    version = str(data.get("version") or "unknown")
    match = _NUMBERS.match(version)
    numbers = (int(match[1]), int(match[2])) if match else OLDEST
    if numbers < OLDEST:
        raise TooOld(
            f"{place} runs Dagster {version}, and dagdeck needs {OLDEST[0]}.{OLDEST[1]} or later"
        )
    existing_parts = {
        part
        for index, name in enumerate(_types())
        for part in _parts_there(name, sub(data, f"t{index}"))
    }
    return Server(version, frozenset(part for part in all_parts() if part not in existing_parts))


def _types() -> list[str]:
    return sorted({part.split(".")[0] for part in all_parts()})


def _parts_there(name: str, described_type: Json) -> Iterable[str]:
    for field in items(described_type.get("fields")):
        yield f"{name}.{field.get('name')}"
        for argument in items(field.get("args")):
            yield f"{name}.{field.get('name')}.{argument.get('name')}"


@dataclass(frozen=True, slots=True)
class KnownServers:
    """The versions and schemas of known servers, kept in a file by their addresses.

    If the file can't be read or written, the server is asked again.
    """

    path: Path

    def read(self, address: str) -> Server | None:
        """The known server; None if it was never asked, or by a dagdeck with other parts."""
        known = self._all().get(address)
        if not isinstance(known, dict) or known.get("parts") != list(all_parts()):
            return None
        lacking = known.get("lacking")
        names = lacking if isinstance(lacking, list) else []
        return Server(str(known.get("version")), frozenset(map(str, names)))

    def keep(self, address: str, server: Server) -> None:
        entry = {
            "version": server.version,
            "parts": list(all_parts()),
            "lacking": sorted(server.lacking),
        }
        others = {name: other for name, other in self._all().items() if name != address}
        kept = dict([*list(others.items())[1 - MOST_SERVERS :], (address, entry)])
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = self.path.with_suffix(".new")
            new.write_text(json.dumps(kept), encoding="utf-8")
            new.replace(self.path)
        except OSError:
            return

    def _all(self) -> Json:
        try:
            known = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}
