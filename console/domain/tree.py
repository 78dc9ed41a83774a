"""What an asset is made from and what is made from it, as an indented tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.domain.assets import AssetGraph
    from console.domain.keys import AssetKey

MOST_LINES = 2000


@dataclass(frozen=True, slots=True)
class TreeLine:
    """An asset in its place. `last` tells for each level above whether that one ended there."""

    key: AssetKey
    last: tuple[bool, ...]
    repeated: bool = False
    """It stands further up with what is below it."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The lines below an asset, and how many more assets there are than lines were made for."""

    lines: tuple[TreeLine, ...]
    more: int


def upstream_tree(graph: AssetGraph, key: AssetKey) -> Tree:
    """What `key` is made from, nearest first; each asset is followed where it first stands."""
    return _tree(key, graph.upstream)


def downstream_tree(graph: AssetGraph, key: AssetKey) -> Tree:
    """What is made from `key`, likewise."""
    return _tree(key, graph.downstream)


def _tree(root: AssetKey, following: Callable[[AssetKey], list[AssetKey]]) -> Tree:
    lines: list[TreeLine] = []
    seen = {root}
    waiting = _children(root, (), following)
    while waiting:
        key, last = waiting.pop()
        repeated = key in seen
        full = len(lines) >= MOST_LINES
        if not full:
            lines.append(TreeLine(key, last, repeated))
        if not repeated:
            seen.add(key)
            waiting += _children(key, () if full else last, following)
    return Tree(tuple(lines), len(seen - {root} - {line.key for line in lines}))


def _children(
    key: AssetKey, last: tuple[bool, ...], following: Callable[[AssetKey], list[AssetKey]]
) -> list[tuple[AssetKey, tuple[bool, ...]]]:
    """In the order to be taken from the end."""
    found = list(dict.fromkeys(following(key)))
    return [
        (child, (*last, at == len(found) - 1)) for at, child in reversed(list(enumerate(found)))
    ]
