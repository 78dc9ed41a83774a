"""The asset graph: all assets and what each is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from console.domain.assets.keys import AssetKey, UnknownAsset, key_text, parse_key
from console.domain.assets.walk import distances

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.freshness.policy import Policy


@dataclass(frozen=True, slots=True)
class PartitionsDefinition:
    """A partitions definition as the API gives it; its keys are read separately."""

    kind: str
    """TIME_WINDOW, STATIC, MULTIPARTITIONED or DYNAMIC."""
    description: str
    name: str | None = None
    primary: int = 0
    """The index of the primary dimension in a two-dimensional key."""


@dataclass(frozen=True, slots=True)
class BackfillPolicy:
    """Cuts a backfill into runs of at most `max_per_run` partitions; None puts all in one run."""

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
    forbidden: str = ""
    """The reason why this user may not materialize it; empty where they may."""

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
        """The asset with the key that `text` writes; raises UnknownAsset."""
        asset = self.assets.get(parse_key(text))
        if asset is None:
            raise UnknownAsset(text, self.assets)
        return asset

    @cached_property
    def order(self) -> tuple[AssetKey, ...]:
        """The keys, upstream before downstream, otherwise by group and name.

        An asset made from its own earlier partitions is no cycle.
        """
        sorter: TopologicalSorter[AssetKey] = TopologicalSorter()
        for key in sorted(self.assets, key=self._sort_key):
            sorter.add(key, *(parent for parent in self.upstream(key) if parent != key))
        try:
            return tuple(sorter.static_order())
        except CycleError:
            return tuple(sorted(self.assets, key=self._sort_key))

    @cached_property
    def forbidden(self) -> frozenset[AssetKey]:
        """The assets that this user may not materialize."""
        return frozenset(key for key, asset in self.assets.items() if asset.forbidden)

    def upstream(self, key: AssetKey) -> list[AssetKey]:
        return self._known(self.assets[key].upstream)

    def downstream(self, key: AssetKey) -> list[AssetKey]:
        return self._known(self.assets[key].downstream)

    def all_downstream(self, keys: Iterable[AssetKey]) -> list[AssetKey]:
        """The keys and everything below them, in the order of the graph."""
        reached = distances(keys, self.downstream)
        return [key for key in self.order if key in reached]

    def all_upstream(self, key: AssetKey) -> list[AssetKey]:
        """The assets upstream of the key, roots first, the key itself last."""
        reached = distances([key], self.upstream)
        return [key for key in self.order if key in reached]

    def _known(self, keys: Iterable[AssetKey]) -> list[AssetKey]:
        return [key for key in keys if key in self.assets]

    def _sort_key(self, key: AssetKey) -> tuple[str, AssetKey]:
        return self.assets[key].group, key
