"""Orders assets by urgency, and finds the likely cause of a late one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from console.domain.assets.keys import key_text, shown_key
from console.domain.assets.walk import hop_by_hop
from console.domain.freshness.policy import Freshness, FreshnessVerdict, Policy, freshness_at
from console.domain.runs.run import RunStatus
from console.domain.status.states import State
from console.domain.times import duration, told_moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey
    from console.domain.freshness.rhythm import Rhythm
    from console.domain.grid.asset_status import AssetStatus, Latest
    from console.domain.status.states import Row

SOON_SECONDS = 3600.0
OVERDUE = 2.0
"""An asset is overdue when it is older than this many times its rhythm."""
NO_ROWS: Mapping[AssetKey, Row] = MappingProxyType({})
NO_RHYTHMS: Mapping[AssetKey, Rhythm | None] = MappingProxyType({})
_ORDER = (
    FreshnessVerdict.DEGRADED,
    FreshnessVerdict.WARNING,
    FreshnessVerdict.HEALTHY,
    FreshnessVerdict.UNKNOWN,
    FreshnessVerdict.NOT_APPLICABLE,
)


@dataclass(frozen=True, slots=True)
class Urgency:
    """One asset's freshness at a moment; `materialized` is epoch seconds UTC."""

    key: AssetKey
    policy: Policy | None
    freshness: Freshness
    materialized: float | None
    daemon: FreshnessVerdict
    known: bool
    """Whether the server has answered for this asset."""
    rhythm: Rhythm | None = None
    """The usual time between materializations; None where it is unknown or there is a policy."""

    @property
    def verdict(self) -> FreshnessVerdict:
        return self.freshness.verdict

    def soon(self, now: float) -> bool:
        """Whether it is due within the hour and not late yet."""
        due = self.freshness.due
        in_time = self.verdict in (FreshnessVerdict.HEALTHY, FreshnessVerdict.WARNING)
        return in_time and due is not None and due - now < SOON_SECONDS

    def by_rhythm(self, now: float) -> float | None:
        """Its age in multiples of its rhythm; None where either isn't known."""
        if self.rhythm is None or self.materialized is None:
            return None
        return (now - self.materialized) / self.rhythm.usual

    def overdue(self, now: float) -> bool:
        """Whether an asset without a policy is older than twice its rhythm; the rule is dagdeck's."""
        ratio = self.by_rhythm(now)
        return self.policy is None and ratio is not None and ratio > OVERDUE

    @property
    def judge(self) -> str:
        """The source of the other verdict; before Dagster 1.11 no daemon gives one."""
        return "Dagster" if self.policy is not None and self.policy.by_data else "daemon"

    @property
    def daemon_differs(self) -> bool:
        """Whether the daemon has a verdict that differs from this one."""
        return self.daemon not in (FreshnessVerdict.NOT_APPLICABLE, self.verdict)


def by_urgency(
    graph: AssetGraph,
    statuses: Mapping[AssetKey, AssetStatus],
    now: float,
    rhythms: Mapping[AssetKey, Rhythm | None] = NO_RHYTHMS,
) -> list[Urgency]:
    """Late assets by how late they are, then others by when they are due, then those without a policy.

    Assets without a policy are ordered by age in their rhythm, or by age where it isn't known.
    """
    urgencies = (urgency(graph, statuses, key, now, rhythms.get(key)) for key in graph.order)
    return sorted(urgencies, key=lambda asset_urgency: _rank(asset_urgency, now))


def urgency(
    graph: AssetGraph,
    statuses: Mapping[AssetKey, AssetStatus],
    key: AssetKey,
    now: float,
    rhythm: Rhythm | None = None,
) -> Urgency:
    policy, status = graph[key].freshness, statuses.get(key)
    if status is None:
        verdict = FreshnessVerdict.UNKNOWN if policy else FreshnessVerdict.NOT_APPLICABLE
        nothing = Freshness(verdict, None)
        return Urgency(key, policy, nothing, None, FreshnessVerdict.NOT_APPLICABLE, known=False)
    materialized = status.latest.materialized
    fresh = freshness_at(policy, materialized, now)
    if (
        policy is not None
        and materialized is None
        and status.latest.last_run_status is RunStatus.FAILURE
    ):
        fresh = Freshness(FreshnessVerdict.DEGRADED, None)
    if policy is not None and policy.by_data and _only_server_says_late(fresh, status):
        fresh = Freshness(FreshnessVerdict.DEGRADED, None)
    return Urgency(
        key, policy, fresh, materialized, status.daemon_verdict, known=True, rhythm=rhythm
    )


def is_in_time(verdict: FreshnessVerdict) -> bool:
    """Whether an asset with this verdict has its deadline ahead."""
    return verdict not in (FreshnessVerdict.DEGRADED, FreshnessVerdict.NOT_APPLICABLE)


def _only_server_says_late(fresh: Freshness, status: AssetStatus) -> bool:
    """Whether only the server finds it late, as its source data is too old."""
    daemon_verdict = status.daemon_verdict
    return daemon_verdict is FreshnessVerdict.DEGRADED and fresh.verdict is FreshnessVerdict.HEALTHY


def _rank(urgency: Urgency, now: float) -> tuple[int, float, AssetKey]:
    moment = urgency.materialized if urgency.policy is None else urgency.freshness.due
    ratio = urgency.by_rhythm(now) if urgency.policy is None else None
    position = -ratio if ratio is not None else float("inf") if moment is None else moment
    return _ORDER.index(urgency.verdict), position, urgency.key


def summary(urgencies: Sequence[Urgency], now: float) -> list[tuple[str, FreshnessVerdict]]:
    """The counts of assets in words, each with the verdict that gives its colour."""
    count = {
        verdict: sum(each.verdict is verdict for each in urgencies) for verdict in FreshnessVerdict
    }
    soon = [each for each in urgencies if each.soon(now)]
    warned = sum(each.verdict is FreshnessVerdict.WARNING for each in urgencies if each not in soon)
    healthy = sum(
        each.verdict is FreshnessVerdict.HEALTHY for each in urgencies if each not in soon
    )
    parts = [
        (count[FreshnessVerdict.DEGRADED], "late", FreshnessVerdict.DEGRADED),
        (len(soon), "due within the hour", FreshnessVerdict.WARNING),
        (warned, "past the warning", FreshnessVerdict.WARNING),
        (healthy, "fresh", FreshnessVerdict.HEALTHY),
        (count[FreshnessVerdict.UNKNOWN], "unknown", FreshnessVerdict.UNKNOWN),
        (
            count[FreshnessVerdict.NOT_APPLICABLE],
            "without a policy",
            FreshnessVerdict.NOT_APPLICABLE,
        ),
        (
            sum(each.overdue(now) for each in urgencies),
            "overdue by their rhythm",
            FreshnessVerdict.WARNING,
        ),
    ]
    if count[FreshnessVerdict.HEALTHY] and not (count[FreshnessVerdict.DEGRADED] or warned or soon):
        return _calm(urgencies, now, parts[4:])
    return [(f"{number} {words}", verdict) for number, words, verdict in parts if number]


def _calm(
    urgencies: Sequence[Urgency], now: float, rest: Sequence[tuple[int, str, FreshnessVerdict]]
) -> list[tuple[str, FreshnessVerdict]]:
    state = "nothing late" if rest[0][0] else "everything fresh"
    sentence = f"{state}; {next_deadline(urgencies, now)}"
    more = [(f"{number} {words}", verdict) for number, words, verdict in rest if number]
    return [(sentence, FreshnessVerdict.HEALTHY), *more]


def next_deadline(urgencies: Sequence[Urgency], now: float) -> str:
    """`next deadline in 3h: mrt_overview`; empty when no fresh asset has one."""
    due = {
        each.freshness.due: each
        for each in reversed(urgencies)
        if each.verdict is FreshnessVerdict.HEALTHY
    }
    nearest = min((moment for moment in due if moment is not None), default=None)
    if nearest is None:
        return ""
    return f"next deadline in {span(nearest - now)}: {key_text(due[nearest].key)}"


def due_words(urgency: Urgency, now: float) -> str:
    """`late 47m`, `due in 3h`, which changes at most once a minute; empty without a deadline."""
    due = urgency.freshness.due
    if due is None:
        return "never made" if urgency.verdict is FreshnessVerdict.DEGRADED else ""
    return (
        f"late {span(now - due)}"
        if urgency.verdict is FreshnessVerdict.DEGRADED
        else f"due in {span(due - now)}"
    )


def span(seconds: float) -> str:
    """`<1m`, `47m`, `1h 5m`, `3h`, `4d`: a coarse duration, so that few lines change each minute."""
    if seconds < 60:
        return "<1m"
    unit = 60 if seconds < 7200 else 3600
    return duration(seconds // unit * unit)


class Blame(Enum):
    FAILED = "failed"
    LATE = "late"
    NEVER = "never materialized"


@dataclass(frozen=True, slots=True)
class LateCause:
    """An asset that is likely why another one is late."""

    key: AssetKey
    blame: Blame
    run_id: str | None = None
    at: float | None = None
    """The time at which its run failed or it became late, epoch seconds UTC."""


def blame_words(cause: LateCause, of: AssetKey, now: float) -> str:
    """`dlt_glucose_entries: last run 7c1f failed at 05:14`; the name is left out if it is `of`."""
    name = "" if cause.key == of else f"{shown_key(cause.key)}: "
    if cause.blame is Blame.FAILED:
        when = f" at {told_moment(cause.at, now)}" if cause.at else ""
        return f"{name}last run {(cause.run_id or '?')[:8]} failed{when}"
    if cause.blame is Blame.LATE:
        return f"{name}late since {told_moment(cause.at, now)}"
    return f"{name}never materialized"


def because(
    graph: AssetGraph,
    statuses: Mapping[AssetKey, AssetStatus],
    key: AssetKey,
    now: float,
    rows: Mapping[AssetKey, Row] = NO_ROWS,
) -> list[LateCause]:
    """The chain of causes from the asset upstream to the likely root, which is last; empty if unknown.

    The asset itself comes first when its last run failed. Each next cause is the nearest
    upstream asset that failed, is late or was never materialized. `rows` tell of a run that
    made some of an asset's partitions and failed others.
    """
    own_failure = _failure(key, statuses, rows)
    chain = [own_failure] if own_failure else []
    key_to_blame, seen = key, {key}
    while cause := _nearest(graph, statuses, rows, key_to_blame, seen, now):
        chain.append(cause)
        seen.add(cause.key)
        key_to_blame = cause.key
        if cause.blame is Blame.FAILED:
            break
    if chain and chain[-1].blame is Blame.FAILED:
        chain += _through_run(graph, statuses, rows, chain[-1])
    return chain


def _through_run(
    graph: AssetGraph,
    statuses: Mapping[AssetKey, AssetStatus],
    rows: Mapping[AssetKey, Row],
    failed: LateCause,
) -> list[LateCause]:
    """The further causes up to the asset where that run failed first; Dagster marks skipped assets failed too."""
    chain, seen = [failed], {failed.key}
    while True:
        above = (_failure(key, statuses, rows) for key in graph.upstream(chain[-1].key))
        same = (other for other in above if other is not None and other.run_id == failed.run_id)
        cause = next((other for other in same if other.key not in seen), None)
        if cause is None:
            return chain[1:]
        chain.append(cause)
        seen.add(cause.key)


def _nearest(
    graph: AssetGraph,
    statuses: Mapping[AssetKey, AssetStatus],
    rows: Mapping[AssetKey, Row],
    start: AssetKey,
    seen: set[AssetKey],
    now: float,
) -> LateCause | None:
    def unseen(key: AssetKey) -> list[AssetKey]:
        return [parent for parent in graph.upstream(key) if parent not in seen]

    for above in islice(hop_by_hop([start], unseen), 1, None):
        causes = [cause for key in above if (cause := _blamed(graph, statuses, rows, key, now))]
        if causes:
            return min(causes, key=lambda cause: list(Blame).index(cause.blame))
    return None


def _blamed(
    graph: AssetGraph,
    statuses: Mapping[AssetKey, AssetStatus],
    rows: Mapping[AssetKey, Row],
    key: AssetKey,
    now: float,
) -> LateCause | None:
    failed = _failure(key, statuses, rows)
    if failed:
        return failed
    of_asset = urgency(graph, statuses, key, now)
    if of_asset.verdict is FreshnessVerdict.DEGRADED:
        return LateCause(key, Blame.LATE, at=of_asset.freshness.due)
    if of_asset.known and of_asset.materialized is None and graph[key].materializable:
        return LateCause(key, Blame.NEVER)
    return None


def _failure(
    key: AssetKey, statuses: Mapping[AssetKey, AssetStatus], rows: Mapping[AssetKey, Row]
) -> LateCause | None:
    status = statuses.get(key)
    if status is None or not _failed_since(status.latest, rows.get(key)):
        return None
    return LateCause(key, Blame.FAILED, status.latest.last_run_id, status.latest.last_run_ended)


def _failed_since(latest: Latest, row: Row | None) -> bool:
    """Whether the newest run failed and made nothing or not all of this asset."""
    if latest.last_run_status is not RunStatus.FAILURE:
        return False
    if latest.last_run_id == latest.run_id:
        return row is not None and row.count(State.FAILED) > 0
    materialized, ended = latest.materialized, latest.last_run_ended
    return materialized is None or ended is None or ended > materialized
