"""What a selection in Dagster's syntax selects.

The meaning is that of dagster's `asset_selection.py`; `status:`, which only its web UI
decides, names the states of the console.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.keys import UnknownAsset, nearest
from console.domain.selection_syntax import (
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

    from console.domain.assets import Asset, AssetGraph
    from console.domain.keys import AssetKey

__all__ = [
    "BadSelection",
    "Facts",
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
"""An asset has all of them that one of its partitions has."""
_PARTITIONS = {
    "time": "TIME_WINDOW",
    "static": "STATIC",
    "dynamic": "DYNAMIC",
    "multipartitions": "MULTIPARTITIONED",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Which of STATUSES hold for each asset, and which of them are known at all."""

    statuses: Mapping[AssetKey, frozenset[str]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()


def select(
    text: str, graph: AssetGraph, facts: Facts | None = None, *, sources: bool = False
) -> tuple[AssetKey, ...]:
    """What `text` selects, in the graph's order. Raises BadSelection.

    What can't be materialized is selected like anything else with `sources`, as in
    Dagster's web UI; without, as in its code, by few attributes and never upstream.
    """
    found = _Meaning(graph, facts or Facts(), sources).of(parse(text))
    return tuple(key for key in graph.order if key in found)


def select_some(
    text: str, graph: AssetGraph, facts: Facts | None = None, *, sources: bool = False
) -> tuple[AssetKey, ...]:
    """`select`, but to select nothing is an error too. Raises BadSelection."""
    found = select(text, graph, facts, sources=sources)
    if not found:
        raise BadSelection(f"`{text.strip()}` selects no asset{_near(parse(text), graph)}")
    return found


def sources_among(graph: AssetGraph, keys: Iterable[AssetKey]) -> tuple[AssetKey, ...]:
    """Those of `keys` that are made from none of the others, in the graph's order."""
    found = _ends(set(keys), graph.downstream)
    return tuple(key for key in graph.order if key in found)


@dataclass(frozen=True, slots=True)
class _Meaning:
    graph: AssetGraph
    facts: Facts
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
        """Those that fit; what can't be materialized only where it counts."""
        every = self.sources or sources
        assets = self.graph.assets.values()
        return {one.key for one in assets if (every or one.materializable) and fits(one)}

    def _named(self, key: AssetKey) -> set[AssetKey]:
        if key not in self.graph:
            raise BadSelection(str(UnknownAsset(written(key), self.graph.assets)))
        return {key}

    def _keyed(self, pattern: str) -> set[AssetKey]:
        like = _like(pattern)
        return self._where(lambda one: like("/".join(one.key)), sources=True)

    def _attribute(self, node: Attribute) -> set[AssetKey]:
        value = node.value or ""
        match node.name:
            case "key":
                return self._keyed(value)
            case "group":
                like = _like(value)
                return self._where(lambda one: bool(value) and like(one.group))
            case "kind" if node.value is None:
                return self._where(lambda one: not one.kinds)
            case "kind":
                return self._where(lambda one: value in one.kinds)
            case "owner":
                return self._where(lambda one: value in one.owners, sources=True)
            case "tag":
                pair = (value, node.equals or "")
                return self._where(lambda one: pair in one.tags)
            case "code_location":
                return self._where(lambda one: _is_at(one, value), sources=True)
            case "partitions":
                kind = "none" if node.value is None else value
                return self._where(lambda one: _is_partitioned(one, kind), sources=True)
            case "is":
                wanted = value == "materializable"
                return self._where(lambda one: one.materializable == wanted, sources=True)
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
        return self._where(lambda one: word in self.facts.statuses.get(one.key, ()), sources=True)

    def _reached(self, node: Reached) -> set[AssetKey]:
        start = self.of(node.child)
        found: set[AssetKey] = set()
        if node.up != NOT_AT_ALL:
            above = _walk(start, self.graph.upstream, node.up)
            found |= above if self.sources else {k for k in above if self.graph[k].materializable}
        if node.down != NOT_AT_ALL:
            found |= _walk(start, self.graph.downstream, node.down)
        return found


def _ends(
    chosen: set[AssetKey], following: Callable[[AssetKey], Iterable[AssetKey]]
) -> set[AssetKey]:
    """Those of `chosen` that can't be reached from any other of them."""
    near = {other for key in chosen for other in following(key) if other != key}
    return chosen - _walk(near, lambda key: [one for one in following(key) if one != key], None)


def _walk(
    start: set[AssetKey], following: Callable[[AssetKey], Iterable[AssetKey]], hops: int | None
) -> set[AssetKey]:
    """`start` and what is at most so many hops from it, None for any number."""
    found, edge = set(start), start
    while edge and hops != 0:
        edge = {other for key in edge for other in following(key)} - found
        found |= edge
        hops = hops if hops is None else hops - 1
    return found


def _like(pattern: str) -> Callable[[str], bool]:
    """Whether a text is `pattern`, where `*` stands for anything but the end of a line."""
    if "*" not in pattern:
        return pattern.__eq__
    match = re.compile(f"^{re.escape(pattern)}$".replace(r"\*", ".*")).match
    return lambda text: match(text) is not None


def _is_at(asset: Asset, place: str) -> bool:
    """`location` or `repository@location`."""
    if "@" not in place:
        return asset.location == place and bool(place)
    repository, location = place.split("@")[:2]
    return (asset.repository, asset.location) == (repository, location)


def _is_partitioned(asset: Asset, value: str) -> bool:
    if value == "none":
        return asset.partitions is None
    return asset.partitions is not None and asset.partitions.kind == _PARTITIONS.get(value)


def _near(node: Node, graph: AssetGraph) -> str:
    """For a selection of one attribute, the value that may have been meant."""
    while isinstance(node, Reached | Ends | Not):
        node = node.child
    if not isinstance(node, Attribute) or not node.value:
        return ""
    known = _values(node.name, graph.assets.values())
    near = nearest(node.value.replace("*", ""), known - {node.value})
    return f'; did you mean `{node.name}:"{near}"`?' if near else ""


def _values(attribute: str, assets: Iterable[Asset]) -> set[str]:
    read: dict[str, Callable[[Asset], Iterable[str]]] = {
        "key": lambda one: ("/".join(one.key),),
        "group": lambda one: (one.group,),
        "kind": lambda one: one.kinds,
        "owner": lambda one: one.owners,
        "tag": lambda one: (name for name, _ in one.tags),
        "code_location": lambda one: (one.location,),
    }
    values = read.get(attribute)
    return {value for one in assets for value in values(one)} if values else set()
