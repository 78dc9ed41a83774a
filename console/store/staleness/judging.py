"""The verdicts of one asset: judged by what is held, looked up or asked where that is not enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from console.api import queries, stale_queries
from console.api.server import counts_assumed_versions
from console.domain.errors import ServerError
from console.domain.staleness.lookups import CellPlace, Lookups
from console.domain.staleness.materializations import nothing_made
from console.domain.staleness.rule import (
    SKIPPED_FROM,
    Child,
    Parent,
    StaleCause,
    StaleVerdict,
    Verdicts,
    judge,
)
from console.domain.status.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.staleness.lineage import Dependency
    from console.store.staleness.edges import Edges
    from console.store.staleness.known import KnownAssets
    from console.store.staleness.materializations import Held

ROUNDS = 4
MOST_POINTERS = 200
"""Looking up more pointers for one asset costs more than asking for its cells."""
CELLS_WORTH_A_PAST, EVENTS_A_CELL, LEAST_EVENTS = 3, 4, 40
"""The server reads about ten events in the time that one verdict takes it."""
MOST_FACTS = 40_000


class HeldMaterializations(Protocol):
    """What is held of the assets."""

    wiped: set[AssetKey]

    def get(self, key: AssetKey) -> Held | None: ...


class Judging:
    """`asked` counts the cells that the server was asked for."""

    def __init__(self, known: KnownAssets, edges: Edges, made: HeldMaterializations) -> None:
        self.asked = 0
        self._known = known
        self._edges = edges
        self._made = made
        self._facts = Lookups()

    def child(self, key: AssetKey) -> Child | None:
        """The asset as the rule needs it; None where too little of it was read."""
        lineage, held = self._edges.lineage.get(key), self._made.get(key)
        if lineage is None or held is None or held.made is None:
            return None
        parents = tuple(self._parent(key, one) for one in lineage.dependencies)
        return Child(key, lineage.code_version, held.made, held.keys, parents)

    def _parent(self, key: AssetKey, one: Dependency) -> Parent:
        held, lineage = self._made.get(one.key), self._edges.lineage.get(one.key)
        external = lineage is None or not lineage.materializable
        keys = self._known.keys.get(one.key)
        made = held.made if held else None
        version = held.version if held else None
        if keys is None:
            return Parent(one.key, external, made, None, None, version)
        mapped = self._edges.mapped(key, one)
        skipped = mapped.skipped or (one.key == key and len(keys) >= SKIPPED_FROM)
        return Parent(
            one.key,
            external,
            made if made is not None or external else nothing_made(len(keys)),
            keys,
            mapped.upstreams,
            version,
            mapped.otherwise,
            skipped,
            one.key == key,
            held.observed if held else None,
        )

    def drop_wiped(self) -> None:
        """Forget what was looked up of materializations that were wiped."""
        facts, wiped = self._facts, self._made.wiped
        if wiped:
            facts.pointers = {at: one for at, one in facts.pointers.items() if at[0] not in wiped}
            facts.pasts = {at: one for at, one in facts.pasts.items() if at[0] not in wiped}
            wiped.clear()
        if facts.size > MOST_FACTS:
            self._facts = Lookups()

    async def decide(self, child: Child, verdicts: Verdicts, positions: Sequence[int]) -> None:
        """Judge, look up what would decide more, and judge again.

        What the server doesn't tell, it is asked for.
        """
        await self.decide_all([(child, verdicts, positions)])

    async def decide_all(self, assets: Sequence[tuple[Child, Verdicts, Sequence[int]]]) -> None:
        """The same for several assets, which share their lookups."""
        facts, pointers = self._facts, 0
        facts.assumed_counts = counts_assumed_versions(self._known.client.server)
        for _ in range(ROUNDS):
            for child, verdicts, positions in assets:
                judge(child, facts, verdicts, positions)
            runs, points = sorted(facts.wanted_runs), sorted(facts.wanted_pointers)
            pasts = {at: n for at, n in facts.wanted_pasts.items() if n >= CELLS_WORTH_A_PAST}
            facts.forget_wishes()
            points = points[: MOST_POINTERS * len(assets) - pointers]
            if not runs and not points and not pasts:
                break
            pointers += len(points)
            try:
                await self._look_up_runs(runs)
                await self._look_up_points(points)
                await self._look_up_pasts(pasts)
            except ServerError:
                break
            assets = [
                (child, verdicts, verdicts.positions(StaleVerdict.LOOK))
                for child, verdicts, _ in assets
            ]
        for _, verdicts, _ in assets:
            for at in verdicts.positions(StaleVerdict.LOOK):
                verdicts.states[at] = StaleVerdict.ASK

    async def _look_up_runs(self, runs: list[str]) -> None:
        if runs:
            self._facts.runs |= await stale_queries.run_facts(self._known.client, runs)

    async def _look_up_points(self, wanted: list[CellPlace]) -> None:
        by_parent: dict[AssetKey, list[int]] = {}
        for parent, pointer in wanted:
            by_parent.setdefault(parent, []).append(pointer)
        for parent, pointers in by_parent.items():
            keys, client = self._known.keys.get(parent), self._known.client
            found = await stale_queries.points(client, parent, keys, pointers)
            self._facts.pointers |= {(parent, one): point for one, point in found.items()}

    async def _look_up_pasts(self, wanted: dict[CellPlace, int]) -> None:
        for (parent, pointer), cells in wanted.items():
            keys, client = self._known.keys.get(parent), self._known.client
            if keys is not None:
                limit = min(
                    max(EVENTS_A_CELL * cells, LEAST_EVENTS), stale_queries.EVENTS_OF_A_PAGE
                )
                found = await stale_queries.past(client, parent, keys, pointer, limit)
                self._facts.pasts[parent, pointer] = found

    async def ask(self, child: Child, verdicts: Verdicts, states: bytes, most: int | None) -> bool:
        """Ask for what isn't decided, the latest first; whether that was all."""
        open_ones = [
            at for at in verdicts.positions(StaleVerdict.ASK) if states[at] == State.MATERIALIZED
        ]
        places = open_ones[::-1][:most]
        if not places:
            return True
        client, found = self._known.client, {}
        if child.keys is None:
            answer = (await queries.stale_whole(client, [child.key])).get(child.key)
            found = {0: answer} if answer else {}
        else:
            names = {child.keys.keys[at]: at for at in places}
            answers = await queries.stale(client, child.key, list(names))
            found = {names[name]: answer for name, answer in answers.items()}
        self.asked += len(places)
        for at, (stale, why) in found.items():
            verdicts.states[at] = StaleVerdict.STALE if stale else StaleVerdict.FRESH
            verdicts.causes[at] = StaleCause.ASKED
            verdicts.words[at] = why
        return len(places) == len(open_ones)
