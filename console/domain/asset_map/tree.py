"""An asset with its upstream and its downstream assets, as an indented tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey

MOST_LINES = 2000


@dataclass(frozen=True, slots=True)
class TreeLine:
    """An asset in the tree; `last` tells for each level whether its branch ends there."""

    key: AssetKey
    last: tuple[bool, ...]
    repeated: bool = False
    """Whether the asset is already further up, with its own branch."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The lines below an asset; `more` is the number of assets without a line."""

    lines: tuple[TreeLine, ...]
    more: int


def upstream_tree(graph: AssetGraph, key: AssetKey) -> Tree:
    """The assets that `key` is made from, nearest first; each has its branch where it first occurs."""
    return _tree(key, graph.upstream)


def downstream_tree(graph: AssetGraph, key: AssetKey) -> Tree:
    """The assets that are made from `key`, in the same order."""
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
    """The children in reverse order, for a stack that pops from its end."""
    following_assets = list(dict.fromkeys(following(key)))
    return [
        (child, (*last, position == len(following_assets) - 1))
        for position, child in reversed(list(enumerate(following_assets)))
    ]
