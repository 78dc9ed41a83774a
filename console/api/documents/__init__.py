"""The GraphQL documents, one operation or fragment a file, named as the file.

What not every release of Dagster has is marked where it stands: `@has(part: "Run.tags.limit")`
for what is asked of servers that have it, `@lacks` for what is asked of the others instead. A
part is a type, a field of it, or an argument of that.
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
    """Empty where the server lacks what all of it rests on."""
    parts: tuple[str, ...] = ()
    """What it asks for that not every server has."""

    @property
    def is_mutation(self) -> bool:
        return self.operation == "mutation"


@cache
def document(name: str, lacking: frozenset[str] = NOTHING) -> Document:
    """The operation in `<name>.graphql` for a server that lacks some parts.

    Raises FileNotFoundError when there is none.
    """
    text = _text(name)
    found = _OPERATION.search(text)
    if found is None:
        raise ValueError(f"{name}.graphql holds no operation")
    whole = [text, *_fragments(text, set())]
    parts = tuple(dict.fromkeys(part for one in whole for part in parts_of(one)))
    return Document(found[2], found[1], pruned(whole, lacking), parts)


def names() -> list[str]:
    """Every operation's file, fragments left out."""
    stems = [
        file.name.removesuffix(".graphql")
        for file in files(__package__).iterdir()
        if file.name.endswith(".graphql")
    ]
    return sorted(stem for stem in stems if not stem.endswith("_fields"))


def all_parts() -> tuple[str, ...]:
    """Every part that a document is marked with, in order."""
    return tuple(sorted({part for name in names() for part in document(name).parts}))


def _fragments(text: str, seen: set[str]) -> list[str]:
    found = []
    for fragment in dict.fromkeys(_SPREAD.findall(text)):
        if fragment in seen:
            continue
        seen.add(fragment)
        body = _text(re.sub(r"(?<!^)(?=[A-Z])", "_", fragment).lower())
        found += [body, *_fragments(body, seen)]
    return found


@cache
def _text(name: str) -> str:
    return (files(__package__) / f"{name}.graphql").read_text(encoding="utf-8")
