"""Judges cells fresh or stale by Dagster's own rule, from facts that can be read in bulk.

The rule is `CachingStaleStatusResolver` of `dagster/_core/definitions/data_version.py`
(1.9 to 1.13). It compares storage ids, which the API doesn't give in bulk. A later event of an
asset has a later id, so times decide most cells. The hashes that runs record of their inputs
decide most of the rest, and the others are looked up or asked. Times are milliseconds UTC.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from console.domain.staleness.lookups import GONE
from console.domain.staleness.provenance import INITIAL, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.partitions.upstreams import Upstreams
    from console.domain.staleness.lookups import Lookups, Point
    from console.domain.staleness.materializations import LastMaterializations, Observed
    from console.domain.staleness.provenance import Input, Provenance

SKIPPED_FROM = 100
"""The server skips an edge that leads to this many upstream partitions or more."""
SLACK = 50
"""Milliseconds within which the ids of two runs' events may be in the opposite order."""


class StaleVerdict(IntEnum):
    """The verdict on one cell; UNJUDGED includes cells that were never materialized."""

    UNJUDGED = 0
    FRESH = 1
    STALE = 2
    LOOK = 3
    """A run, pointer or past that `Lookups` wants would decide."""
    ASK = 4
    """Only the server can tell."""


class StaleCause(IntEnum):
    """Why a cell is stale."""

    NONE = 0
    CODE = 1
    REMOVED = 2
    ADDED = 3
    DATA = 4
    MADE = 5
    INPUT = 6
    ASKED = 7


@dataclass(frozen=True, slots=True)
class Parent:
    """The facts about a parent that the rule reads."""

    key: AssetKey
    external: bool
    made: LastMaterializations | None = None
    keys: PartitionKeys | None = None
    """None for an asset without partitions."""
    upstreams: Upstreams | None = None
    """None where the mapping isn't known, and for an asset without partitions."""
    version: str | None = None
    """The data version of an asset without partitions; None when it has no value."""
    otherwise: Upstreams | None = None
    """Another possible mapping where the API names none; the verdict holds only if both lead to it."""
    never_looked_at: bool = False
    """Whether the server always skips `upstreams`."""
    itself: bool = False
    observed: Observed | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """An asset whose cells are judged; `parents` are in the server's order."""

    key: AssetKey
    code_version: str | None
    made: LastMaterializations
    keys: PartitionKeys | None
    parents: tuple[Parent, ...]


@dataclass(slots=True)
class Verdicts:
    """A byte for each cell, and its cause: a `StaleCause` plus 8 times the parent's index."""

    states: bytearray
    causes: array[int]
    words: dict[int, str] = field(default_factory=dict)
    """The server's reasons for the cells that it was asked about, by position."""

    def positions(self, verdict: StaleVerdict) -> list[int]:
        return [position for position, state in enumerate(self.states) if state == verdict]


def unjudged(count: int) -> Verdicts:
    return Verdicts(bytearray(count), array("H", bytes(2 * count)))


def judge(child: Child, facts: Lookups, verdicts: Verdicts, positions: Iterable[int]) -> None:
    """Sets the verdicts of the positions; `facts` records the lookups that would decide more."""
    own_causes: dict[int, int] = {}
    dependencies = {parent.key for parent in child.parents}
    materialized, edges = child.made, [_Edge(child, parent, facts) for parent in child.parents]
    for position in positions:
        verdicts.words.pop(position, None)
        verdict = StaleVerdict.UNJUDGED
        cause = 0
        if materialized.times[position]:
            noted = materialized.provenance(position)
            if noted is None:
                verdict = StaleVerdict.ASK
            else:
                cause = own_causes.get(id(noted), -1)
                if cause < 0:
                    cause = own_causes[id(noted)] = _own_cause(child, noted, dependencies)
                verdict, cause = (
                    (StaleVerdict.STALE, cause) if cause else _by_parents(edges, position, noted)
                )
        verdicts.states[position], verdicts.causes[position] = verdict, cause


def _own_cause(child: Child, noted: Provenance, dependencies: set[AssetKey]) -> int:
    if noted.code_version is None:
        return StaleCause.NONE
    if child.code_version and child.code_version != noted.code_version:
        return StaleCause.CODE
    return StaleCause.NONE if noted.named <= dependencies else StaleCause.REMOVED


def _by_parents(
    edges: Sequence[_Edge], position: int, noted: Provenance
) -> tuple[StaleVerdict, int]:
    worst = StaleVerdict.FRESH
    for place, edge in enumerate(edges):
        verdict, cause = edge.verdict(position, noted)
        if verdict is StaleVerdict.STALE:
            return verdict, cause | place << 3
        if verdict > worst:
            worst = verdict
    return worst, 0


Answer = tuple[StaleVerdict, StaleCause]
_FRESH: Answer = (StaleVerdict.FRESH, StaleCause.NONE)
_ASK: Answer = (StaleVerdict.ASK, StaleCause.NONE)
_LOOK: Answer = (StaleVerdict.LOOK, StaleCause.NONE)
_ADDED: Answer = (StaleVerdict.STALE, StaleCause.ADDED)
_DATA: Answer = (StaleVerdict.STALE, StaleCause.DATA)
_MADE: Answer = (StaleVerdict.STALE, StaleCause.MADE)
_INPUT: Answer = (StaleVerdict.STALE, StaleCause.INPUT)


class _Edge:
    """One parent of the child that is judged."""

    __slots__ = ("_facts", "_oldest", "child", "mapped", "parent", "whole")

    def __init__(self, child: Child, parent: Parent, facts: Lookups) -> None:
        self.child, self.parent, self._facts = child, parent, facts
        self.whole = parent.keys is None
        self.mapped = parent.upstreams
        self._oldest = -1

    def verdict(self, position: int, noted: Provenance) -> Answer:
        """The answer of this parent for the cell; the first rule that applies decides."""
        if self.whole:
            return self._through((0,), position, noted)
        if self.parent.never_looked_at:
            first = _FRESH
        elif self.mapped is None:
            return self._unmapped(noted)
        else:
            first = self._through(self.mapped[position], position, noted)
        if self.parent.otherwise is None:
            return first
        second = self._through(self.parent.otherwise[position], position, noted)
        return first if first[0] == second[0] else _LOOK if _LOOK in (first, second) else _ASK

    def _through(self, mapped: Sequence[int], position: int, noted: Provenance) -> Answer:
        if not mapped or len(mapped) >= SKIPPED_FROM:
            return _FRESH
        if noted.code_version is None:
            return self._by_time(position, mapped)
        run_input = noted.inputs.get(self.parent.key)
        if run_input is None:
            return _ADDED
        if self.whole:
            return _FRESH if self._alike(run_input.version, self.parent.version) else _DATA
        if run_input.pointer is None:
            return _FRESH
        if self.parent.external:
            return self._by_observations(position, mapped, run_input.pointer)
        return self._by_events(position, mapped, run_input)

    def _unmapped(self, noted: Provenance) -> Answer:
        run_input = noted.inputs.get(self.parent.key)
        return _FRESH if run_input is not None and run_input.pointer is None else _ASK

    def _by_time(self, position: int, mapped: Sequence[int]) -> Answer:
        """The answer by times alone, for a cell without provenance."""
        parent_made, child_time = self.parent.made, self.child.made.times[position]
        if self.parent.external:
            return _FRESH
        if parent_made is None:
            return _ASK
        times = [parent_made.times[upstream] for upstream in mapped]
        if not all(times):
            return _INPUT
        newest = max(times)
        return _MADE if newest > child_time else _ASK if newest == child_time else _FRESH

    def _by_events(self, position: int, mapped: Sequence[int], run_input: Input) -> Answer:
        parent_made = self.parent.made
        if parent_made is None:
            return _ASK
        times, child_time = parent_made.times, self.child.made.times[position]
        present = [upstream for upstream in mapped if times[upstream]]
        if not present:
            return _FRESH
        later = [upstream for upstream in present if times[upstream] > child_time]
        if any(map(self._is_new, later)):
            return _MADE
        if not self.parent.itself:
            versions = self._versions(present)
            if versions is None:
                return _ASK
            if run_input.version == joined(versions):
                return self._unless_wiped(position, run_input) if later else _FRESH
        return self._by_start(position, present, len(mapped) == 1, run_input)

    def _is_new(self, upstream: int) -> bool:
        """Whether the partition's version is certainly new, as its own run made it up."""
        parent_made = self.parent.made
        noted = parent_made.provenance(upstream) if parent_made else None
        if parent_made is None or noted is None:
            return False
        return noted.code_version == parent_made.run_id(upstream) and not noted.by_user

    def _versions(self, present: list[int]) -> list[str] | None:
        """The data versions in key order; None where a materialization's tags weren't read."""
        parent_made, keys = self.parent.made, self.parent.keys
        if parent_made is None or keys is None:
            return None
        if len(present) > 1:
            present = sorted(present, key=keys.keys.__getitem__)
        known = [parent_made.provenance(upstream) for upstream in present]
        if None in known:
            return None
        return [upstream.data_version for upstream in known if upstream and upstream.data_version]

    def _unless_wiped(self, position: int, run_input: Input) -> Answer:
        """The answer where the parent was made again with the same version: stale if its past is wiped."""
        run = self._facts.run(self.child.made.run_id(position))
        if run is None:
            return _LOOK
        if self._oldest < 0 and self.parent.made is not None:
            self._oldest = self.parent.made.oldest
        if run.started is not None and self._oldest < run.started:
            return _FRESH
        point = self._point(run_input.pointer)
        if point is None:
            return _LOOK
        return _DATA if point is GONE else _FRESH

    def _by_start(self, position: int, present: list[int], alone: bool, run_input: Input) -> Answer:
        """The answer by the run's start, as no event before the start is new to the run."""
        parent_made, child_made = self.parent.made, self.child.made
        assert parent_made is not None
        run_id = child_made.run_id(position)
        run = self._facts.run(run_id)
        if run is None:
            return _LOOK
        after = present
        if run.started is not None:
            after = [upstream for upstream in present if parent_made.times[upstream] >= run.started]
        if not self.parent.itself:
            after = [
                upstream for upstream in after if not self._same_run(upstream, position, run_id)
            ]
        if not after:
            return _FRESH
        noted = parent_made.provenance(after[0])
        if run.single and alone and not self.parent.itself and noted and noted.data_version:
            return _DATA
        return self._by_pointer(after, run_input.pointer)

    def _same_run(self, upstream: int, position: int, run_id: str) -> bool:
        """Whether the same run made the parent first and then read it."""
        parent_made = self.parent.made
        assert parent_made is not None
        return (
            parent_made.run_id(upstream) == run_id
            and parent_made.times[upstream] <= self.child.made.times[position]
        )

    def _by_pointer(self, upstreams: list[int], pointer: int | None) -> Answer:
        point = self._point(pointer)
        if point is None:
            return _LOOK
        parent_made = self.parent.made
        assert parent_made is not None
        worst = _FRESH
        for upstream in upstreams:
            before = _before(parent_made, upstream, point)
            answer = (
                _FRESH if before else _ASK if before is None else self._by_past(upstream, pointer)
            )
            if answer[0] is StaleVerdict.STALE:
                return answer
            worst = max(worst, answer)
        return worst

    def _by_past(self, upstream: int, pointer: int | None) -> Answer:
        """The answer for a partition made after the pointer: stale if its version differs from the earlier one."""
        parent_made = self.parent.made
        noted = parent_made.provenance(upstream) if parent_made else None
        if noted is None:
            return _ASK
        if self._is_new(upstream):
            return _MADE
        if pointer is None or self._point(pointer) is GONE:
            return _DATA if noted.data_version else _FRESH
        where = (self.parent.key, pointer)
        past = self._facts.pasts.get(where)
        if past is None:
            self._facts.wanted_pasts[where] += 1
            return _LOOK
        if upstream not in past.versions and not past.complete:
            return _ASK
        return _FRESH if past.versions.get(upstream) == noted.data_version else _DATA

    def _point(self, pointer: int | None) -> Point | None:
        """The event of the pointer; None until it is looked up."""
        if pointer is None:
            return GONE
        where = (self.parent.key, pointer)
        point = self._facts.pointers.get(where)
        if point is None:
            self._facts.wanted_pointers.add(where)
        return point

    def _by_observations(self, position: int, mapped: Sequence[int], pointer: int) -> Answer:
        """The answer by observations, which alone count for an external asset.

        Where a materialization was reported, the pointer is the newest report, so observations
        between it and the run count as newer than what the run read.
        """
        observed = self.parent.observed
        if observed is None or not observed.complete:
            return _ASK
        seen = [events for upstream in mapped if (events := observed.events.get(upstream))]
        if not seen:
            return _FRESH
        if not observed.reported:
            run = self._facts.run(self.child.made.run_id(position))
            if run is None:
                return _LOOK
            if run.started is not None and all(events[-1][0] < run.started for events in seen):
                return _FRESH
        point = self._point(pointer)
        if point is None:
            return _LOOK
        answers = [self._newer(events, point) for events in seen]
        return _DATA if True in answers else _ASK if None in answers else _FRESH

    def _alike(self, noted: str | None, now: str | None) -> bool:
        """Whether the version is the recorded one; an assumed version that is gone is no change."""
        assumed = noted == INITIAL and now is None and not self._facts.assumed_counts
        return (noted or "NULL") == (now or "NULL") or assumed

    def _newer(self, events: Sequence[tuple[int, str | None]], point: Point) -> bool | None:
        """Whether the last observation differs from the last one up to the pointer; None if too close to tell."""
        if any(0 < abs(time - point.at) <= SLACK for time, _ in events):
            return None
        before = [version for time, version in events if time <= point.at]
        return not self._alike(before[-1] if before else None, events[-1][1])


def _before(materializations: LastMaterializations, upstream: int, point: Point) -> bool | None:
    """Whether a materialization is at or before a pointer; None if too close to tell."""
    time = materializations.times[upstream]
    same_run = materializations.run_id(upstream) == point.run_id
    if upstream == point.position and time == point.at and same_run:
        return True
    if same_run and time == point.at:
        return True if point.position is not None and upstream <= point.position else None
    if abs(time - point.at) <= (0 if same_run else SLACK):
        return None
    return time < point.at
