"""The code version of a dbt model, which changes with the code that its rows follow from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

PACKAGE = "lakehouse"


def code_version(manifest: Mapping[str, Any], model: str) -> str:
    """A digest of the model's own code and of the project's macros that it calls, at any depth."""
    node = manifest["nodes"][model]
    digest = hashlib.sha1(node["raw_code"].encode())
    for name in sorted(set(_macros(manifest, node, set()))):
        digest.update(manifest["macros"][name]["macro_sql"].encode())
    return digest.hexdigest()


def _macros(
    manifest: Mapping[str, Any], node: Mapping[str, Any], passed: set[str]
) -> Iterator[str]:
    for name in node["depends_on"]["macros"]:
        macro = manifest["macros"].get(name)
        if macro and macro["package_name"] == PACKAGE and name not in passed:
            passed.add(name)
            yield name
            yield from _macros(manifest, macro, passed)
