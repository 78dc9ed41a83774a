"""The last materialization of every partition, read once and then only what is new."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from console.api import stale_queries
from console.domain.errors import ServerError
from console.domain.staleness.materializations import LastMaterializations, Observed, nothing_made

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.staleness.lineage import MaterializationEvent
    from console.store.staleness.edges import Edges
    from console.store.staleness.known import KnownAssets

CELLS_AT_ONCE = 4000
ASSETS_AT_ONCE = 25
TAGS_AT_ONCE = 500
NEWEST_EVENTS = (60, 600)
"""How many of the newest events are read, first and then, before all is read again."""
MANY_RUNS = 0.25
"""From this share of runs to cells on, reading all tags costs less than those of each run."""
OUTSIDE_SECONDS = 55.0
"""Observations are told of by nothing that is polled, so they are read again after this."""
MOST_BYTES = 48_000_000
_CELL_BYTES, _PROVENANCE_BYTES = 12, 900


@dataclass(frozen=True, slots=True)
class Held:
    """The materializations held of one asset, with the server's status when they were read."""

    made: LastMaterializations | None
    signature: object
    keys: PartitionKeys | None
    version: str | None = None
    observed: Observed | None = None
    read: float = 0.0


class Materializations:
    """Bounded: beyond `MOST_BYTES` what was used longest ago is forgotten.

    A server that doesn't tell an asset's history has all read again, and is asked the rest.
    """

    def __init__(self, known: KnownAssets, edges: Edges) -> None:
        self._known = known
        self._edges = edges
        self._held: dict[AssetKey, Held] = {}
        self.wiped: set[AssetKey] = set()
        """Assets whose history turned out to be gone; whoever holds pointers takes them off."""
        self._forgotten: list[AssetKey] = []

    def get(self, key: AssetKey) -> Held | None:
        return self._held.get(key)

    def is_current(self, key: AssetKey) -> bool:
        """Whether what is held is what the last status spoke of."""
        held = self._held.get(key)
        if held is None or held.keys is not self._keys(key):
            return False
        if not self._made_here(key):
            return time.monotonic() - held.read < OUTSIDE_SECONDS
        return held.signature == self._signature(key)

    async def read(self, keys: Sequence[AssetKey]) -> None:
        """Bring these up to date. Raises ApiError."""
        old = [key for key in keys if not self.is_current(key)]
        whole = [key for key in old if self._keys(key) is None]
        outside = [key for key in old if key not in whole and not self._made_here(key)]
        parted = [key for key in old if key not in whole and key not in outside]
        await asyncio.gather(
            *(self._read_whole(batch) for batch in _cut(whole, ASSETS_AT_ONCE)),
            *(self._read_observed(key) for key in outside),
            self._read_parted(parted),
        )
        for key in keys:
            if key in self._held:
                self._held[key] = self._held.pop(key)
        self._forget(set(keys))

    async def _read_parted(self, keys: Sequence[AssetKey]) -> None:
        newer = await asyncio.gather(*(self._read_newest(key) for key in keys))
        left = [key for key, done in zip(keys, newer, strict=True) if not done]
        for tags in (False, True):
            some = [key for key in left if self._wants_tags(key) is tags]
            await asyncio.gather(*(self._read_all(batch, tags) for batch in self._batches(some)))

    def _wants_tags(self, key: AssetKey) -> bool:
        """A run for each partition has tags of its own each; a run over many has one set."""
        policy = self._known.graph[key].backfill_policy
        return policy is None or policy.max_per_run == 1

    def _batches(self, keys: Iterable[AssetKey]) -> list[list[AssetKey]]:
        batches: list[list[AssetKey]] = []
        room = 0
        for key in keys:
            cells = len(self._keys(key) or ())
            alone = self._is_dynamic(key)
            if alone or cells > room or len(batches[-1]) >= ASSETS_AT_ONCE:
                batches.append([])
                room = CELLS_AT_ONCE
            batches[-1].append(key)
            room = 0 if alone else room - cells
        return batches

    async def _read_all(self, batch: list[AssetKey], tags: bool) -> None:
        signatures = {key: self._signature(key) for key in batch}
        lists = {key: keys for key in batch if (keys := self._keys(key)) is not None}
        named = lists[batch[0]].keys if self._is_dynamic(batch[0]) else None
        found = await stale_queries.made(
            self._known.client,
            batch,
            [len(lists[key]) for key in batch],
            tags=tags,
            partitions=named,
        )
        for key, made in found.items():
            if not tags:
                await self._read_tags(key, lists[key], made)
            self._held[key] = Held(made, signatures[key], lists[key])

    async def _read_tags(
        self, key: AssetKey, keys: PartitionKeys, made: LastMaterializations
    ) -> None:
        """Each run's, by its first and its last event; all of a run where these differ."""
        cells: dict[int, list[int]] = {}
        for at, run in enumerate(made.runs):
            if run >= 0:
                cells.setdefault(run, []).append(at)
        total = sum(map(len, cells.values()))
        if len(cells) > MANY_RUNS * total:
            await self._read_tags_of(key, keys, made, [at for one in cells.values() for at in one])
            return
        ends = {run: _ends(places, made.times) for run, places in cells.items()}
        await self._read_tags_of(key, keys, made, [at for pair in ends.values() for at in pair])
        mixed = {made.runs[at] for at in made.odd}
        await self._read_tags_of(key, keys, made, [at for run in mixed for at in cells[run]])

    async def _read_tags_of(
        self, key: AssetKey, keys: PartitionKeys, made: LastMaterializations, places: list[int]
    ) -> None:
        client = self._known.client
        for some in _cut(places, TAGS_AT_ONCE):
            found = await stale_queries.provenances(client, key, [keys.keys[at] for at in some])
            for at, known in zip(some, found, strict=False):
                if known is not None:
                    stale_queries.keep(made, at, made.runs[at], known)

    async def _read_newest(self, key: AssetKey) -> bool:
        """Add the events since the last look; False when all has to be read again."""
        held, keys, signature = self._held.get(key), self._keys(key), self._signature(key)
        made = _grown(held, keys) if held and keys else None
        if made is None or keys is None:
            return False
        for limit in NEWEST_EVENTS:
            try:
                events = await stale_queries.newest_events(self._known.client, key, limit)
            except ServerError:
                return False
            if events and _is_known(events[-1], made, keys):
                self._held[key] = Held(_with(made, events, keys), signature, keys)
                return True
            if len(events) < limit:
                break
        self.wiped.add(key)
        return False

    async def _read_whole(self, batch: list[AssetKey]) -> None:
        signatures = {key: self._signature(key) for key in batch}
        found = await stale_queries.made_whole(self._known.client, batch)
        for key, (made, version) in found.items():
            self._held[key] = Held(made, signatures.get(key), None, version, None, time.monotonic())

    async def _read_observed(self, key: AssetKey) -> None:
        keys = self._keys(key)
        if keys is None:
            return
        try:
            observed = await stale_queries.observed(self._known.client, key, keys)
        except ServerError:
            observed = Observed({}, complete=False)
        self._held[key] = Held(None, None, keys, None, observed, time.monotonic())

    def _keys(self, key: AssetKey) -> PartitionKeys | None:
        return self._known.keys.get(key)

    def _is_dynamic(self, key: AssetKey) -> bool:
        lineage = self._edges.lineage.get(key)
        return lineage is not None and lineage.kind == "DYNAMIC"

    def _made_here(self, key: AssetKey) -> bool:
        lineage = self._edges.lineage.get(key)
        return lineage is not None and lineage.materializable

    def _signature(self, key: AssetKey) -> object:
        status = self._known.statuses.get(key)
        latest = status.latest if status else None
        return latest and (latest.materialized, latest.run_id, latest.partition)

    def _forget(self, needed: set[AssetKey]) -> None:
        total = sum(map(_bytes, self._held.values()))
        for key in list(self._held):
            if total <= MOST_BYTES:
                return
            if key not in needed:
                total -= _bytes(self._held.pop(key))
                self._forgotten.append(key)

    def take_forgotten(self) -> list[AssetKey]:
        """The assets forgotten since the last call."""
        found, self._forgotten = self._forgotten, []
        return found


_T = TypeVar("_T")


def _cut(found: list[_T], size: int) -> list[list[_T]]:
    return [found[at : at + size] for at in range(0, len(found), size)]


def _bytes(held: Held) -> int:
    if held.made is None:
        return _PROVENANCE_BYTES
    made = held.made
    return _CELL_BYTES * len(made.times) + _PROVENANCE_BYTES * (len(made.by_run) + len(made.odd))


def _grown(held: Held, keys: PartitionKeys) -> LastMaterializations | None:
    """The held value, for a list with the same keys and perhaps more at its end; else None."""
    before, made = held.keys, held.made
    if made is None or before is None:
        return None
    if before is not keys and before.keys != keys.keys[: len(before)]:
        return None
    more = nothing_made(len(keys) - len(before))
    times, runs = made.times + more.times, made.runs + more.runs
    return LastMaterializations(times, runs, made.run_ids, made.by_run, made.odd)


def _ends(places: list[int], times: array[int]) -> list[int]:
    first, last = min(places, key=times.__getitem__), max(reversed(places), key=times.__getitem__)
    return [first] if first == last else [first, last]


def _is_known(event: MaterializationEvent, made: LastMaterializations, keys: PartitionKeys) -> bool:
    """Whether it is held, or was followed by one that is."""
    at = keys.positions.get(event.partition or "")
    if at is None or not made.times[at]:
        return False
    return event.at < made.times[at] or (
        event.at == made.times[at] and event.run_id == made.run_id(at)
    )


def _with(
    made: LastMaterializations, events: Sequence[MaterializationEvent], keys: PartitionKeys
) -> LastMaterializations:
    """A copy with these events, newest first, added."""
    new = LastMaterializations(
        made.times[:], made.runs[:], made.run_ids[:], dict(made.by_run), dict(made.odd)
    )
    places = {run_id: at for at, run_id in enumerate(new.run_ids)}
    for event in reversed(events):
        at = keys.positions.get(event.partition or "")
        if at is None or event.at < new.times[at]:
            continue
        run = places.setdefault(event.run_id, len(places))
        if run == len(new.run_ids):
            new.run_ids.append(event.run_id)
        new.times[at], new.runs[at] = event.at, run
        stale_queries.keep(new, at, run, event.known)
    return new
