"""Lists of partition keys, and the syntax that selects some of them.

The syntax is Dagster's own, `[2025-01-01...2025-01-31], 2025-03-01, 2025-04-*`, and adds
`last 30`, `since 2025-04` and `/regular expression/`, unless a key has that very text. A range
follows the list's order, never dates or text, since keys may have any form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from console.domain.assets.keys import nearest
from console.domain.partitions.key_times import Times, times_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ITEM = re.compile(
    r"""\s*(?:
        \[ \s* (?P<start>"(?:[^"\\]|\\.)*"|[^"\[\],]*?) \s* \.\.\. \s*
               (?P<end>"(?:[^"\\]|\\.)*"|[^"\[\],]*?) \s* \]
      | (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<regex>/(?:[^/\\]|\\.)+/)
      | (?P<key>[^",\[\]][^,\[\]]*?)
    )\s*(?:,|$)""",
    re.VERBOSE,
)
_LAST = re.compile(r"last\s+(\d+)")
_SINCE = re.compile(r"since\s+(\S.*)")
_NEEDS_QUOTES = re.compile(r'[",\[\]*\\]|\.\.\.|^[\s.]|[\s.]$|^$')

KeyRanges = list[tuple[str, str]]
"""Ranges of partition keys, both ends included."""


class BadPartitions(ValueError):
    """Raised for a text that names no partitions, or partitions that don't exist."""


@dataclass(frozen=True)
class PartitionKeys:
    """The partition keys of a definition, in its own order."""

    keys: tuple[str, ...]
    sides: tuple[PartitionKeys, PartitionKeys] | None = None
    """The keys of each of two dimensions, sorted by the dimension's name; `keys` is their product, `a|b`."""
    primary: int = 0
    """The index of the side that lies along the axis, which is time where there is time."""

    @cached_property
    def times(self) -> Times | None:
        """The time at which each partition begins; None where the keys aren't times."""
        return times_of(self.keys)

    @cached_property
    def positions(self) -> dict[str, int]:
        return {key: position for position, key in enumerate(self.keys)}

    def __len__(self) -> int:
        return len(self.keys)

    def position(self, key: str) -> int:
        """The position of a key; raises BadPartitions, naming the nearest key, if there is none."""
        position = self.positions.get(key)
        if position is None:
            raise BadPartitions(self._no_such(key))
        return position

    def between(self, start: str | None, end: str | None) -> range:
        """The positions from `start` to `end`, both included; None stands for the list's end."""
        first = 0 if start is None else self.position(start)
        last = len(self.keys) - 1 if end is None else self.position(end)
        if last < first:
            raise BadPartitions(f"the range [{start}...{end}] ends before it starts")
        return range(first, last + 1)

    def covered(self, start: str, end: str) -> Sequence[int]:
        """The positions that a run from `start` to `end` makes; empty where an end isn't known.

        In two dimensions a range is a rectangle that spans both ends in each dimension.
        """
        first, last = self.positions.get(start), self.positions.get(end)
        if first is None or last is None:
            return range(0)
        if self.sides is None:
            return range(first, last + 1)
        width = len(self.sides[1])
        tops, sides = zip(divmod(first, width), divmod(last, width), strict=True)
        return tuple(
            top * width + side
            for top in range(tops[0], tops[1] + 1)
            for side in range(sides[0], sides[1] + 1)
        )

    def _no_such(self, key: str) -> str:
        if not self.keys:
            return f"no partition `{key}`; the definition has none"
        span = f"partitions run from {self.keys[0]} to {self.keys[-1]}"
        near = nearest(key, self.keys)
        hint = f"; did you mean `{near}`?" if near and near not in span else ""
        return f"no partition `{key}`; {span}{hint}"


def product_of(first: PartitionKeys, second: PartitionKeys, primary: int) -> PartitionKeys:
    """The keys of two dimensions; `first` is the dimension whose name comes first in the alphabet."""
    keys = tuple(f"{a}|{b}" for a in first.keys for b in second.keys)
    return PartitionKeys(keys, (first, second), primary)


def parse_partitions(text: str, keys: PartitionKeys) -> list[int]:
    """The positions that `text` names, sorted, each once.

    Raises BadPartitions with a sentence that names the wrong part.
    """
    if not text.strip():
        raise BadPartitions(
            "no partitions named; a key, `[first...last]` or `2025-01-*` is expected"
        )
    chosen: set[int] = set()
    start = 0
    while start < len(text):
        item = _ITEM.match(text, start)
        if item is None or item.end() == start:
            raise BadPartitions(
                f"`{text[start:].strip()}` is not a partition, a range `[first...last]` or a pattern"
            )
        chosen.update(_positions(item, keys))
        start = item.end()
    return sorted(chosen)


def ranges_text(positions: Iterable[int], keys: Sequence[str]) -> str:
    """The shortest text that names exactly `positions`: `[a...b], c`."""
    return ", ".join(
        _written(keys[first])
        if first == last
        else f"[{_written(keys[first])}...{_written(keys[last])}]"
        for first, last in contiguous_ranges(positions)
    )


def contiguous_ranges(positions: Iterable[int]) -> list[tuple[int, int]]:
    """Unbroken stretches as (first, last), both included, for positions in any order."""
    ordered = sorted(set(positions))
    if not ordered:
        return []
    breaks = [(a, b) for a, b in pairwise(ordered) if b != a + 1]
    firsts = [ordered[0], *(b for _, b in breaks)]
    lasts = [*(a for a, _ in breaks), ordered[-1]]
    return list(zip(firsts, lasts, strict=True))


def _positions(item: re.Match[str], keys: PartitionKeys) -> Iterable[int]:
    if item["start"] is not None:
        return keys.between(_read(item["start"]), _read(item["end"]))
    if item["quoted"] is not None:
        return [keys.position(_read(item["quoted"]) or "")]
    key = (item["regex"] or item["key"]).strip()
    if key in keys.positions:
        return [keys.positions[key]]
    if item["regex"] is not None:
        return _matching_regex(key, keys)
    if last := _LAST.fullmatch(key):
        return _last(int(last[1]), keys)
    if since := _SINCE.fullmatch(key):
        return _since(since[1], keys)
    return _matching(key, keys) if "*" in key else [keys.position(key)]


def _last(count: int, keys: PartitionKeys) -> range:
    if not count or not keys.keys:
        raise BadPartitions(f"`last {count}` names no partition")
    return range(max(len(keys) - count, 0), len(keys))


def _since(beginning: str, keys: PartitionKeys) -> range:
    """The positions from the first key that starts with `beginning` to the list's end."""
    first_position = next(
        (position for position, key in enumerate(keys.keys) if key.startswith(beginning)), None
    )
    return range(keys.position(beginning) if first_position is None else first_position, len(keys))


def _matching_regex(written: str, keys: PartitionKeys) -> list[int]:
    """The positions of the keys that contain a match of the regular expression."""
    try:
        search = re.compile(written[1:-1].replace("\\/", "/")).search
    except re.error as error:
        raise BadPartitions(f"`{written}` is no regular expression: {error}") from error
    positions = [position for position, key in enumerate(keys.keys) if search(key)]
    if not positions:
        raise BadPartitions(f"no partition is like `{written}`")
    return positions


def _matching(pattern: str, keys: PartitionKeys) -> list[int]:
    match = re.compile(translate(pattern.replace("?", "[?]"))).match
    positions = [position for position, key in enumerate(keys.keys) if match(key)]
    if not positions:
        raise BadPartitions(f"no partition is like `{pattern}`")
    return positions


def _read(text: str) -> str | None:
    if text.startswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text or None


def _written(key: str) -> str:
    """The key as the grammar reads it, quoted when it contains the grammar's own characters."""
    if not _NEEDS_QUOTES.search(key):
        return key
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
