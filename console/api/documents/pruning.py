"""A document without what a server lacks: fewer fields, fragments and variables, still valid."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\.\.\.|[$@]?\w+|-?\d+|[{}()\[\]:=!|]')
_MARK = re.compile(r'@(?:has|lacks)\(part: "([\w.]+)"\)')
_WORD = re.compile(r"[\w$@\"]")


def parts_of(text: str) -> list[str]:
    """The parts that the text is marked with."""
    return _MARK.findall(text)


def pruned(definitions: Sequence[str], lacking: frozenset[str]) -> str:
    """An operation and its fragments as one text; empty where nothing of the operation is left."""
    operation, *fragments = (_Definition(text, lacking) for text in definitions)
    if not operation.body:
        return ""
    kept, wanted = [operation], operation.spreads
    by_name = {fragment.name: fragment for fragment in fragments}
    for name in wanted:
        if by_name[name] not in kept:
            kept.append(by_name[name])
            wanted += by_name[name].spreads
    used = {token for one in kept for token in one.body if token.startswith("$")}
    return "".join(_joined([*one.head_with(used), *one.body]) for one in kept)


class _Definition:
    """An operation or a fragment, its head and what is left of its body."""

    def __init__(self, text: str, lacking: frozenset[str]) -> None:
        self._tokens = _TOKEN.findall(text)
        self._at = self._tokens.index("{")
        self._lacking = lacking
        self.head = self._tokens[: self._at]
        self.name = self.head[1]
        self.body = self._selections()

    @property
    def spreads(self) -> list[str]:
        """The fragments that the body names."""
        pairs = zip(self.body, self.body[1:], strict=False)
        return [name for dots, name in pairs if dots == "..." and name[:1].isupper()]

    def head_with(self, used: set[str]) -> list[str]:
        """The head without the variables that nothing uses."""
        if "(" not in self.head:
            return self.head
        start = self.head.index("(")
        kept = [
            token
            for variable in _variables(self.head[start + 1 : -1])
            if variable[0] in used
            for token in variable
        ]
        return [*self.head[:start], *(["(", *kept, ")"] if kept else [])]

    def _selections(self) -> list[str]:
        """The braces at the cursor and what is kept between them; nothing if that is nothing."""
        found: list[str] = []
        self._at += 1
        while self._tokens[self._at] != "}":
            found += self._selection()
        self._at += 1
        return ["{", *found, "}"] if found else []

    def _selection(self) -> list[str]:
        tokens, kept, start = self._tokens, True, self._at
        found: list[str] = []
        while self._at == start or not self._begins_next(found):
            token = tokens[self._at]
            if token in ("@has", "@lacks"):
                part = tokens[self._at + 4].strip('"')
                kept = kept and (part in self._lacking) is (token == "@lacks")
                self._at += 6
            elif token == "{":
                inner = self._selections()
                return [*found, *inner] if kept and inner else []
            elif token == "(":
                end = tokens.index(")", self._at) + 1
                found += tokens[self._at : end]
                self._at = end
            else:
                found.append(token)
                self._at += 1
        return found if kept else []

    def _begins_next(self, found: list[str]) -> bool:
        """Whether the cursor stands behind the selection that `found` holds the beginning of."""
        token = self._tokens[self._at]
        if token in ("{", "(", ":") or token.startswith("@"):
            return False
        return not (found[-1] == ":" or found == ["..."] or found[-2:] == ["...", "on"])


def _variables(tokens: Sequence[str]) -> Iterable[list[str]]:
    """Each variable's definition."""
    starts = [at for at, token in enumerate(tokens) if token.startswith("$")]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        yield list(tokens[start:end])


def _joined(tokens: Sequence[str]) -> str:
    """GraphQL needs a blank between words alone."""
    text = ""
    for token in tokens:
        text += f" {token}" if text and _WORD.match(text[-1]) and _WORD.match(token) else token
    return text
