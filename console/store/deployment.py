"""The deployment as the console last saw it: one object, filled by asking, read by screens."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from console.api import queries, run_queries
from console.api.client import IN_FLIGHT
from console.domain.assets.graph import AssetGraph
from console.domain.assets.structure import Structure
from console.domain.errors import BadAnswer, Passing, ServerError, Slow
from console.domain.grid.asset_status import NewestMaterialization, row_of
from console.domain.runs.run import RunStatus
from console.store.connection import Connection
from console.store.partition_key_cache import PartitionKeyCache
from console.store.reading import ReadingState
from console.store.rows import Rows
from console.store.runs.run_assets import RunAssets
from console.store.signals import Signals, Topic
from console.store.staleness.verdicts import Staleness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from console.api.client import Client
    from console.domain.assets.keys import AssetKey
    from console.domain.errors import ApiError
    from console.domain.grid.asset_status import AssetStatus
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.runs.run import Run
    from console.domain.status.states import Row

ASSETS_AT_ONCE = 25
TOLD_SECONDS = 0.5
"""While many assets are read, what came is shown this often."""
NEWEST_RUNS = 30
NEWEST_BACKFILLS = 500
CLOCKS_APART = 60.0
"""Runs write the time of their changes themselves, on hosts whose clocks may differ so much."""


class Deployment:
    """The known state of one deployment. Each answer replaces just the part that it tells."""

    def __init__(self, client: Client, *, in_one_go: bool = False) -> None:
        """With `in_one_go` nobody sees anything before all is read.

        Then partitions are counted with their states, which costs the server less in all and
        delays the first of them.
        """
        self.client = client
        self.signals = Signals(self._mistaken)
        self.looks = Signals(self._mistaken)
        """Told of every look at the runs, whether anything changed or not."""
        self.connection = Connection()
        self.structure: Structure | None = None
        self.graph = AssetGraph()
        self.statuses: dict[AssetKey, AssetStatus] = {}
        self.keys: dict[AssetKey, PartitionKeys | None] = {}
        self.active: tuple[Run, ...] = ()
        self.newest: tuple[Run, ...] = ()
        self.last_failure = 0.0
        """When the newest failed run that was seen failed, epoch seconds UTC."""
        self.locations: dict[str, str] = {}
        self.backfill_titles: dict[str, str] = {}
        """Empty for a backfill without a title."""
        self.due: set[AssetKey] = set()
        """Assets whose cells may be others than `rows` has."""
        self.unreadable: dict[AssetKey, str] = {}
        """Why the cells of an asset could not be read the last time they were asked for."""
        self.staleness = Staleness(self)
        self.rows = Rows(self.staleness.overlay)
        self.reading = ReadingState(self)
        self._newest_change = (0.0, 0.0)
        """The newest change of a run by the server's clock, and `time.monotonic()` then."""
        self.key_lists = PartitionKeyCache(client, counts_at_once=in_one_go)
        self._locations_read: dict[str, str] = {}
        """The code locations that `structure` was read of."""
        self.run_assets = RunAssets(client)
        self._untold = False
        self._told_at = -TOLD_SECONDS

    @property
    def told_rows(self) -> Mapping[AssetKey, Row]:
        """The rows as the server tells them, which knows of no stale cells in bulk."""
        return self.rows.told

    async def load(self) -> None:
        """Ask for everything once. Raises ApiError."""
        await asyncio.gather(self.load_structure(), self.load_runs())
        await self.load_statuses(self.graph.order)

    @property
    def structure_is_old(self) -> bool:
        """Whether the code locations are others than those that the structure was read of."""
        return self.structure is None or self._locations_read != self.locations

    async def load_structure(self) -> None:
        locations = self.locations
        self.structure = await queries.structure(self.client)
        self._locations_read = locations
        self.graph = self.structure.graph
        self.client.server_rule = self.structure.forbidden
        for gone in set(self.statuses) - set(self.graph.assets):
            for kept in (self.statuses, self.keys, self.rows, self.unreadable):
                kept.pop(gone, None)
            self.staleness.forget([gone])
        self.key_lists.restart()
        self.staleness.restart()
        self.answered()
        self.signals.tell(Topic.STRUCTURE)

    async def load_runs(self) -> set[AssetKey]:
        """Ask what runs; the assets whose cells may have changed by it."""
        pulse = await run_queries.pulse(self.client, NEWEST_RUNS, self._changed_since())
        active = await self.run_assets.named(pulse.active)
        newest = await self.run_assets.named(pulse.newest)
        before = {run.id: run for run in (*self.active, *self.newest)}
        self.active, self.locations = active, pulse.locations
        self._take_newest(newest)
        seen = {run.id: run for run in (*newest, *active)}
        changed = [run for run in seen.values() if _moved(run, before.get(run.id))]
        ended = [run for run in before.values() if run.id not in seen and not run.status.ended]
        self.answered()
        if changed or ended:
            self.signals.tell(Topic.RUNS)
        self.looks.tell(Topic.RUNS)
        return {key for run in (*changed, *ended, *active) for key in run.assets}

    def _changed_since(self) -> float | None:
        """The time up to which changes were seen; None when none were."""
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
        there, and nothing comes above it afterwards. A batch that fails leaves the others
        alone; its error is raised after them.
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
        await self._check_counts([key for key in keys if key not in self.unreadable])
        if why := next((self.unreadable[key] for key in keys if key in self.unreadable), ""):
            raise ServerError(why)

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
            if found.get(key) != NewestMaterialization.of(status)
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
            try:
                await self._load_batch(batch)
            except (ServerError, BadAnswer, Slow, Passing) as error:
                self.unreadable |= dict.fromkeys(batch, str(error))

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
        self.due.difference_update(batch)
        for key in batch:
            self.unreadable.pop(key, None)

    def _take(self, found: Iterable[AssetStatus], at: float) -> None:
        changed = False
        for status in found:
            if status.key not in self.graph:
                continue
            materializable = self.graph[status.key].materializable
            row = row_of(status, self.keys[status.key], self.active, at, materializable)
            before = self.rows.get(status.key)
            self.rows[status.key] = row
            changed |= before is None or before.states != self.rows[status.key].states
            changed |= self.statuses.get(status.key) != status
            self.statuses[status.key] = status
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
        self.rows.mark_again(keys)
        self._untold = True
        self._tell_status(at_once=self.staleness.rests)

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
        self._connect(self.connection.with_answer(time.time()))

    def failed(self, error: ApiError) -> None:
        """The server can't be reached; what was known stays."""
        self._connect(self.connection.with_problem(str(error)))

    def failed_alone(self, name: str, why: str) -> None:
        """The part of this name could not be read, though others can.

        Where nothing ever was answered that is the problem of the whole line.
        """
        if self.connection.answered is None:
            self._connect(self.connection.with_problem(why))
        else:
            self._connect(self.connection.with_error(name, why))

    def succeeded(self, name: str) -> None:
        """The part of this name was read."""
        self._connect(self.connection.with_error(name, ""))

    def silent(self, since: float | None) -> None:
        """Nothing has been answered since then, epoch seconds UTC; None when something was."""
        if (since is None) != (self.connection.silent_since is None):
            self._connect(self.connection.with_silence(since))

    def _connect(self, now: Connection) -> None:
        before, self.connection = self.connection, now
        if replace(now, answered=None) != replace(before, answered=None) or now.live != before.live:
            self.signals.tell(Topic.CONNECTION)

    def mistaken(self, name: str, error: Exception) -> None:
        """The console itself failed at what has this name."""
        self.failed_alone(name, f"the console made a mistake ({type(error).__name__})")

    def _mistaken(self, error: Exception) -> None:
        self.mistaken("what is on screen", error)

    def busy_runs(self, key: AssetKey) -> list[Run]:
        """The runs under way or waiting that will make this asset."""
        return [run for run in self.active if key in run.assets]


def _moved(run: Run, before: Run | None) -> bool:
    return before is None or (before.status, before.updated) != (run.status, run.updated)
