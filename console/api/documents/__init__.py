"""The GraphQL documents, one operation or fragment a file, named as the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_SPREAD = re.compile(r"\.\.\.([A-Z]\w+)")
_OPERATION = re.compile(r"^(query|mutation|fragment) (\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """One operation with the fragments it uses, ready to send."""

    name: str
    operation: str
    text: str

    @property
    def is_mutation(self) -> bool:
        return self.operation == "mutation"


@cache
def document(name: str) -> Document:
    """The operation in `<name>.graphql`; raises FileNotFoundError when there is none."""
    text = _text(name)
    found = _OPERATION.search(text)
    if found is None:
        raise ValueError(f"{name}.graphql holds no operation")
    return Document(found[2], found[1], _compact(text + "".join(_fragments(text, set()))))


def names() -> list[str]:
    """Every operation's file, fragments left out."""
    stems = [
        file.name.removesuffix(".graphql")
        for file in files(__package__).iterdir()
        if file.name.endswith(".graphql")
    ]
    return sorted(stem for stem in stems if not stem.endswith("_fields"))


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


def _compact(text: str) -> str:
    """Fewer bytes on the wire: GraphQL reads any white space as one blank."""
    return re.sub(r"\s+", " ", text).strip()
