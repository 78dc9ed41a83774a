"""The asset graph: what assets there are and what each is made from."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from console.domain.keys import AssetKey, UnknownAsset, key_text, parse_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.freshness import Policy


@dataclass(frozen=True, slots=True)
class PartitionsDefinition:
    """What the API tells of a definition; its keys must be read, they can't be computed."""

    kind: str
    """TIME_WINDOW, STATIC, MULTIPARTITIONED or DYNAMIC."""
    description: str
    name: str | None = None
    primary: int = 0
    """Which part of a key is the primary dimension's, of a definition with two."""


@dataclass(frozen=True, slots=True)
class BackfillPolicy:
    """How a backfill cuts partitions into runs: at most `max_per_run` each, None for all in one."""

    max_per_run: int | None


@dataclass(frozen=True, slots=True)
class Asset:
    """A node of the graph; neighbours are asset keys, in the order the server gives."""

    key: AssetKey
    group: str = "default"
    kinds: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    """E-mail addresses, and teams as `team:name`."""
    tags: tuple[tuple[str, str], ...] = ()
    description: str = ""
    upstream: tuple[AssetKey, ...] = ()
    downstream: tuple[AssetKey, ...] = ()
    partitions: PartitionsDefinition | None = None
    materializable: bool = True
    backfill_policy: BackfillPolicy | None = None
    freshness: Policy | None = None
    pools: tuple[str, ...] = ()
    location: str = ""
    repository: str = ""

    @property
    def name(self) -> str:
        return key_text(self.key)


@dataclass(frozen=True)
class AssetGraph:
    """All assets of a deployment, each key once."""

    assets: dict[AssetKey, Asset] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.assets)

    def __getitem__(self, key: AssetKey) -> Asset:
        return self.assets[key]

    def __contains__(self, key: AssetKey) -> bool:
        return key in self.assets

    def find(self, text: str) -> Asset:
        """The asset whose key is written `text`; raises UnknownAsset."""
        asset = self.assets.get(parse_key(text))
        if asset is None:
            raise UnknownAsset(text, self.assets)
        return asset

    @cached_property
    def order(self) -> tuple[AssetKey, ...]:
        """Upstream before downstream, and each chain kept together by group and name.

        An asset made from its own earlier partitions is no cycle.
        """
        sorter: TopologicalSorter[AssetKey] = TopologicalSorter()
        for key in sorted(self.assets, key=self._sort_key):
            sorter.add(key, *(parent for parent in self.upstream(key) if parent != key))
        try:
            return tuple(sorter.static_order())
        except CycleError:
            return tuple(sorted(self.assets, key=self._sort_key))

    def upstream(self, key: AssetKey) -> list[AssetKey]:
        return self._known(self.assets[key].upstream)

    def downstream(self, key: AssetKey) -> list[AssetKey]:
        return self._known(self.assets[key].downstream)

    def all_downstream(self, keys: Iterable[AssetKey]) -> list[AssetKey]:
        """The keys and everything below them, in the order of the graph."""
        reached, waiting = set(keys), deque(keys)
        while waiting:
            for child in self.downstream(waiting.popleft()):
                if child not in reached:
                    reached.add(child)
                    waiting.append(child)
        return [key for key in self.order if key in reached]

    def all_upstream(self, key: AssetKey) -> list[AssetKey]:
        """The roots first, the key itself last."""
        reached, waiting = {key}, [key]
        while waiting:
            new = [one for one in self.upstream(waiting.pop()) if one not in reached]
            reached.update(new)
            waiting += new
        return [one for one in self.order if one in reached]

    def _known(self, keys: Iterable[AssetKey]) -> list[AssetKey]:
        return [key for key in keys if key in self.assets]

    def _sort_key(self, key: AssetKey) -> tuple[str, AssetKey]:
        return self.assets[key].group, key
