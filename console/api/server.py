"""Which Dagster answers: its version, and which parts of the API it lacks."""

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
"""What is kept of so many is little, and nobody operates more."""

NEEDED = {
    "AssetCheck.partitionStatuses": ("check states by partition need", "1.12.13"),
    "AssetNode.freshnessStatusInfo": ("the daemon's freshness verdicts need", "1.11.0"),
    "Asset.assetEventHistory": ("quick staleness needs", "1.10.16"),
    "AssetNode.pools": ("pools need", "1.9.13"),
}
"""What a person misses without a part, and the release that has it from then on."""


@dataclass(frozen=True, slots=True)
class Server:
    """One Dagster as it introduced itself."""

    version: str
    lacking: frozenset[str] = frozenset()
    """Parts, as documents are marked with them."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The features that this server lacks, a few words each: `pools need Dagster 1.9.13`."""
        return tuple(
            f"{what} Dagster {since}"
            for part, (what, since) in NEEDED.items()
            if part in self.lacking
        )


EVERYTHING = Server("unknown")
FORGIVES_ASSUMED_VERSIONS = (1, 10, 20)
"""`CachingStaleStatusResolver._data_versions_differ` is there from this release on."""


def counts_assumed_versions(server: Server | None) -> bool:
    """Whether an asset is stale there when a parent that was only assumed to be made has gone."""
    found = _NUMBERS.match(server.version) if server else None
    return found is not None and _numbers(found) < FORGIVES_ASSUMED_VERSIONS


def _numbers(found: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(number or 0) for number in found.groups())


def introduction() -> Document:
    """The query that asks for the version and for the types that parts belong to."""
    asked = "".join(
        f't{at}:__type(name:"{name}"){{fields(includeDeprecated:true){{name args{{name}}}}}}'
        for at, name in enumerate(_types())
    )
    return Document("Introduction", "query", f"query Introduction{{version {asked}}}")


def read_introduction(data: Json, place: str) -> Server:
    """Raises TooOld, with the version that was found and the one that is needed."""
    version = str(data.get("version") or "unknown")
    found = _NUMBERS.match(version)
    numbers = (int(found[1]), int(found[2])) if found else OLDEST
    if numbers < OLDEST:
        raise TooOld(
            f"{place} runs Dagster {version}, and dagdeck needs {OLDEST[0]}.{OLDEST[1]} or later"
        )
    there = {
        part for at, name in enumerate(_types()) for part in _parts_there(name, sub(data, f"t{at}"))
    }
    return Server(version, frozenset(part for part in all_parts() if part not in there))


def _types() -> list[str]:
    return sorted({part.split(".")[0] for part in all_parts()})


def _parts_there(name: str, told: Json) -> Iterable[str]:
    for field in items(told.get("fields")):
        yield f"{name}.{field.get('name')}"
        for argument in items(field.get("args")):
            yield f"{name}.{field.get('name')}.{argument.get('name')}"


@dataclass(frozen=True, slots=True)
class KnownServers:
    """The versions and schemas of known servers, kept in a file by their addresses.

    A file that can't be read or written costs a question and nothing else.
    """

    path: Path

    def read(self, address: str) -> Server | None:
        """None where it was never asked, or by a dagdeck that knew of other parts."""
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
        others = {name: one for name, one in self._all().items() if name != address}
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
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
