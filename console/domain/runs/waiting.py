"""Tells why a queued run doesn't start, by the rules of Dagster's run queue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.runs.queue_rules import tag_rules
from console.domain.runs.run import CODE_LOCATION_TAG, RunStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.runs.run import Run

PARALLEL_PREFIX = "dagdeck/parallel-"
PRIORITY_TAG = "dagster/priority"
MOST_NAMED = 3
MOST_ACTIVE = 500
"""With this many active runs, older ones may not have been read."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The facts that decide which queued runs start; a limit that is absent holds no run."""

    most: int | None = None
    """The number of runs that the deployment runs at once."""
    tag_limits: str = ""
    """`tag_concurrency_limits`, YAML as the server gives it."""
    pools: Mapping[str, int] = field(default_factory=dict)
    """The runs that each pool lets in; empty where pools count steps, as those never hold a run."""
    pools_of: Mapping[AssetKey, tuple[str, ...]] = field(default_factory=dict)
    silent: bool = False
    """Whether the daemon that starts queued runs gives no sign of life."""
    away: Collection[str] = ()
    """Code locations that can't be reached or failed to load."""


def why_waiting(run: Run, active: Sequence[Run], queue: Queue) -> str:
    """The reason why a queued run doesn't start, or its place in the queue; empty if it doesn't wait.

    `active` are the waiting and running runs, including this one.
    """
    if not run.status.waiting:
        return ""
    busy = [other for other in active if other.status.active]
    reasons = (_deployment(run, queue), _limits(run, busy, queue), _place(run, active))
    return next(filter(None, reasons), "")


def _deployment(run: Run, queue: Queue) -> str:
    if queue.silent:
        return "the daemon that starts queued runs gives no sign of life"
    location = run.tags.get(CODE_LOCATION_TAG, "")
    return f"code location {location} is not loaded" if location in queue.away else ""


def _limits(run: Run, busy: Sequence[Run], queue: Queue) -> str:
    if queue.most is not None and 0 <= queue.most <= len(busy):
        return f"the deployment runs {queue.most} at once, and {len(busy)} run now"
    reasons = (*_backfill(run, busy), *_tags(run, busy, queue), *_pools(run, busy, queue))
    return next(iter(reasons), "")


def _backfill(run: Run, busy: Sequence[Run]) -> Iterator[str]:
    for tag, value in run.tags.items():
        limit = tag.removeprefix(PARALLEL_PREFIX)
        if limit == tag or not limit.isdigit():
            continue
        same = [other for other in busy if other.tags.get(tag) == value]
        if len(same) >= int(limit):
            yield f"its backfill runs {limit} at once"


def _tags(run: Run, busy: Sequence[Run], queue: Queue) -> Iterator[str]:
    for rule in tag_rules(queue.tag_limits):
        value = run.tags.get(rule.key)
        if value is None or rule.key.startswith(PARALLEL_PREFIX):
            continue
        if rule.value is not None and rule.value != value:
            continue
        tag_text = rule.key if rule.value is None and not rule.each else f"{rule.key}={value}"
        wanted = value if rule.each or rule.value is not None else None
        same = [
            other
            for other in busy
            if rule.key in other.tags and wanted in (None, other.tags[rule.key])
        ]
        if len(same) >= rule.limit:
            yield f"tag {tag_text} lets {rule.limit} run at once: {_names(same)}"


def _pools(run: Run, busy: Sequence[Run], queue: Queue) -> Iterator[str]:
    for pool in sorted(_pools_of(run, queue)):
        limit = queue.pools.get(pool)
        holders = [other for other in busy if pool in _pools_of(other, queue)]
        if limit is not None and len(holders) >= limit:
            yield f"pool {pool} lets {limit} run at once: {_names(holders)}"


def _pools_of(run: Run, queue: Queue) -> set[str]:
    return {pool for key in run.assets for pool in queue.pools_of.get(key, ())}


def _names(holders: Sequence[Run]) -> str:
    names = ", ".join(run.short_id for run in holders[:MOST_NAMED])
    more = len(holders) - MOST_NAMED
    return f"{names} and {more} more" if more > 0 else names or "nothing runs now"


def _place(run: Run, active: Sequence[Run]) -> str:
    """The run's place in the queue; Dagster starts the highest priority first, then the oldest."""
    if run.status is not RunStatus.QUEUED:
        return ""
    if len(active) >= MOST_ACTIVE:
        return f"in a queue of {MOST_ACTIVE} or more; no limit that is known holds it"
    queued = [other for other in active if other.status is RunStatus.QUEUED]
    if all(other.id != run.id for other in queued):
        queued.append(run)
    ordered = sorted(queued, key=lambda other: (-_priority(other), other.created))
    place_in_queue = next(index for index, other in enumerate(ordered, 1) if other.id == run.id)
    higher = sum(_priority(other) > _priority(run) for other in ordered)
    behind = f", {higher} of higher priority before it" if higher else ""
    return f"place {place_in_queue} of {len(ordered)} in the queue{behind}; no limit that is known holds it"


def _priority(run: Run) -> int:
    try:
        return int(run.tags.get(PRIORITY_TAG, "0"))
    except ValueError:
        return 0
