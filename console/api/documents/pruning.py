"""Removes the parts that a server lacks from a document, which stays valid."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\.\.\.|[$@]?\w+|-?\d+|[{}()\[\]:=!|]')
_MARK = re.compile(r'@(?:has|lacks)\(part: "([\w.]+)"\)')
_WORD = re.compile(r"[\w$@\"]")


def parts_of(text: str) -> list[str]:
    """The marked parts of the text."""
    return _MARK.findall(text)


def pruned(definitions: Sequence[str], lacking: frozenset[str]) -> str:
    """The operation and its fragments as one text; empty if nothing of the operation is left."""
    operation, *fragments = (_Definition(text, lacking) for text in definitions)
    if not operation.body:
        return ""
    kept, wanted = [operation], operation.spreads
    by_name = {fragment.name: fragment for fragment in fragments}
    for name in wanted:
        if by_name[name] not in kept:
            kept.append(by_name[name])
            wanted += by_name[name].spreads
    used = {token for definition in kept for token in definition.body if token.startswith("$")}
    return "".join(_joined([*definition.head_with(used), *definition.body]) for definition in kept)


class _Definition:
    """An operation or a fragment: its head, and its body without what the server lacks."""

    def __init__(self, text: str, lacking: frozenset[str]) -> None:
        self._tokens = _TOKEN.findall(text)
        self._cursor = self._tokens.index("{")
        self._lacking = lacking
        self.head = self._tokens[: self._cursor]
        self.name = self.head[1]
        self.body = self._selections()

    @property
    def spreads(self) -> list[str]:
        """The names of the fragments in the body."""
        pairs = zip(self.body, self.body[1:], strict=False)
        return [name for dots, name in pairs if dots == "..." and name[:1].isupper()]

    def head_with(self, used: set[str]) -> list[str]:
        """The head without unused variables."""
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
        """The braces at the cursor with the kept selections between them; empty if none is kept."""
        selections: list[str] = []
        self._cursor += 1
        while self._tokens[self._cursor] != "}":
            selections += self._selection()
        self._cursor += 1
        return ["{", *selections, "}"] if selections else []

    def _selection(self) -> list[str]:
        tokens, kept, start = self._tokens, True, self._cursor
        selection_tokens: list[str] = []
        while self._cursor == start or not self._begins_next(selection_tokens):
            token = tokens[self._cursor]
            if token in ("@has", "@lacks"):
                part = tokens[self._cursor + 4].strip('"')
                kept = kept and (part in self._lacking) is (token == "@lacks")
                self._cursor += 6
            elif token == "{":
                inner = self._selections()
                return [*selection_tokens, *inner] if kept and inner else []
            elif token == "(":
                end = tokens.index(")", self._cursor) + 1
                selection_tokens += tokens[self._cursor : end]
                self._cursor = end
            else:
                selection_tokens.append(token)
                self._cursor += 1
        return selection_tokens if kept else []

    def _begins_next(self, selection_tokens: list[str]) -> bool:
        """Whether the cursor is past the selection that begins with `selection_tokens`."""
        token = self._tokens[self._cursor]
        if token in ("{", "(", ":") or token.startswith("@"):
            return False
        return not (
            selection_tokens[-1] == ":"
            or selection_tokens == ["..."]
            or selection_tokens[-2:] == ["...", "on"]
        )


def _variables(tokens: Sequence[str]) -> Iterable[list[str]]:
    """The tokens of each variable's definition."""
    starts = [index for index, token in enumerate(tokens) if token.startswith("$")]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        yield list(tokens[start:end])


def _joined(tokens: Sequence[str]) -> str:
    """The tokens as text; GraphQL needs blanks only between words."""
    text = ""
    for token in tokens:
        text += f" {token}" if text and _WORD.match(text[-1]) and _WORD.match(token) else token
    return text
