"""Evaluates a selection in Dagster's syntax.

The meaning is that of dagster's `asset_selection.py`; `status:`, which only its web UI
decides, names the states of the console.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.assets.keys import UnknownAsset, nearest
from console.domain.assets.walk import distances
from console.domain.selection.syntax import (
    NOT_AT_ALL,
    Attribute,
    BadSelection,
    Both,
    Either,
    Ends,
    Everything,
    Like,
    Named,
    Node,
    Not,
    Reached,
    joined,
    parse,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from console.domain.assets.graph import Asset, AssetGraph
    from console.domain.assets.keys import AssetKey

__all__ = [
    "BadSelection",
    "SelectionFacts",
    "joined",
    "parse",
    "select",
    "select_some",
    "sources_among",
    "written",
]

STATUSES = (
    *("missing", "failed", "stale", "materialized", "running", "queued", "unknown"),
    *("late", "check_failed"),
)
"""An asset has every status that one of its partitions has."""
_PARTITIONS = {
    "time": "TIME_WINDOW",
    "static": "STATIC",
    "dynamic": "DYNAMIC",
    "multipartitions": "MULTIPARTITIONED",
}


@dataclass(frozen=True, slots=True)
class SelectionFacts:
    """The STATUSES of each asset, and those that have been read at all (`known`)."""

    statuses: Mapping[AssetKey, frozenset[str]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()


def select(
    text: str, graph: AssetGraph, facts: SelectionFacts | None = None, *, sources: bool = False
) -> tuple[AssetKey, ...]:
    """The assets that `text` selects, in the graph's order. Raises BadSelection.

    With `sources`, assets that aren't materializable are selected like any other, as in
    Dagster's web UI. Without, only some attributes select them, as in Dagster's code.
    """
    selected = _Meaning(graph, facts or SelectionFacts(), sources).of(parse(text))
    return tuple(key for key in graph.order if key in selected)


def select_some(
    text: str, graph: AssetGraph, facts: SelectionFacts | None = None, *, sources: bool = False
) -> tuple[AssetKey, ...]:
    """`select`, which also raises BadSelection if nothing is selected."""
    selected = select(text, graph, facts, sources=sources)
    if not selected:
        raise BadSelection(f"`{text.strip()}` selects no asset{_near(parse(text), graph)}")
    return selected


def sources_among(graph: AssetGraph, keys: Iterable[AssetKey]) -> tuple[AssetKey, ...]:
    """The `keys` without an upstream among the others, in the graph's order."""
    sources = _ends(set(keys), graph.downstream)
    return tuple(key for key in graph.order if key in sources)


@dataclass(frozen=True, slots=True)
class _Meaning:
    graph: AssetGraph
    facts: SelectionFacts
    sources: bool

    def of(self, node: Node) -> set[AssetKey]:
        match node:
            case Everything():
                return self._where(lambda _: True)
            case Named(key):
                return self._named(key)
            case Like(pattern):
                return self._keyed(pattern)
            case Attribute():
                return self._attribute(node)
            case Not(child):
                return self._where(lambda _: True) - self.of(child)
            case Both(left, right):
                return self.of(left) & self.of(right)
            case Either(left, right):
                return self.of(left) | self.of(right)
            case Reached():
                return self._reached(node)
            case Ends(child, sinks):
                following = self.graph.upstream if sinks else self.graph.downstream
                return _ends(self.of(child), following)

    def _where(self, fits: Callable[[Asset], bool], *, sources: bool = False) -> set[AssetKey]:
        """The fitting assets; those that aren't materializable only with `sources`."""
        every = self.sources or sources
        assets = self.graph.assets.values()
        return {asset.key for asset in assets if (every or asset.materializable) and fits(asset)}

    def _named(self, key: AssetKey) -> set[AssetKey]:
        if key not in self.graph:
            raise BadSelection(str(UnknownAsset(written(key), self.graph.assets)))
        return {key}

    def _keyed(self, pattern: str) -> set[AssetKey]:
        like = _like(pattern)
        return self._where(lambda asset: like("/".join(asset.key)), sources=True)

    def _attribute(self, node: Attribute) -> set[AssetKey]:
        value = node.value or ""
        match node.name:
            case "key":
                return self._keyed(value)
            case "group":
                like = _like(value)
                return self._where(lambda asset: bool(value) and like(asset.group))
            case "kind" if node.value is None:
                return self._where(lambda asset: not asset.kinds)
            case "kind":
                return self._where(lambda asset: value in asset.kinds)
            case "owner":
                return self._where(lambda asset: value in asset.owners, sources=True)
            case "tag":
                pair = (value, node.equals or "")
                return self._where(lambda asset: pair in asset.tags)
            case "code_location":
                return self._where(lambda asset: _is_at(asset, value), sources=True)
            case "partitions":
                kind = "none" if node.value is None else value
                return self._where(lambda asset: _is_partitioned(asset, kind), sources=True)
            case "is":
                wanted = value == "materializable"
                return self._where(lambda asset: asset.materializable == wanted, sources=True)
            case _:
                return self._with_status(value)

    def _with_status(self, value: str) -> set[AssetKey]:
        word = value.lower()
        if word not in STATUSES:
            near = nearest(word, STATUSES)
            hint = f"did you mean `{near}`?" if near else f"there are {', '.join(STATUSES)}"
            raise BadSelection(f"no status `{value}`; {hint}")
        if word not in self.facts.known:
            raise BadSelection(f"`status:{word}` is not known yet")
        return self._where(
            lambda asset: word in self.facts.statuses.get(asset.key, ()), sources=True
        )

    def _reached(self, node: Reached) -> set[AssetKey]:
        start = self.of(node.child)
        reached: set[AssetKey] = set()
        if node.up != NOT_AT_ALL:
            above = distances(start, self.graph.upstream, node.up).keys()
            reached |= (
                above if self.sources else {key for key in above if self.graph[key].materializable}
            )
        if node.down != NOT_AT_ALL:
            reached |= distances(start, self.graph.downstream, node.down).keys()
        return reached


def _ends(
    chosen: set[AssetKey], following: Callable[[AssetKey], Iterable[AssetKey]]
) -> set[AssetKey]:
    """The `chosen` assets that no other chosen asset leads to."""
    near = {other for key in chosen for other in following(key) if other != key}
    return chosen - distances(near, following).keys()


def _like(pattern: str) -> Callable[[str], bool]:
    """Returns a test for texts that match `pattern`; `*` matches anything but a line end."""
    if "*" not in pattern:
        return pattern.__eq__
    full_match = re.compile(f"^{re.escape(pattern)}$".replace(r"\*", ".*")).match
    return lambda text: full_match(text) is not None


def _is_at(asset: Asset, location_text: str) -> bool:
    """Whether the asset is in `location` or `repository@location`."""
    if "@" not in location_text:
        return asset.location == location_text and bool(location_text)
    repository, location = location_text.split("@")[:2]
    return (asset.repository, asset.location) == (repository, location)


def _is_partitioned(asset: Asset, value: str) -> bool:
    if value == "none":
        return asset.partitions is None
    return asset.partitions is not None and asset.partitions.kind == _PARTITIONS.get(value)


def _near(node: Node, graph: AssetGraph) -> str:
    """A hint at the value that a selection by one attribute may have meant."""
    while isinstance(node, Reached | Ends | Not):
        node = node.child
    if not isinstance(node, Attribute) or not node.value:
        return ""
    values = _values(node.name, graph.assets.values())
    near = nearest(node.value.replace("*", ""), values - {node.value})
    return f'; did you mean `{node.name}:"{near}"`?' if near else ""


def _values(attribute: str, assets: Iterable[Asset]) -> set[str]:
    readers: dict[str, Callable[[Asset], Iterable[str]]] = {
        "key": lambda asset: ("/".join(asset.key),),
        "group": lambda asset: (asset.group,),
        "kind": lambda asset: asset.kinds,
        "owner": lambda asset: asset.owners,
        "tag": lambda asset: (name for name, _ in asset.tags),
        "code_location": lambda asset: (asset.location,),
    }
    values = readers.get(attribute)
    return {value for asset in assets for value in values(asset)} if values else set()
