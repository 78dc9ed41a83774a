"""The deployment as the console last saw it: one object, filled by asking, read by screens."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from console.api import queries, run_queries
from console.api.client import IN_FLIGHT
from console.api.errors import ApiError
from console.domain.assets import AssetGraph
from console.domain.rows import row_of
from console.domain.runs import RunStatus
from console.store.key_lists import KeyLists
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
TOLD_SECONDS = 0.5
"""While many assets are read, what came is shown this often."""
NEWEST_RUNS = 30
NEWEST_BACKFILLS = 500
CLOCKS_APART = 60.0
"""Runs write the time of their changes themselves, on hosts whose clocks may differ so much."""


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
        self.key_lists = KeyLists(client)
        self._untold = False
        self._told_at = -TOLD_SECONDS

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
        self.key_lists.restart()
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
        """Ask for the cells of these assets, a batch a request, two at once.

        The first batch goes alone, and is what stands on top: it is shown as soon as it is
        there, and nothing comes above it afterwards.
        """
        keys = self._by_group(wanted)
        batches = iter(
            [keys[at : at + ASSETS_AT_ONCE] for at in range(0, len(keys), ASSETS_AT_ONCE)]
        )
        try:
            await self._load_batches(islice(batches, 1))
            await asyncio.gather(*(self._load_batches(batches) for _ in range(IN_FLIGHT)))
        finally:
            self._tell_status(at_once=True)
        await self._check_counts(keys)

    async def _check_counts(self, keys: Sequence[AssetKey]) -> None:
        """An asset that turns out to have keys of its own is read again with those."""
        statuses = [
            self.statuses[key] for key in keys if self.keys.get(key) and key in self.statuses
        ]
        wrong = await self.key_lists.miscounted(statuses, self.keys)
        self.key_lists.forget_unused(list(self.keys.values()))
        if wrong:
            await self._load_batch(wrong)
            self._tell_status(at_once=True)

    async def news(self) -> set[AssetKey]:
        """The assets that changed without a run that tells of it. Raises ApiError.

        Asked is the least that can tell. What it can't tell of is always named: other
        partitions than time windows, and assets made elsewhere, which are only observed.
        """
        known = self.statuses
        samples = {id(self.keys[key]): key for key in known if self.keys.get(key) is not None}
        found, ends = await queries.newest(self.client, list(known), list(samples.values()))
        self.answered()
        grown = {
            id(self.keys[key])
            for key, (first, last) in ends.items()
            if key in known and (first, last) != (known[key].first, known[key].last)
        }
        return {
            key
            for key, status in known.items()
            if found.get(key) != queries.Newest.of(status)
            or id(self.keys.get(key)) in grown
            or not self._tells_by_itself(key)
        }

    def _tells_by_itself(self, key: AssetKey) -> bool:
        asset = self.graph.assets.get(key)
        if asset is None:
            return True
        definition = asset.partitions
        return asset.materializable and (definition is None or definition.kind == "TIME_WINDOW")

    def _by_group(self, wanted: Iterable[AssetKey]) -> list[AssetKey]:
        """Groups in the order that they first come in, as the grid shows them."""
        groups: dict[str, list[AssetKey]] = {}
        for key in wanted:
            if key in self.graph:
                groups.setdefault(self.graph[key].group, []).append(key)
        return [key for group in groups.values() for key in group]

    async def _load_batches(self, batches: Iterable[Sequence[AssetKey]]) -> None:
        """One after the other, each shown before the next is asked for."""
        for batch in batches:
            await self._load_batch(batch)

    async def _load_batch(self, batch: Sequence[AssetKey]) -> None:
        definitions = {key: self.graph[key].partitions for key in batch if key in self.graph}
        counted = self.key_lists.needs_counts(tuple(definitions.values()))
        answered = await queries.statuses(self.client, batch, counted=counted)
        found = [status for status in answered if status.key in self.graph]
        at = time.time()
        for status in found:
            if status.partitioned:
                definition = definitions.get(status.key)
                self.keys[status.key] = await self.key_lists.of(status, definition)
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
        self._untold |= changed
        self._tell_status()

    def _tell_status(self, *, at_once: bool = False) -> None:
        """Screens draw everything anew when told, so a large deployment tells them seldom."""
        now = time.monotonic()
        if self._untold and (at_once or now - self._told_at > TOLD_SECONDS):
            self._untold, self._told_at = False, now
            self.signals.tell(Topic.STATUS)

    def restate(self, keys: Iterable[AssetKey]) -> None:
        """Mark the stale cells of these rows by the verdicts as they are now."""
        for key in keys:
            row = self.rows.get(key)
            if row is not None:
                self.rows[key] = self.staleness.overlay(key, row.without_stale())
        self._untold = True
        self._tell_status(at_once=not self.staleness.unread)

    def stale_reason(self, key: AssetKey, partition: str | None) -> str | None:
        """Why a cell is stale, in a sentence; None when it isn't known to be."""
        return self.staleness.reason(key, partition)

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
