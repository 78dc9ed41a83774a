"""Assets by how urgently they need somebody, and the likely reason why one is late."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from console.domain.freshness import Freshness, Policy, Verdict, freshness_at
from console.domain.keys import key_text
from console.domain.runs import RunStatus
from console.domain.status import State
from console.domain.text import one_line
from console.domain.times import duration, moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.domain.assets import AssetGraph
    from console.domain.keys import AssetKey
    from console.domain.rhythm import Rhythm
    from console.domain.rows import AssetStatus, Latest
    from console.domain.status import Row

SOON_SECONDS = 3600.0
OVERDUE = 2.0
"""So many times its rhythm without a materialization, and an asset is overdue by it."""
NO_ROWS: Mapping[AssetKey, Row] = MappingProxyType({})
NO_RHYTHMS: Mapping[AssetKey, Rhythm | None] = MappingProxyType({})
_ORDER = (
    Verdict.DEGRADED,
    Verdict.WARNING,
    Verdict.HEALTHY,
    Verdict.UNKNOWN,
    Verdict.NOT_APPLICABLE,
)


@dataclass(frozen=True, slots=True)
class Urgency:
    """One asset's freshness at a moment; `materialized` is epoch seconds UTC."""

    key: AssetKey
    policy: Policy | None
    freshness: Freshness
    materialized: float | None
    daemon: Verdict
    known: bool
    """Whether the server has told anything of it yet."""
    rhythm: Rhythm | None = None
    """How often it is usually materialized, where it has no policy and that is known."""

    @property
    def verdict(self) -> Verdict:
        return self.freshness.verdict

    def soon(self, now: float) -> bool:
        """Not late yet, and due within the hour."""
        due = self.freshness.due
        in_time = self.verdict in (Verdict.HEALTHY, Verdict.WARNING)
        return in_time and due is not None and due - now < SOON_SECONDS

    def by_rhythm(self, now: float) -> float | None:
        """Its age in multiples of its own rhythm; None where that isn't known."""
        if self.rhythm is None or self.materialized is None:
            return None
        return (now - self.materialized) / self.rhythm.usual

    def overdue(self, now: float) -> bool:
        """Without a policy, and older than by its own rhythm it would be: our judgement."""
        ratio = self.by_rhythm(now)
        return self.policy is None and ratio is not None and ratio > OVERDUE

    @property
    def daemon_differs(self) -> bool:
        """The daemon has a verdict and it is another one than ours."""
        return self.daemon not in (Verdict.NOT_APPLICABLE, self.verdict)


def by_urgency(
    graph: AssetGraph,
    statuses: Mapping[AssetKey, AssetStatus],
    now: float,
    rhythms: Mapping[AssetKey, Rhythm | None] = NO_RHYTHMS,
) -> list[Urgency]:
    """Late ones first by how late, then by when they are due, then those without a policy.

    These by their age in their own rhythms, and where that isn't known by their age.
    """
    found = (urgency(graph, statuses, key, now, rhythms.get(key)) for key in graph.order)
    return sorted(found, key=lambda one: _rank(one, now))


def urgency(
    graph: AssetGraph,
    statuses: Mapping[AssetKey, AssetStatus],
    key: AssetKey,
    now: float,
    rhythm: Rhythm | None = None,
) -> Urgency:
    policy, status = graph[key].freshness, statuses.get(key)
    if status is None:
        verdict = Verdict.UNKNOWN if policy else Verdict.NOT_APPLICABLE
        nothing = Freshness(verdict, None)
        return Urgency(key, policy, nothing, None, Verdict.NOT_APPLICABLE, known=False)
    made = status.latest.materialized
    fresh = freshness_at(policy, made, now)
    return Urgency(key, policy, fresh, made, status.daemon_verdict, known=True, rhythm=rhythm)


def _rank(one: Urgency, now: float) -> tuple[int, float, AssetKey]:
    moment = one.materialized if one.policy is None else one.freshness.due
    ratio = one.by_rhythm(now) if one.policy is None else None
    place = -ratio if ratio is not None else float("inf") if moment is None else moment
    return _ORDER.index(one.verdict), place, one.key


def summary(found: Sequence[Urgency], now: float) -> list[tuple[str, Verdict]]:
    """What there is, in words, each with the verdict whose colour it has."""
    count = {verdict: sum(one.verdict is verdict for one in found) for verdict in Verdict}
    soon = [one for one in found if one.soon(now)]
    warned = sum(one.verdict is Verdict.WARNING for one in found if one not in soon)
    healthy = sum(one.verdict is Verdict.HEALTHY for one in found if one not in soon)
    parts = [
        (count[Verdict.DEGRADED], "late", Verdict.DEGRADED),
        (len(soon), "due within the hour", Verdict.WARNING),
        (warned, "past the warning", Verdict.WARNING),
        (healthy, "fresh", Verdict.HEALTHY),
        (count[Verdict.UNKNOWN], "unknown", Verdict.UNKNOWN),
        (count[Verdict.NOT_APPLICABLE], "without a policy", Verdict.NOT_APPLICABLE),
        (sum(one.overdue(now) for one in found), "overdue by their rhythm", Verdict.WARNING),
    ]
    if count[Verdict.HEALTHY] and not (count[Verdict.DEGRADED] or warned or soon):
        return _calm(found, now, parts[4:])
    return [(f"{number} {words}", verdict) for number, words, verdict in parts if number]


def _calm(
    found: Sequence[Urgency], now: float, rest: Sequence[tuple[int, str, Verdict]]
) -> list[tuple[str, Verdict]]:
    state = "nothing late" if rest[0][0] else "everything fresh"
    says = f"{state}; {next_deadline(found, now)}"
    more = [(f"{number} {words}", verdict) for number, words, verdict in rest if number]
    return [(says, Verdict.HEALTHY), *more]


def next_deadline(found: Sequence[Urgency], now: float) -> str:
    """`next deadline in 3h: mrt_overview`; empty when nothing that is fresh has one."""
    due = {one.freshness.due: one for one in reversed(found) if one.verdict is Verdict.HEALTHY}
    first = min((moment for moment in due if moment is not None), default=None)
    if first is None:
        return ""
    return f"next deadline in {span(first - now)}: {key_text(due[first].key)}"


def due_words(one: Urgency, now: float) -> str:
    """`late 47m`, `due in 3h`; changes at most once a minute. Empty without a deadline."""
    due = one.freshness.due
    if due is None:
        return ""
    return (
        f"late {span(now - due)}"
        if one.verdict is Verdict.DEGRADED
        else f"due in {span(due - now)}"
    )


def span(seconds: float) -> str:
    """`<1m`, `47m`, `1h 5m`, `3h`, `4d`: coarse, so that few lines change in a minute."""
    if seconds < 60:
        return "<1m"
    whole = 60 if seconds < 7200 else 3600
    return duration(seconds // whole * whole)


class Blame(Enum):
    FAILED = "failed"
    LATE = "late"
    NEVER = "never materialized"


@dataclass(frozen=True, slots=True)
class Cause:
    """An asset that is likely why another one is late."""

    key: AssetKey
    blame: Blame
    run_id: str | None = None
    at: float | None = None
    """When its run failed, or since when it is late."""


def blame_words(cause: Cause, of: AssetKey, now: float) -> str:
    """`dlt_glucose_entries: last run 7c1f failed at 05:14`; without a name of `of` itself."""
    name = "" if cause.key == of else f"{one_line(key_text(cause.key))}: "
    if cause.blame is Blame.FAILED:
        when = f" at {moment(cause.at, now)}" if cause.at else ""
        return f"{name}last run {(cause.run_id or '?')[:8]} failed{when}"
    if cause.blame is Blame.LATE:
        return f"{name}late since {moment(cause.at, now)}"
    return f"{name}never materialized"


def because(
    graph: AssetGraph,
    statuses: Mapping[AssetKey, AssetStatus],
    key: AssetKey,
    now: float,
    rows: Mapping[AssetKey, Row] = NO_ROWS,
) -> list[Cause]:
    """From the asset itself upstream to the likely root, which is the last; empty if unknown.

    The first is the asset itself when its own last run failed. From there on the nearest
    upstream asset that failed, is late or was never materialized is blamed, and then what that one is blamed on.
    A run that made some of an asset's partitions and failed others is found by its `rows`.
    """
    own = _failure(key, statuses, rows)
    chain = [own] if own else []
    at, seen = key, {key}
    while found := _nearest(graph, statuses, rows, at, seen, now):
        chain.append(found)
        seen.add(found.key)
        at = found.key
        if found.blame is Blame.FAILED:
            break
    if chain and chain[-1].blame is Blame.FAILED:
        chain += _through_run(graph, statuses, rows, chain[-1])
    return chain


def _through_run(
    graph: AssetGraph,
    statuses: Mapping[AssetKey, AssetStatus],
    rows: Mapping[AssetKey, Row],
    failed: Cause,
) -> list[Cause]:
    """On to where that run failed first: what it skipped for that reads as failed, too."""
    chain, seen = [failed], {failed.key}
    while True:
        above = (_failure(key, statuses, rows) for key in graph.upstream(chain[-1].key))
        same = (one for one in above if one is not None and one.run_id == failed.run_id)
        found = next((one for one in same if one.key not in seen), None)
        if found is None:
            return chain[1:]
        chain.append(found)
        seen.add(found.key)


def _nearest(
    graph: AssetGraph,
    statuses: Mapping[AssetKey, AssetStatus],
    rows: Mapping[AssetKey, Row],
    start: AssetKey,
    seen: set[AssetKey],
    now: float,
) -> Cause | None:
    reached, edge = {start, *seen}, [start]
    while edge:
        above = dict.fromkeys(parent for key in edge for parent in graph.upstream(key))
        edge = [key for key in above if key not in reached]
        reached.update(edge)
        found = [cause for key in edge if (cause := _blamed(graph, statuses, rows, key, now))]
        if found:
            return min(found, key=lambda cause: list(Blame).index(cause.blame))
    return None


def _blamed(
    graph: AssetGraph,
    statuses: Mapping[AssetKey, AssetStatus],
    rows: Mapping[AssetKey, Row],
    key: AssetKey,
    now: float,
) -> Cause | None:
    failed = _failure(key, statuses, rows)
    if failed:
        return failed
    one = urgency(graph, statuses, key, now)
    if one.verdict is Verdict.DEGRADED:
        return Cause(key, Blame.LATE, at=one.freshness.due)
    if one.known and one.materialized is None and graph[key].materializable:
        return Cause(key, Blame.NEVER)
    return None


def _failure(
    key: AssetKey, statuses: Mapping[AssetKey, AssetStatus], rows: Mapping[AssetKey, Row]
) -> Cause | None:
    status = statuses.get(key)
    if status is None or not _failed_since(status.latest, rows.get(key)):
        return None
    return Cause(key, Blame.FAILED, status.latest.last_run_id, status.latest.last_run_ended)


def _failed_since(latest: Latest, row: Row | None) -> bool:
    """The newest run failed and made nothing of this asset, or not all of it."""
    if latest.last_run_status is not RunStatus.FAILURE:
        return False
    if latest.last_run_id == latest.run_id:
        return row is not None and row.count(State.FAILED) > 0
    made, ended = latest.materialized, latest.last_run_ended
    return made is None or ended is None or ended > made
