"""The narrow view of a deployment that the stale rule is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.api.client import Client
    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey
    from console.domain.assets.structure import Structure
    from console.domain.grid.asset_status import AssetStatus
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.status.states import Row


class KnownAssets(Protocol):
    """The assets and their cells as the server tells them, without what is stale."""

    @property
    def client(self) -> Client: ...

    @property
    def structure(self) -> Structure | None: ...

    @property
    def graph(self) -> AssetGraph: ...

    @property
    def keys(self) -> Mapping[AssetKey, PartitionKeys | None]: ...

    @property
    def statuses(self) -> Mapping[AssetKey, AssetStatus]: ...

    @property
    def told_rows(self) -> Mapping[AssetKey, Row]: ...

    def restate(self, keys: Iterable[AssetKey]) -> None:
        """The verdicts of these assets are others than they were."""
