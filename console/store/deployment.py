"""The deployment as the console last saw it: one object, filled by asking, read by screens."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from console.api import queries, run_queries
from console.api.errors import ApiError
from console.domain.assets import AssetGraph
from console.domain.rows import row_of
from console.domain.runs import RunStatus
from console.store.signals import Signals, Topic
from console.store.staleness import Staleness

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.api.client import Client
    from console.domain.keys import AssetKey
    from console.domain.partitions import PartitionKeys
    from console.domain.rows import AssetStatus
    from console.domain.runs import Run
    from console.domain.status import Row

ASSETS_AT_ONCE = 25
NEWEST_RUNS = 30
NEWEST_BACKFILLS = 500
CLOCKS_APART = 60.0
"""Runs write the time of their changes themselves, on hosts whose clocks may differ so much."""

Signature = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Connection:
    """`live`, or why not; `answered` is when the server last answered, epoch seconds UTC."""

    live: bool = False
    problem: str = ""
    answered: float | None = None


class Deployment:
    """What is known of one deployment. Every answer replaces just what it tells of."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.signals = Signals()
        self.looks = Signals()
        """Told of every look at the runs, whether anything changed or not."""
        self.connection = Connection()
        self.structure: queries.Structure | None = None
        self.graph = AssetGraph()
        self.statuses: dict[AssetKey, AssetStatus] = {}
        self.keys: dict[AssetKey, PartitionKeys | None] = {}
        self.rows: dict[AssetKey, Row] = {}
        self.active: tuple[Run, ...] = ()
        self.newest: tuple[Run, ...] = ()
        self.last_failure = 0.0
        """When the newest failed run that was seen failed, epoch seconds UTC."""
        self.locations: dict[str, str] = {}
        self.backfill_titles: dict[str, str] = {}
        """Empty for a backfill without a title."""
        self.staleness = Staleness(self)
        self._newest_change = (0.0, 0.0)
        """The newest change of a run by the server's clock, and `time.monotonic()` then."""
        self._key_lists: dict[Signature, PartitionKeys] = {}
        self._lists: WeakValueDictionary[Signature, PartitionKeys] = WeakValueDictionary()

    async def load(self) -> None:
        """Ask for everything once. Raises ApiError."""
        await asyncio.gather(self.load_structure(), self.load_runs())
        await self.load_statuses(self.graph.order)

    async def load_structure(self) -> None:
        self.structure = await queries.structure(self.client)
        self.graph = self.structure.graph
        for gone in set(self.statuses) - set(self.graph.assets):
            for kept in (self.statuses, self.keys, self.rows):
                kept.pop(gone, None)
            self.staleness.forget([gone])
        self.staleness.restart()
        self.answered()
        self.signals.tell(Topic.STRUCTURE)

    async def load_runs(self) -> set[AssetKey]:
        """Ask what runs; the assets whose cells may have changed by it."""
        pulse = await run_queries.pulse(self.client, NEWEST_RUNS, self._changed_since())
        before = {run.id: run for run in (*self.active, *self.newest)}
        self.active, self.locations = pulse.active, pulse.locations
        self._take_newest(pulse.newest)
        seen = {run.id: run for run in (*pulse.newest, *pulse.active)}
        changed = [run for run in seen.values() if _moved(run, before.get(run.id))]
        ended = [run for run in before.values() if run.id not in seen and not run.status.ended]
        self.answered()
        if changed or ended:
            self.signals.tell(Topic.RUNS)
        self.looks.tell(Topic.RUNS)
        return {key for run in (*changed, *ended, *pulse.active) for key in run.assets}

    def _changed_since(self) -> float | None:
        """What changed before this has been seen; None when nothing has."""
        change, seen_at = self._newest_change
        if self.structure is None or not change:
            return None
        return change + (time.monotonic() - seen_at) - CLOCKS_APART

    def _take_newest(self, found: tuple[Run, ...]) -> None:
        merged = {run.id: run for run in (*self.newest, *found)}
        by_age = sorted(merged.values(), key=lambda run: run.created, reverse=True)
        self.newest = tuple(by_age[:NEWEST_RUNS])
        newest_change = max((run.updated or 0.0 for run in found), default=0.0)
        if newest_change > self._newest_change[0]:
            self._newest_change = (newest_change, time.monotonic())
        failed = (run.ended or 0.0 for run in found if run.status is RunStatus.FAILURE)
        self.last_failure = max([self.last_failure, *failed])

    async def load_statuses(self, wanted: Iterable[AssetKey]) -> None:
        """Ask for the cells of these assets, a batch a request, at most two at once."""
        keys = [key for key in wanted if key in self.graph]
        batches = [keys[at : at + ASSETS_AT_ONCE] for at in range(0, len(keys), ASSETS_AT_ONCE)]
        await asyncio.gather(*(self._load_batch(batch) for batch in batches))

    async def _load_batch(self, batch: Sequence[AssetKey]) -> None:
        answered = await queries.statuses(self.client, batch)
        found = [status for status in answered if status.key in self.graph]
        at = time.time()
        for status in found:
            if status.partitioned:
                self.keys[status.key] = await self._keys_of(status)
            else:
                self.keys[status.key] = None
        self._take(found, at)

    def _take(self, found: Iterable[AssetStatus], at: float) -> None:
        changed = False
        for status in found:
            if status.key not in self.graph:
                continue
            materializable = self.graph[status.key].materializable
            plain = row_of(status, self.keys[status.key], self.active, at, materializable)
            row = self.staleness.overlay(status.key, plain)
            before = self.rows.get(status.key)
            changed |= before is None or before.states != row.states
            changed |= self.statuses.get(status.key) != status
            self.rows[status.key], self.statuses[status.key] = row, status
            self.staleness.told(status.key)
        self.answered()
        if changed:
            self.signals.tell(Topic.STATUS)

    def restate(self, key: AssetKey) -> None:
        """Mark the stale cells of a row by the verdicts as they are now."""
        row = self.rows.get(key)
        if row is not None:
            self.rows[key] = self.staleness.overlay(key, row.without_stale())

    def stale_reason(self, key: AssetKey, partition: str | None) -> str | None:
        """Why a cell is stale, in a sentence; None when it isn't known to be."""
        return self.staleness.reason(key, partition)

    async def _keys_of(self, status: AssetStatus) -> PartitionKeys:
        """Assets whose definitions look alike from all sides share one list."""
        asset = self.graph.assets.get(status.key)
        signature = (asset and asset.partitions, *status.signature)
        known = self._key_lists.get(signature)
        if known is None:
            known = self._one_of_its_kind(await self._read_keys(status))
            self._key_lists[signature] = known
        return known

    async def _read_keys(self, status: AssetStatus) -> PartitionKeys:
        asset = self.graph.assets.get(status.key)
        definition = asset.partitions if asset else None
        if definition is not None and definition.kind == "MULTIPARTITIONED":
            both = await queries.partition_keys_of_both(self.client, status.key, definition.primary)
            if both is not None and len(both) == status.total:
                return both
        return await queries.partition_keys(self.client, status.key)

    def _one_of_its_kind(self, keys: PartitionKeys) -> PartitionKeys:
        """The same list is one object, also as a dimension: the grid tells lists apart by that."""
        if keys.sides is not None:
            first, second = (self._one_of_its_kind(side) for side in keys.sides)
            keys = replace(keys, sides=(first, second))
        return self._lists.setdefault((keys.keys, keys.primary), keys)

    async def name_backfills(self, runs: Iterable[Run]) -> None:
        """Ask for titles when a run's backfill isn't known yet. Raises ApiError."""
        unknown = {run.backfill for run in runs if run.backfill} - set(self.backfill_titles)
        if unknown:
            found = await run_queries.backfill_titles(self.client, NEWEST_BACKFILLS)
            self.backfill_titles |= {name: found.get(name, "") for name in unknown}

    def answered(self) -> None:
        """The server has just answered."""
        was = self.connection
        self.connection = Connection(live=True, answered=time.time())
        if not was.live:
            self.signals.tell(Topic.CONNECTION)

    def failed(self, error: ApiError) -> None:
        """The server has not answered; what was known stays."""
        was = self.connection
        self.connection = Connection(False, str(error), was.answered)
        if was.live or was.problem != str(error):
            self.signals.tell(Topic.CONNECTION)

    def busy_runs(self, key: AssetKey) -> list[Run]:
        """The runs under way or waiting that will make this asset."""
        return [run for run in self.active if key in run.assets]


def _moved(run: Run, before: Run | None) -> bool:
    return before is None or (before.status, before.updated) != (run.status, run.updated)
