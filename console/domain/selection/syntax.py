"""Parses Dagster's asset selections into a tree.

The language is that of dagster's `antlr_asset_selection` (its AssetSelection.g4), with one
addition: a bare name selects the asset with that key. In a bare name `*` matches anything and
a backslash escapes the next character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.assets.keys import key_text, nearest, parse_key
from console.domain.text import cut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.assets.keys import AssetKey

MOST_NESTED = 100
ATTRIBUTES = ("key", "group", "kind", "owner", "tag", "code_location", "status", "partitions", "is")
UNKNOWN_ATTRIBUTES = (
    *("column", "table_name", "column_tag", "changed_in_branch"),
    *("automation_type", "sensor", "schedule", "job"),
)
"""Attributes of the language that the console doesn't know."""
IS_VALUES = ("external", "materializable")
_FUNCTIONS = ("sinks", "roots")
_VALUES_TOO = ("sensor", "schedule", "job")
_AND, _OR, _NOT = ("and", "AND"), ("or", "OR"), ("not", "NOT")
_KEYWORDS = frozenset(
    {*ATTRIBUTES, *UNKNOWN_ATTRIBUTES, *_FUNCTIONS, *_AND, *_OR, *_NOT} - {*_VALUES_TOO}
)

_BLANK = re.compile(r"[ \t\r\n]*")
_UP = re.compile(r"([0-9]*)[ \t\r\n]*\+")
_DOWN = re.compile(r"\+[ \t\r\n]*([0-9]*)")
_OPEN, _CLOSE, _COLON, _EQUAL = (re.compile(sign) for sign in (r"\(", r"\)", ":", "="))
_QUOTED = re.compile(r'"[^"\\\r\n]*"')
_NULL = re.compile("<null>")
_WORD = re.compile(r'(?:\\.|[^ \t\r\n()+,"=:<>\\])+', re.DOTALL)
_PLAIN = re.compile(r"[a-zA-Z_][a-zA-Z0-9_/]*")
_WILD = re.compile(r"[a-zA-Z_*][a-zA-Z0-9_*/]*")
_PART = re.compile(r'[()]|"[^"]*"?|[^ \t\r\n()"]+("[^"]*"?)?')
_STAR = re.compile(r"(\\.)|\*", re.DOTALL)
_SPECIAL = re.compile(r'[ \t\r\n()+,"=:<>*]|^[0-9]')


class BadSelection(ValueError):
    """Raised for a text that isn't a selection or selects nothing; the sentence names the part."""


@dataclass(frozen=True, slots=True)
class Everything:
    """`*`"""


@dataclass(frozen=True, slots=True)
class Named:
    """`a/b`: the asset with that key, which must exist."""

    key: AssetKey


@dataclass(frozen=True, slots=True)
class Like:
    """`a*`: the assets whose keys match."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """`group:x`, `tag:x=y`; the value is None for `<null>`."""

    name: str
    value: str | None
    equals: str | None = None


@dataclass(frozen=True, slots=True)
class Not:
    child: Node


@dataclass(frozen=True, slots=True)
class Both:
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Either:
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Reached:
    """`2+child+`: assets within hops of `child`; None is any number, -1 excludes that side."""

    child: Node
    up: int | None
    down: int | None


@dataclass(frozen=True, slots=True)
class Ends:
    """`sinks(child)` or `roots(child)`."""

    child: Node
    sinks: bool


Node = Everything | Named | Like | Attribute | Not | Both | Either | Reached | Ends
NOT_AT_ALL = -1


def parse(text: str) -> Node:
    """The tree of a selection; raises BadSelection."""
    return _Parser(text).parse()


def written(key: AssetKey) -> str:
    """The bare name that selects only this asset."""
    name = _SPECIAL.sub(lambda match: f"\\{match[0]}", key_text(key))
    if not name:
        return 'key:""'
    return f"\\{name}" if name in (*_AND, *_OR, *_NOT) else name


def joined(keys: Iterable[AssetKey]) -> str:
    """The text that selects only these assets."""
    return " or ".join(written(key) for key in keys)


def named_statuses(text: str) -> frozenset[str]:
    """The values of `status:` in a selection. Raises BadSelection."""
    statuses: set[str] = set()
    waiting: list[Node] = [parse(text)]
    while waiting:
        match waiting.pop():
            case Attribute("status", str(value)):
                statuses.add(value.lower())
            case Both(left, right) | Either(left, right):
                waiting += left, right
            case Not(child) | Reached(child) | Ends(child):
                waiting.append(child)
    return frozenset(statuses)


class _Parser:
    """A recursive descent parser; each method moves past what it has read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset = 0
        self._depth = 0

    def parse(self) -> Node:
        node = self._either()
        if self._rest():
            raise self._stray()
        return node

    def _either(self) -> Node:
        node = self._both()
        while self._takes(_OR):
            node = Either(node, self._both())
        return node

    def _both(self) -> Node:
        node = self._operand_or_not()
        while self._takes(_AND):
            node = Both(node, self._operand_or_not())
        return node

    def _operand_or_not(self) -> Node:
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise BadSelection(f"a selection can't be nested more than {MOST_NESTED} deep")
        node = self._unary()
        self._depth -= 1
        return node

    def _unary(self) -> Node:
        if self._takes(_NOT):
            return Not(self._operand_or_not())
        if self._takes(("*",)):
            return Everything()
        up = self._match(_UP)
        node = self._operand()
        down = self._match(_DOWN)
        return Reached(node, _hops(up), _hops(down)) if up or down else node

    def _operand(self) -> Node:
        if self._match(_OPEN):
            return self._closed()
        start, word = self._offset, self._word()
        if word in _FUNCTIONS and self._match(_OPEN):
            return Ends(self._closed(), word == "sinks")
        if word and self._match(_COLON):
            return self._attribute(word)
        if not word or word in ("*", *_AND, *_OR, *_NOT):
            self._offset = start
            raise self._lacking()
        return _bare(word)

    def _closed(self) -> Node:
        opened = self._offset - 1
        node = self._either()
        if self._match(_CLOSE):
            return node
        if self._rest():
            raise self._stray()
        raise BadSelection(f"`{cut(self._text[opened:], 40)}` lacks its `)`")

    def _attribute(self, name: str) -> Node:
        if name in UNKNOWN_ATTRIBUTES:
            raise BadSelection(f"`{name}:` is not known to the console; {_there_are()}")
        if name not in ATTRIBUTES:
            near = nearest(name, ATTRIBUTES)
            hint = f"did you mean `{near}:`?" if near else _there_are()
            raise BadSelection(f"no attribute `{cut(name, 40)}:`; {hint}")
        value = self._value(name)
        if name == "is" and value not in IS_VALUES:
            raise BadSelection(f"no value `{value}` of `is:`; there are {' and '.join(IS_VALUES)}")
        if name == "tag" and value is None:
            raise BadSelection('`<null>` is no tag; `tag:"name"="value"` is expected')
        equals = self._value(name) if name == "tag" and self._match(_EQUAL) else None
        return Attribute(name, value, equals)

    def _value(self, attribute: str) -> str | None:
        if quoted := self._match(_QUOTED):
            return quoted[0].strip('"')
        if attribute != "key" and self._match(_NULL):
            return None
        start, word = self._offset, self._word()
        plain = _WILD if attribute == "key" else _PLAIN
        keyword = word in _KEYWORDS or (attribute == "key" and word in (*_VALUES_TOO, "*"))
        if keyword or not plain.fullmatch(word):
            self._offset = start
            raise self._no_value(attribute, word)
        return word

    # reading on

    def _word(self) -> str:
        match = self._match(_WORD)
        return match[0] if match else ""

    def _takes(self, words: tuple[str, ...]) -> bool:
        start = self._offset
        if self._word() in words:
            return True
        self._offset = start
        return False

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._after_blanks())
        if match:
            self._offset = match.end()
        return match

    def _after_blanks(self) -> int:
        blanks = _BLANK.match(self._text, self._offset)
        return blanks.end() if blanks else self._offset

    def _rest(self) -> str:
        return self._text[self._after_blanks() :]

    def _part(self) -> str:
        match = _PART.match(self._rest())
        return cut(match[0], 40) if match else ""

    # what is wrong

    def _lacking(self) -> BadSelection:
        expected = "an asset, `group:name` or `status:failed` is expected"
        if not self._text.strip():
            return BadSelection(f"nothing is selected; {expected}")
        where = f"instead of `{self._part()}`" if self._rest() else "at the end"
        if self._rest().startswith('"'):
            return BadSelection(f"`{self._part()}` is no selection; `key:{self._part()}` is one")
        return BadSelection(f"{expected} {where}")

    def _stray(self) -> BadSelection:
        part = self._part()
        word = part.lower()
        if part == ")":
            return BadSelection("a `)` closes nothing")
        if word in ("and", "or", "not"):
            return BadSelection(f"`{part}` is written `{word}`")
        if part.startswith("+"):
            return BadSelection(
                f"`{part}` after a selection goes on nowhere; `x+` or `x+2` is expected"
            )
        return BadSelection(f"`and` or `or` is expected before `{part}`")

    def _no_value(self, attribute: str, word: str) -> BadSelection:
        value = f'{attribute}:"{word}"'
        if word and "\\" not in word:
            return BadSelection(f"`{cut(word, 40)}` must be quoted here: `{cut(value, 60)}`")
        part = self._part()
        problem = (
            f"`{part}` is no value of `{attribute}:`" if part else f"`{attribute}:` lacks its value"
        )
        return BadSelection(
            f'{problem}; `{attribute}:name` or `{attribute}:"any name"` is expected'
        )


def _bare(word: str) -> Node:
    parts = [""]
    copied = 0
    for star in _STAR.finditer(word):
        if star[1] is None:
            parts[-1] += word[copied : star.start()]
            parts.append("")
            copied = star.end()
    parts[-1] += word[copied:]
    if len(parts) == 1:
        return Named(parse_key(word))
    return Like("*".join("/".join(parse_key(part)) for part in parts))


def _hops(plus: re.Match[str] | None) -> int | None:
    if plus is None:
        return NOT_AT_ALL
    return int(plus[1].lstrip("0")[:9] or 0) if plus[1] else None


def _there_are() -> str:
    return f"there are {', '.join(f'{name}:' for name in ATTRIBUTES)}"
