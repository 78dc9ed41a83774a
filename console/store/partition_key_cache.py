"""The partition keys of every asset: each list read once and shared by those that have it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from console.api import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.api.client import Client
    from console.domain.assets.graph import PartitionsDefinition
    from console.domain.assets.keys import AssetKey
    from console.domain.grid.asset_status import AssetStatus
    from console.domain.partitions.keys import PartitionKeys

Ends = tuple[str | None, str | None]
Sides = tuple["PartitionsDefinition | None", int | None, str | None, str | None]


class PartitionKeyCache:
    """Assets whose definitions look alike from all sides share one list.

    How many keys there are is one of the sides, and the dearest: of time windows it is asked
    afterwards, by `miscounted`, and taken to be the same till then.
    """

    def __init__(self, client: Client, *, counts_at_once: bool = False) -> None:
        self._client = client
        self._at_once = counts_at_once
        self._by_sides: dict[Sides, PartitionKeys] = {}
        self._same: WeakValueDictionary[object, PartitionKeys] = WeakValueDictionary()
        self._counts: dict[AssetKey, tuple[Ends, int]] = {}
        self._reading = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._by_sides)

    def restart(self) -> None:
        """The code may be another: nothing is taken to be as it was."""
        self._counts.clear()
        self._by_sides.clear()

    def needs_counts(self, definitions: Sequence[PartitionsDefinition | None]) -> bool:
        """Whether statuses of such assets must say how many keys there are."""
        partitioned = [one for one in definitions if one is not None]
        return any(self._at_once or one.kind != "TIME_WINDOW" for one in partitioned)

    async def of(
        self, status: AssetStatus, definition: PartitionsDefinition | None
    ) -> PartitionKeys:
        """Raises ApiError."""
        counted = self._with_count(status)
        async with self._reading:
            known = self._known(counted, definition)
            if known is None:
                known = self._one_of_its_kind(await self._read(counted, definition))
                self._by_sides[(definition, *counted.signature)] = known
        return known

    def _known(
        self, status: AssetStatus, definition: PartitionsDefinition | None
    ) -> PartitionKeys | None:
        for total in (status.total, None):
            found = self._by_sides.get((definition, total, status.first, status.last))
            if found is not None and status.total in (None, len(found)):
                return found
        return None

    async def miscounted(
        self, statuses: Sequence[AssetStatus], lists: dict[AssetKey, PartitionKeys | None]
    ) -> list[AssetKey]:
        """The assets whose number of keys differs from their list's. Raises ApiError."""
        unknown = {one.key: one for one in statuses if self._with_count(one).total is None}
        wrong = []
        for key, total in (await queries.partition_counts(self._client, list(unknown))).items():
            status, keys = unknown[key], lists.get(key)
            self._counts[key] = ((status.first, status.last), total)
            if keys is not None and len(keys) != total:
                wrong.append(key)
        return wrong

    def forget_unused(self, used: Sequence[PartitionKeys | None]) -> None:
        """A definition that grows has a new list each time."""
        ids = {id(one) for one in used}
        self._by_sides = {at: one for at, one in self._by_sides.items() if id(one) in ids}

    def _with_count(self, status: AssetStatus) -> AssetStatus:
        ends, total = self._counts.get(status.key, (None, None))
        if status.total is not None or ends != (status.first, status.last):
            return status
        return replace(status, total=total)

    async def _read(
        self, status: AssetStatus, definition: PartitionsDefinition | None
    ) -> PartitionKeys:
        if definition is not None and definition.kind == "MULTIPARTITIONED":
            both = await queries.partition_keys_of_both(
                self._client, status.key, definition.primary
            )
            if both is not None and len(both) == status.total:
                return both
        if definition is not None and definition.kind == "TIME_WINDOW":
            grown = await self._grown(status, definition)
            if grown is not None and status.total in (None, len(grown)):
                return grown
        return await queries.partition_keys(self._client, status.key)

    async def _grown(
        self, status: AssetStatus, definition: PartitionsDefinition
    ) -> PartitionKeys | None:
        """The known list that begins like this one, with the windows that have come since."""
        known = [
            keys
            for (one, _, first, _), keys in self._by_sides.items()
            if one == definition and first is not None and first == status.first
        ]
        longest = max(known, key=len, default=None)
        return longest and await queries.grown_keys(self._client, status.key, longest)

    def _one_of_its_kind(self, keys: PartitionKeys) -> PartitionKeys:
        """The same list is one object, also as a dimension: the grid tells lists apart by that."""
        if keys.sides is not None:
            first, second = (self._one_of_its_kind(side) for side in keys.sides)
            keys = replace(keys, sides=(first, second))
        sides = keys.sides and tuple(map(id, keys.sides))
        return self._same.setdefault((keys.keys, sides, keys.primary), keys)
