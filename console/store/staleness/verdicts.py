"""Which materialized cells are stale: what is due, what is read next, what is known by now."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.errors import ApiError, Unreachable
from console.domain.staleness.invalidation import affected
from console.domain.staleness.lineage import Dependency
from console.domain.staleness.reasons import cause, hint
from console.domain.staleness.rule import (
    Child,
    StaleVerdict,
    Verdicts,
    unjudged,
)
from console.domain.status.states import Row, State
from console.store.staleness.edges import Edges
from console.store.staleness.few import judge_few
from console.store.staleness.judging import Judging
from console.store.staleness.materializations import Materializations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.staleness.materializations import LastMaterializations
    from console.store.staleness.few import Verdict
    from console.store.staleness.known import KnownAssets

CELLS_A_LOOK = 4000
"""A look takes about as long as another question, so that none waits long for it."""
REST = 1.0
"""Times as long as a look took nothing is asked after it, so that others get their turn."""
CELLS_ASKED_A_LOOK = 300
CELLS_AT_A_TIME = 40_000
LEAST_REST_SECONDS = 0.02
RETRY_SECONDS = 20.0


@dataclass(slots=True)
class Judged:
    """An asset as it was when its cells were judged."""

    child: Child | None
    """None once it was forgotten: then the verdicts stay, and the reasons are the server's."""
    verdicts: Verdicts
    states: bytes = b""
    """Of the row that the verdicts are for, as the server told it."""


class Staleness:
    """Looks by itself, a bit at a time, while `Poller` watches it; idle, it asks nothing."""

    name = "what is stale"

    def __init__(self, known: KnownAssets) -> None:
        self._known = known
        self.edges = Edges(known)
        self._made = Materializations(known, self.edges)
        self._judging = Judging(known, self.edges, self._made)
        self._judged: dict[AssetKey, Judged] = {}
        self._due: dict[AssetKey, None] = {}
        self._wanted: dict[AssetKey, None] = {}
        self._again_at: dict[AssetKey, float] = {}
        """When what failed is tried again, by `time.monotonic()`."""
        self._not_before = 0.0
        self._lock = asyncio.Lock()
        self.problem = ""
        """Why the last look told nothing, in a sentence."""

    @property
    def asked(self) -> int:
        """Cells that the server was asked for."""
        return self._judging.asked

    # what is known

    def overlay(self, key: AssetKey, row: Row) -> Row:
        """The row with its stale cells marked."""
        judged = self._judged.get(key)
        if judged is None or len(judged.verdicts.states) != row.total:
            return row
        verdicts = judged.verdicts.states
        if StaleVerdict.STALE not in verdicts:
            return row
        cells = bytearray(row.states)
        for at in judged.verdicts.positions(StaleVerdict.STALE):
            if cells[at] == State.MATERIALIZED:
                cells[at] = State.STALE
        return Row(bytes(cells), row.at)

    def is_judged(self, key: AssetKey) -> bool:
        """Whether the asset has verdicts, be they old ones."""
        return key in self._judged

    def is_due(self, key: AssetKey) -> bool:
        """Whether something may have changed that the verdicts don't know of yet."""
        return key in self._due

    def materializations(self, key: AssetKey) -> LastMaterializations | None:
        """The last materialization of each of its partitions, as far as it is held."""
        held = self._made.get(key)
        return held.made if held else None

    def verdict(self, key: AssetKey, partition: str | None) -> bool | None:
        """Whether the cell is stale; None when it isn't known."""
        found = self._cell(key, partition)
        verdict = found[0].verdicts.states[found[1]] if found else StaleVerdict.UNJUDGED
        return {StaleVerdict.STALE: True, StaleVerdict.FRESH: False}.get(StaleVerdict(verdict))

    @property
    def unread(self) -> int:
        """How many assets have cells that may be stale and aren't judged yet."""
        return len(self._due)

    @property
    def words(self) -> str:
        """What isn't known yet, for a title; empty when all is."""
        left = len(self._due.keys() & self._wanted.keys())
        if not left:
            return ""
        return "stale: not known" if self.problem else f"stale: reading {left} …"

    def reason(self, key: AssetKey, partition: str | None) -> str | None:
        """Why the cell is stale, in a sentence; None when it isn't known to be."""
        found = self._cell(key, partition)
        if found is None or found[0].verdicts.states[found[1]] != StaleVerdict.STALE:
            return None
        child, verdicts = found[0].child, found[0].verdicts
        return cause(child, verdicts, found[1], time.time()) if child else None

    def hint(self, key: AssetKey, partition: str | None) -> str:
        """What the server doesn't look at and the times say; empty when nothing."""
        found = self._cell(key, partition)
        return hint(found[0].child, found[1]) if found and found[0].child else ""

    def _cell(self, key: AssetKey, partition: str | None) -> tuple[Judged, int] | None:
        judged = self._judged.get(key)
        if judged is None:
            return None
        keys = self._known.keys.get(key)
        at = 0 if keys is None or partition is None else keys.positions.get(partition)
        return None if at is None or at >= len(judged.verdicts.states) else (judged, at)

    # what is due

    def told(self, key: AssetKey) -> None:
        """The status of this asset has just been read."""
        if not self._is_settled(key):
            for one in (key, *self._known.graph.downstream(key)):
                if self._is_judgeable(one):
                    self._due[one] = None

    def show_first(self, keys: Iterable[AssetKey]) -> bool:
        """These are in sight; whether some of them are to be read, and never were in sight.

        What never was in sight isn't read by itself.
        """
        first = dict.fromkeys(keys)
        new = any(key in self._due and key not in self._wanted for key in first)
        if list(first) != list(self._wanted)[: len(first)]:
            self._wanted = {**first, **self._wanted}
        return new

    def want(self, keys: Iterable[AssetKey]) -> None:
        """These are needed, if not in sight."""
        for key in keys:
            self._wanted.setdefault(key)

    def forget(self, keys: Iterable[AssetKey]) -> None:
        for key in keys:
            for kept in (self._judged, self._due, self._wanted, self._again_at):
                kept.pop(key, None)

    def restart(self) -> None:
        """The code may be another: every verdict is due again."""
        self._due.update(dict.fromkeys(filter(self._is_judgeable, self._known.graph.order)))

    def _is_judgeable(self, key: AssetKey) -> bool:
        row = self._known.told_rows.get(key)
        if row is None or not self._known.graph[key].materializable:
            return False
        return State.MATERIALIZED in row.states

    def _is_settled(self, key: AssetKey) -> bool:
        judged = self._judged.get(key)
        if judged is None:
            return not self._is_judgeable(key) and self._made.is_current(key)
        row = self._known.told_rows.get(key)
        same = row is None or row.states == judged.states
        return same and self._made.is_current(key)

    # looking

    @property
    def rests(self) -> bool:
        """Whether no look follows soon, one that would tell what this one found."""
        return bool(self.problem) or self.interval is None

    @property
    def interval(self) -> float | None:
        """Seconds till the next look; None while nothing that was wanted is due."""
        now = time.monotonic()
        waits = [self._again_at.get(key, now) - now for key in self._due if key in self._wanted]
        return max(self._not_before - now, min(waits), 0.0) if waits else None

    async def look(self) -> None:
        """Read and judge some of what is due. Raises nothing: what fails is tried again."""
        started, keys = time.monotonic(), self._next()
        if not keys:
            return
        try:
            await self.read(keys, CELLS_ASKED_A_LOOK)
        except ApiError as error:
            self.problem = str(error)
            failed = self._due if isinstance(error, Unreachable) else keys
            self._again_at |= dict.fromkeys(failed, time.monotonic() + RETRY_SECONDS)
            self._known.restate(())
            return
        self.problem = ""
        now = time.monotonic()
        self._not_before = now + max((now - started) * REST, LEAST_REST_SECONDS)

    def _next(self) -> list[AssetKey]:
        """What came into sight last goes first."""
        now = time.monotonic()
        if now < self._not_before:
            return []
        ready = [
            key for key in self._wanted if key in self._due and self._again_at.get(key, 0.0) <= now
        ]
        return next(self._cut(ready, CELLS_A_LOOK), [])

    def _cut(self, keys: Iterable[AssetKey], most: int) -> Iterator[list[AssetKey]]:
        """Stretches of at most so many cells, an asset at least."""
        chosen: list[AssetKey] = []
        cells = 0
        for key in keys:
            row = self._known.told_rows.get(key)
            cells += row.total if row else 0
            if chosen and cells > most:
                yield chosen
                chosen, cells = [], row.total if row else 0
            chosen.append(key)
        if chosen:
            yield chosen

    async def read(self, keys: Sequence[AssetKey], most_asked: int | None = None) -> None:
        """Bring the verdicts of these assets up to date now. Raises ApiError.

        An asset stays due where more than `most_asked` of its cells have to be asked for.
        Of many assets some are read after the others, so that what is held stays bounded.
        """
        for some in self._cut(keys, CELLS_AT_A_TIME):
            await self._read(some, most_asked)

    async def judge_few(
        self, wanted: Mapping[AssetKey, Sequence[int]]
    ) -> dict[AssetKey, dict[int, Verdict]]:
        """The verdicts on these positions alone, which aren't kept; see there. Raises ApiError."""
        await self.edges.learn()
        await self.edges.choose(wanted)
        return await judge_few(self._known, self.edges, wanted)

    async def _read(self, keys: Sequence[AssetKey], most_asked: int | None) -> None:
        async with self._lock:
            await self.edges.learn()
            wanted = [key for key in keys if self._is_judgeable(key)]
            parents = (one.key for key in wanted for one in self._dependencies(key))
            near = [key for key in dict.fromkeys((*wanted, *parents)) if self._is_known(key)]
            await asyncio.gather(self._made.read(near), self.edges.choose(wanted))
            self._judging.drop_wiped()
            left = {key for key in wanted if not await self._judge(key, most_asked)}
            for key in keys:
                if key not in left:
                    self._due.pop(key, None)
                self._again_at.pop(key, None)
            self._forget_children()
        self._known.restate(wanted)

    def _forget_children(self) -> None:
        """What is no longer held of an asset is held here for none of its children either."""
        for gone in self._made.take_forgotten():
            graph = self._known.graph
            for key in (gone, *(graph.downstream(gone) if gone in graph else ())):
                if key in self._judged:
                    self._judged[key].child = None

    def _is_known(self, key: AssetKey) -> bool:
        return key in self._known.graph and key in self._known.keys

    def _dependencies(self, key: AssetKey) -> tuple[Dependency, ...]:
        lineage = self.edges.lineage.get(key)
        return lineage.dependencies if lineage else ()

    async def _judge(self, key: AssetKey, most_asked: int | None) -> bool:
        """Whether every cell has its verdict, or will have none before more is known."""
        child, row = self._judging.child(key), self._known.told_rows[key]
        if child is None or len(child.made.times) != row.total:
            return True
        before = self._judged.get(key)
        verdicts = before.verdicts if before else unjudged(row.total)
        positions: Sequence[int] = range(row.total)
        if before is None or before.child is None or len(verdicts.states) != row.total:
            verdicts = unjudged(row.total)
        else:
            positions = affected(before.child, child)
        await self._judging.decide(child, verdicts, positions)
        states = row.states
        self._judged[key] = Judged(child, verdicts, states)
        return await self._judging.ask(child, verdicts, states, most_asked)
