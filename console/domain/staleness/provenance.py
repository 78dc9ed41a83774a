"""The provenance of a materialization, read from its tags, and the hash of input versions.

The tags are Dagster's (`dagster/_core/definitions/data_version.py`, 1.13). Each real run
writes them; a reported materialization has none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.domain.assets.keys import AssetKey

INITIAL = "INITIAL"
"""The data version of a value without a version of its own."""
_DATA = ("dagster/data_version", "dagster/logical_version")
_INPUT_VERSIONS = ("dagster/input_data_version/", "dagster/input_logical_version/")
_INPUT_POINTER = "dagster/input_event_pointer/"
_CODE = "dagster/code_version"
_BY_USER = "dagster/data_version_is_user_provided"


@dataclass(frozen=True, slots=True)
class Input:
    """One parent at the time of the run."""

    version: str
    """The parent's data version, or the hash of the versions of the partitions read."""
    pointer: int | None
    """The storage id of the parent's last event; None when it had none."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The provenance tags; `inputs` has the parents with version and pointer, `named` all with a version."""

    code_version: str | None = None
    """None for a materialization without provenance."""
    data_version: str | None = None
    by_user: bool = False
    """Whether the asset's code gave the data version, which may then stay the same."""
    inputs: Mapping[AssetKey, Input] = field(default_factory=dict)
    named: frozenset[AssetKey] = frozenset()


NO_TAGS = Provenance()


def provenance(tags: Mapping[str, str]) -> Provenance:
    """The provenance in a materialization's tags; a pointer that isn't a number counts as absent."""
    versions = {
        tag[len(prefix) :]: value
        for prefix in reversed(_INPUT_VERSIONS)
        for tag, value in tags.items()
        if tag.startswith(prefix)
    }
    inputs = {}
    for name, version in versions.items():
        pointer = tags.get(_INPUT_POINTER + name)
        if pointer is not None and (pointer == "NULL" or pointer.isdecimal()):
            inputs[_key(name)] = Input(version, None if pointer == "NULL" else int(pointer))
    return Provenance(
        tags.get(_CODE),
        next((tags[name] for name in _DATA if name in tags), None),
        tags.get(_BY_USER) == "true",
        inputs,
        frozenset(map(_key, versions)),
    )


def _key(name: str) -> AssetKey:
    """The asset key as Dagster reads it; a slash within a part also separates parts."""
    return tuple(name.split("/"))


def joined(versions: Iterable[str]) -> str:
    """The version that a run records for the partitions it read; `versions` are in key order."""
    return sha256("".join(versions).encode()).hexdigest()
