"""The GraphQL documents, one operation or fragment per file, named like the file.

Selections that not every release of Dagster has are marked: `@has(part: "Run.tags.limit")` is
sent to servers that have the part, `@lacks` to the others instead. A part is a type, a field
of it, or an argument of that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from console.api.documents.pruning import parts_of, pruned

_SPREAD = re.compile(r"\.\.\.\s*([A-Z]\w+)")
_OPERATION = re.compile(r"^(query|mutation|fragment) (\w+)", re.MULTILINE)
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Document:
    """One operation with the fragments it uses, ready to send."""

    name: str
    operation: str
    text: str
    """The text; empty where the server lacks everything that is asked for."""
    parts: tuple[str, ...] = ()
    """The marked parts, which not every server has."""

    @property
    def is_mutation(self) -> bool:
        return self.operation == "mutation"


@cache
def document(name: str, lacking: frozenset[str] = NOTHING) -> Document:
    """The operation in `<name>.graphql` for a server that lacks some parts.

    Raises FileNotFoundError when there is none.
    """
    text = _text(name)
    match = _OPERATION.search(text)
    if match is None:
        raise ValueError(f"{name}.graphql holds no operation")
    definitions = [text, *_fragments(text, set())]
    parts = tuple(
        dict.fromkeys(part for definition in definitions for part in parts_of(definition))
    )
    return Document(match[2], match[1], pruned(definitions, lacking), parts)


def names() -> list[str]:
    """The names of all operations, without fragments."""
    stems = [
        file.name.removesuffix(".graphql")
        for file in files(__package__).iterdir()
        if file.name.endswith(".graphql")
    ]
    return sorted(stem for stem in stems if not stem.endswith("_fields"))


def all_parts() -> tuple[str, ...]:
    """Every marked part of all documents, sorted."""
    return tuple(sorted({part for name in names() for part in document(name).parts}))


def _fragments(text: str, seen: set[str]) -> list[str]:
    bodies = []
    for fragment in dict.fromkeys(_SPREAD.findall(text)):
        if fragment in seen:
            continue
        seen.add(fragment)
        body = _text(re.sub(r"(?<!^)(?=[A-Z])", "_", fragment).lower())
        bodies += [body, *_fragments(body, seen)]
    return bodies


@cache
def _text(name: str) -> str:
    return (files(__package__) / f"{name}.graphql").read_text(encoding="utf-8")
