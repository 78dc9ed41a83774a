"""Fresh or stale, and by what: Dagster's own rule, applied to what can be read in bulk.

The rule is `CachingStaleStatusResolver` of `dagster/_core/definitions/data_version.py`
(1.13; 1.9 and 1.11 have the same). It compares storage ids, which the API doesn't tell in
bulk; of the same asset a later event has a later id, so times tell most of it, the hashes
that runs note of their inputs tell the most of the rest, and what is left is looked up or
asked. Times are milliseconds since 1970 UTC, as the API gives them.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from console.domain.looked_up import GONE
from console.domain.provenance import INITIAL, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.domain.keys import AssetKey
    from console.domain.looked_up import Facts, Point
    from console.domain.made import Made, Observed
    from console.domain.mappings import Upstreams
    from console.domain.partitions import PartitionKeys
    from console.domain.provenance import Input, Provenance

SKIPPED_FROM = 100
"""From so many upstream partitions on the server doesn't look along an edge."""
SLACK = 50
"""Events of two runs that are so close, in milliseconds, may have ids the other way round."""


class Verdict(IntEnum):
    """Of one cell; UNJUDGED is also what was never materialized."""

    UNJUDGED = 0
    FRESH = 1
    STALE = 2
    LOOK = 3
    """A run, a pointer or a past that `Facts` wants would decide."""
    ASK = 4
    """Only the server can tell."""


class Cause(IntEnum):
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
    """An asset that another is made from, as far as the rule looks at it."""

    key: AssetKey
    external: bool
    made: Made | None = None
    keys: PartitionKeys | None = None
    """None for an asset without partitions."""
    upstreams: Upstreams | None = None
    """None where the mapping isn't known, and for an asset without partitions."""
    version: str | None = None
    """The data version of an asset without partitions; None when it has no value."""
    otherwise: Upstreams | None = None
    """What the mapping may be as well, where nothing tells; both must come to the same."""
    never_looked_at: bool = False
    """The server skips `upstreams` whatever they lead to."""
    itself: bool = False
    observed: Observed | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """An asset whose cells are to be judged. `parents` are in the server's order."""

    key: AssetKey
    code_version: str | None
    made: Made
    keys: PartitionKeys | None
    parents: tuple[Parent, ...]


@dataclass(slots=True)
class Verdicts:
    """A byte a cell, and what made it stale: a `Cause` and 8 times the parent's place."""

    states: bytearray
    causes: array[int]
    words: dict[int, str] = field(default_factory=dict)
    """What the server said of the cells that were asked."""

    def positions(self, verdict: Verdict) -> list[int]:
        return [at for at, state in enumerate(self.states) if state == verdict]


def unjudged(count: int) -> Verdicts:
    return Verdicts(bytearray(count), array("H", bytes(2 * count)))


def judge(child: Child, facts: Facts, verdicts: Verdicts, positions: Iterable[int]) -> None:
    """Set the verdicts of these positions; what would decide more is wanted from `facts`."""
    own: dict[int, int] = {}
    dependencies = {parent.key for parent in child.parents}
    made, edges = child.made, [_Edge(child, parent, facts) for parent in child.parents]
    for at in positions:
        verdicts.words.pop(at, None)
        verdict = Verdict.UNJUDGED
        cause = 0
        if made.times[at]:
            known = made.provenance(at)
            if known is None:
                verdict = Verdict.ASK
            else:
                cause = own.get(id(known), -1)
                if cause < 0:
                    cause = own[id(known)] = _own_cause(child, known, dependencies)
                verdict, cause = (Verdict.STALE, cause) if cause else _by_parents(edges, at, known)
        verdicts.states[at], verdicts.causes[at] = verdict, cause


def _own_cause(child: Child, known: Provenance, dependencies: set[AssetKey]) -> int:
    if known.code_version is None:
        return Cause.NONE
    if child.code_version and child.code_version != known.code_version:
        return Cause.CODE
    return Cause.NONE if known.named <= dependencies else Cause.REMOVED


def _by_parents(edges: Sequence[_Edge], at: int, known: Provenance) -> tuple[Verdict, int]:
    worst = Verdict.FRESH
    for place, edge in enumerate(edges):
        verdict, cause = edge.verdict(at, known)
        if verdict is Verdict.STALE:
            return verdict, cause | place << 3
        if verdict > worst:
            worst = verdict
    return worst, 0


Answer = tuple[Verdict, Cause]
_FRESH: Answer = (Verdict.FRESH, Cause.NONE)
_ASK: Answer = (Verdict.ASK, Cause.NONE)
_LOOK: Answer = (Verdict.LOOK, Cause.NONE)
_ADDED: Answer = (Verdict.STALE, Cause.ADDED)
_DATA: Answer = (Verdict.STALE, Cause.DATA)
_MADE: Answer = (Verdict.STALE, Cause.MADE)
_INPUT: Answer = (Verdict.STALE, Cause.INPUT)


class _Edge:
    """One parent of the child that is judged."""

    __slots__ = ("_facts", "_oldest", "child", "mapped", "parent", "whole")

    def __init__(self, child: Child, parent: Parent, facts: Facts) -> None:
        self.child, self.parent, self._facts = child, parent, facts
        self.whole = parent.keys is None
        self.mapped = parent.upstreams
        self._oldest = -1

    def verdict(self, at: int, known: Provenance) -> Answer:
        """What this parent makes of the cell: the first rule that applies."""
        if self.whole:
            return self._through((0,), at, known)
        if self.parent.never_looked_at:
            first = _FRESH
        elif self.mapped is None:
            return self._unmapped(known)
        else:
            first = self._through(self.mapped[at], at, known)
        if self.parent.otherwise is None:
            return first
        second = self._through(self.parent.otherwise[at], at, known)
        return first if first[0] == second[0] else _LOOK if _LOOK in (first, second) else _ASK

    def _through(self, mapped: Sequence[int], at: int, known: Provenance) -> Answer:
        if not mapped or len(mapped) >= SKIPPED_FROM:
            return _FRESH
        if known.code_version is None:
            return self._by_time(at, mapped)
        given = known.inputs.get(self.parent.key)
        if given is None:
            return _ADDED
        if self.whole:
            return _FRESH if _alike(given.version, self.parent.version) else _DATA
        if given.pointer is None:
            return _FRESH
        if self.parent.external:
            return self._by_observations(at, mapped, given.pointer)
        return self._by_events(at, mapped, given)

    def _unmapped(self, known: Provenance) -> Answer:
        given = known.inputs.get(self.parent.key)
        return _FRESH if given is not None and given.pointer is None else _ASK

    def _by_time(self, at: int, mapped: Sequence[int]) -> Answer:
        """Without provenance only the times count."""
        made, own = self.parent.made, self.child.made.times[at]
        if self.parent.external:
            return _FRESH
        if made is None:
            return _ASK
        times = [made.times[one] for one in mapped]
        if not all(times):
            return _INPUT
        newest = max(times)
        return _MADE if newest > own else _ASK if newest == own else _FRESH

    def _by_events(self, at: int, mapped: Sequence[int], given: Input) -> Answer:
        made = self.parent.made
        if made is None:
            return _ASK
        times, own = made.times, self.child.made.times[at]
        present = [one for one in mapped if times[one]]
        if not present:
            return _FRESH
        later = [one for one in present if times[one] > own]
        if any(map(self._is_new, later)):
            return _MADE
        if not self.parent.itself:
            versions = self._versions(present)
            if versions is None:
                return _ASK
            if given.version == joined(versions):
                return self._unless_wiped(at, given) if later else _FRESH
        return self._by_start(at, present, len(mapped) == 1, given)

    def _is_new(self, one: int) -> bool:
        """Whether this partition's version can't have been there before: it is its run's own."""
        made = self.parent.made
        known = made.provenance(one) if made else None
        if made is None or known is None:
            return False
        return known.code_version == made.run_id(one) and not known.by_user

    def _versions(self, present: list[int]) -> list[str] | None:
        """In the order of the keys; None where a materialization's tags weren't read."""
        made, keys = self.parent.made, self.parent.keys
        if made is None or keys is None:
            return None
        if len(present) > 1:
            present = sorted(present, key=keys.keys.__getitem__)
        known = [made.provenance(one) for one in present]
        if None in known:
            return None
        return [one.data_version for one in known if one and one.data_version]

    def _unless_wiped(self, at: int, given: Input) -> Answer:
        """The parent was made again with the same version: stale only if its past is gone."""
        run = self._facts.run(self.child.made.run_id(at))
        if run is None:
            return _LOOK
        if self._oldest < 0 and self.parent.made is not None:
            self._oldest = self.parent.made.oldest
        if run.started is not None and self._oldest < run.started:
            return _FRESH
        found = self._point(given.pointer)
        if found is None:
            return _LOOK
        return _DATA if found is GONE else _FRESH

    def _by_start(self, at: int, present: list[int], alone: bool, given: Input) -> Answer:
        """Nothing that was there before the run started is new to it."""
        made, own = self.parent.made, self.child.made
        assert made is not None
        run_id = own.run_id(at)
        run = self._facts.run(run_id)
        if run is None:
            return _LOOK
        left = present
        if run.started is not None:
            left = [one for one in present if made.times[one] >= run.started]
        if not self.parent.itself:
            left = [one for one in left if not self._same_run(one, at, run_id)]
        if not left:
            return _FRESH
        known = made.provenance(left[0])
        if run.single and alone and not self.parent.itself and known and known.data_version:
            return _DATA
        return self._by_pointer(left, given.pointer)

    def _same_run(self, one: int, at: int, run_id: str) -> bool:
        """The run made the parent first, so it read what it had just made."""
        made = self.parent.made
        assert made is not None
        return made.run_id(one) == run_id and made.times[one] <= self.child.made.times[at]

    def _by_pointer(self, left: list[int], pointer: int | None) -> Answer:
        found = self._point(pointer)
        if found is None:
            return _LOOK
        made = self.parent.made
        assert made is not None
        worst = _FRESH
        for one in left:
            before = _before(made, one, found)
            answer = _FRESH if before else _ASK if before is None else self._by_past(one, pointer)
            if answer[0] is Verdict.STALE:
                return answer
            worst = max(worst, answer)
        return worst

    def _by_past(self, one: int, pointer: int | None) -> Answer:
        """A partition made after the pointer: stale, if its version is another than before."""
        made = self.parent.made
        known = made.provenance(one) if made else None
        if known is None:
            return _ASK
        if self._is_new(one):
            return _MADE
        if pointer is None or self._point(pointer) is GONE:
            return _DATA if known.data_version else _FRESH
        where = (self.parent.key, pointer)
        past = self._facts.pasts.get(where)
        if past is None:
            self._facts.wanted_pasts[where] += 1
            return _LOOK
        if one not in past.versions and not past.complete:
            return _ASK
        return _FRESH if past.versions.get(one) == known.data_version else _DATA

    def _point(self, pointer: int | None) -> Point | None:
        """The event of the pointer; None when it has yet to be looked up."""
        if pointer is None:
            return GONE
        where = (self.parent.key, pointer)
        found = self._facts.pointers.get(where)
        if found is None:
            self._facts.wanted_pointers.add(where)
        return found

    def _by_observations(self, at: int, mapped: Sequence[int], pointer: int) -> Answer:
        """Of an asset that isn't made here only the observations count."""
        observed = self.parent.observed
        if observed is None or not observed.complete:
            return _ASK
        seen = [events for one in mapped if (events := observed.events.get(one))]
        if not seen:
            return _FRESH
        run = self._facts.run(self.child.made.run_id(at))
        if run is None:
            return _LOOK
        if run.started is not None and all(events[-1][0] < run.started for events in seen):
            return _FRESH
        found = self._point(pointer)
        if found is None:
            return _LOOK
        answers = [_observed_since(events, found) for events in seen]
        return _DATA if True in answers else _ASK if None in answers else _FRESH


def _alike(noted: str, now: str | None) -> bool:
    """Whether a version is the one noted; a value that is assumed and then gone is no change."""
    return noted == (now or "NULL") or (noted == INITIAL and now is None)


def _before(made: Made, one: int, point: Point) -> bool | None:
    """Whether a materialization is at or before a pointer; None when too close to tell."""
    time, same = made.times[one], made.run_id(one) == point.run_id
    if one == point.position and time == point.at and same:
        return True
    if same and time == point.at:
        return True if point.position is not None and one <= point.position else None
    if abs(time - point.at) <= (0 if same else SLACK):
        return None
    return time < point.at


def _observed_since(events: Sequence[tuple[int, str | None]], point: Point) -> bool | None:
    """Whether the last observation after a pointer differs from the last one before."""
    last, version = events[-1]
    if any(0 < abs(time - point.at) <= SLACK for time, _ in events):
        return None
    if last <= point.at:
        return False
    before = [one for time, one in events if time <= point.at]
    earlier = before[-1] if before else None
    return earlier != version and not (earlier == INITIAL and version is None)
