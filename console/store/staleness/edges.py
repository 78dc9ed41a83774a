"""How partitions map along each edge: read from words where they tell, else tried out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.api import plan_queries, stale_queries
from console.domain.errors import ServerError
from console.domain.partitions.edge_mapping import UNKNOWN_MAPPING, EdgeMapping, of_a_whole
from console.domain.partitions.mappings import (
    ALL,
    LAST,
    TIME,
    Side,
    candidates,
    described,
    fitting,
    telling_positions,
    without_parent,
)
from console.domain.partitions.upstreams import one_to_one

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.partitions.upstreams import Upstreams
    from console.domain.staleness.lineage import Dependency, Lineage
    from console.store.staleness.known import KnownAssets

_PLAIN = ("", "IdentityPartitionMapping", "TimeWindowPartitionMapping")
_DEFAULT = ""
"""The first of the candidates."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """`upstreams` is None where it isn't known; `skipped` edges the server never looks at."""

    upstreams: Upstreams | None
    skipped: bool = False
    otherwise: Upstreams | None = None
    """What it may be as well: all and last look alike to an asset without partitions."""
    lists: tuple[PartitionKeys | None, PartitionKeys | None] = (None, None)
    """The child's and the parent's keys that this is for."""
    lacking: frozenset[int] = frozenset()
    """The child's positions that are made from partitions which the parent doesn't have."""


Edge = tuple["AssetKey", "AssetKey"]
"""The child and the parent."""


class Edges:
    """Learns each edge once for each version of the code; grown lists ask nothing anew."""

    def __init__(self, known: KnownAssets) -> None:
        self._known = known
        self.lineage: dict[AssetKey, Lineage] = {}
        self._structure: object = None
        self._chosen: dict[Edge, str | None] = {}
        self._mapped: dict[Edge, Mapped] = {}
        self._asking = asyncio.Lock()

    async def learn(self) -> None:
        """Read the lineage anew when the structure was. Raises ApiError."""
        async with self._asking:
            structure = self._known.structure
            if structure is not None and structure is not self._structure:
                self.lineage = await stale_queries.lineage(self._known.client)
                self._structure = structure
                self._chosen.clear()
                self._mapped.clear()

    async def choose(self, children: Iterable[AssetKey]) -> None:
        """Find out the mappings that nothing names. Raises ApiError."""
        async with self._asking:
            await self._choose(children)

    def mapping(self, child: AssetKey, one: Dependency) -> EdgeMapping:
        """The same as `mapped` for the planner, of a parent with partitions or without."""
        if not {child, one.key} <= self._known.keys.keys():
            return UNKNOWN_MAPPING
        keys = self._keys(child)
        count = 1 if keys is None else len(keys)
        if self._keys(one.key) is None:
            return of_a_whole(count, partitioned=keys is not None)
        mapped = self.mapped(child, one)
        plain = one.mapping in _PLAIN and "offsetted" not in one.description
        simple = plain and mapped.upstreams is one_to_one(count)
        other = mapped.otherwise if mapped.otherwise != mapped.upstreams else None
        return EdgeMapping(mapped.upstreams, simple, mapped.lacking, bool(one.mapping), other)

    async def _choose(self, children: Iterable[AssetKey]) -> None:
        open_edges = [
            (child, one.key)
            for child in children
            for one in self._dependencies(child)
            if not one.mapping and (child, one.key) not in self._chosen
        ]
        edges = [edge for edge in open_edges if None not in map(self._keys, edge)]
        for group in self._alike([edge for edge in edges if edge[0] != edge[1]]):
            if await self._all_by_key(group):
                self._chosen.update(dict.fromkeys(group, _DEFAULT))
        left = [edge for edge in edges if edge not in self._chosen]
        chosen = await asyncio.gather(*(self._try_out(*edge) for edge in left))
        self._chosen.update(zip(left, chosen, strict=True))

    def mapped(self, child: AssetKey, one: Dependency) -> Mapped:
        """The mapping of an edge whose parent has partitions, for the lists as they are now."""
        edge = (child, one.key)
        lists = (self._keys(child), self._keys(one.key))
        known = self._mapped.get(edge)
        if known is None or any(a is not b for a, b in zip(known.lists, lists, strict=True)):
            known = self._mapped[edge] = self._map(edge, one, lists)
        return known

    def _map(
        self,
        edge: Edge,
        one: Dependency,
        lists: tuple[PartitionKeys | None, PartitionKeys | None],
    ) -> Mapped:
        child, parent = (self._side(key) for key in edge)
        if one.mapping:
            named = (one.mapping, one.description, child, parent)
            return Mapped(described(*named), lists=lists, lacking=without_parent(*named))
        if lists[0] is None:
            both = candidates(child, parent)
            return Mapped(
                both.get(ALL), parent.kind == TIME, both.get(LAST) or both.get(ALL), lists
            )
        chosen = self._chosen.get(edge)
        choices = candidates(child, parent) if chosen is not None else {}
        if parent.kind == TIME and len(lists[1] or ()) < 2:
            return Mapped(None, lists=lists)
        name = next(iter(choices), "") if chosen == _DEFAULT else chosen or ""
        return Mapped(
            choices.get(name),
            name == ALL and parent.kind == TIME,
            lists=lists,
            lacking=without_parent(name, "", child, parent),
        )

    def _dependencies(self, child: AssetKey) -> tuple[Dependency, ...]:
        lineage = self.lineage.get(child)
        return lineage.dependencies if lineage else ()

    def _keys(self, key: AssetKey) -> PartitionKeys | None:
        return self._known.keys.get(key)

    def _side(self, key: AssetKey) -> Side:
        lineage = self.lineage.get(key)
        if lineage is None:
            return Side(self._keys(key))
        return Side(self._keys(key), lineage.kind, lineage.dimensions)

    def _alike(self, edges: list[Edge]) -> list[list[Edge]]:
        """The edges between assets with one list of keys, those that hang together apart."""
        head: dict[AssetKey, AssetKey] = {}

        def root(key: AssetKey) -> AssetKey:
            while head.setdefault(key, key) != key:
                key = head[key]
            return key

        same = [edge for edge in edges if self._keys(edge[0]) is self._keys(edge[1])]
        for child, parent in same:
            head[root(child)] = root(parent)
        groups: dict[AssetKey, list[Edge]] = {}
        for edge in same:
            groups.setdefault(root(edge[0]), []).append(edge)
        return list(groups.values())

    async def _all_by_key(self, edges: list[Edge]) -> bool:
        """Whether the last key leads to itself alone, all the way down.

        An edge from all or from the last partition would lead it to every key of its child.
        """
        keys = self._keys(edges[0][1])
        if keys is None or len(keys) < 2:
            return False
        selection = list(dict.fromkeys(key for edge in edges for key in edge))
        last = keys.keys[-1]
        reached = await self._reached(selection, last)
        return reached is not None and all(
            reached.get(child) == [(last, last)] for child, _ in edges
        )

    async def _try_out(self, child: AssetKey, parent: AssetKey) -> str | None:
        """Which candidate it is, by where a partition or two of the parent lead."""
        choices = candidates(self._side(child), self._side(parent))
        theirs, ours = self._keys(parent), self._keys(child)
        if theirs is None or not choices or child == parent:
            return None
        seen = {}
        for at in telling_positions(choices.values(), len(theirs)):
            reached = await self._reached([parent, child], theirs.keys[at])
            if reached is None or parent not in reached:
                return None
            seen[at] = _positions(reached.get(child, []), ours)
        return fitting(choices, seen)

    async def _reached(
        self, selection: list[AssetKey], partition: str
    ) -> dict[AssetKey, list[tuple[str, str]] | None] | None:
        """The reached partitions; None where the server can't say."""
        try:
            return await plan_queries.preview(self._known.client, selection, [partition])
        except ServerError:
            return None


def _positions(ranges: list[tuple[str, str]] | None, keys: PartitionKeys | None) -> frozenset[int]:
    if ranges is None or keys is None:
        return frozenset()
    found: set[int] = set()
    for start, end in ranges:
        first, last = keys.positions.get(start, 0), keys.positions.get(end, -1)
        found.update(range(first, last + 1))
    return frozenset(found)
