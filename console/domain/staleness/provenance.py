"""The provenance of a materialization, from its tags, and the hash that a run makes of it.

The tags are Dagster's (`dagster/_core/definitions/data_version.py`, 1.13): each real run
writes them; a materialization that was only reported has none.
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
    """One parent as the run found it."""

    version: str
    """The parent's data version; of a partitioned one the hash of those that were read."""
    pointer: int | None
    """The storage id of the parent's last event then; None when it had none."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The provenance tags; `inputs` has the parents with both tags, `named` all those with a version."""

    code_version: str | None = None
    """None for a materialization without provenance."""
    data_version: str | None = None
    by_user: bool = False
    """The data version was given by the asset's own code, so it may stay the same."""
    inputs: Mapping[AssetKey, Input] = field(default_factory=dict)
    named: frozenset[AssetKey] = frozenset()


NO_TAGS = Provenance()


def provenance(tags: Mapping[str, str]) -> Provenance:
    """The provenance that a materialization's tags hold; a pointer that is no number counts as absent."""
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
    """The asset key as Dagster reads it back: a slash within a part counts as one between parts."""
    return tuple(name.split("/"))


def joined(versions: Iterable[str]) -> str:
    """The version a run notes for the partitions it read, theirs given in the order of keys."""
    return sha256("".join(versions).encode()).hexdigest()
