"""The overview as JSON and as lines: late, failing, running, health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.domain.assets.keys import shown_key
from console.domain.freshness.policy import FreshnessVerdict
from console.domain.freshness.urgency import LateCause, because, blame_words, by_urgency, due_words
from console.domain.health import Condition
from console.domain.runs.progress import backfill_left
from console.domain.text import cut, one_line
from console.domain.times import told_moment
from console.store.overview.overview import DAEMONS

if TYPE_CHECKING:
    from console.domain.freshness.urgency import Urgency
    from console.domain.runs.failure_groups import FailureGroup
    from console.domain.runs.run import Backfill
    from console.store.overview.overview import Overview

RUNS = "runs"
"""Among the problems: which runs are under way could not be had."""


def needs_somebody(overview: Overview, now: float) -> bool:
    """Late, failed and not mended, or not well; what isn't known is not taken to be well.

    But a hosted service tells of no daemons, which is no fault of theirs.
    """
    late = any(one.verdict is FreshnessVerdict.DEGRADED for one in pressing(overview, now))
    failing = any(not cause.mended for cause in overview.causes)
    ill = any(fault.condition is not Condition.NOT_YET for fault in overview.faults)
    unread = overview.problems or overview.deployment.unreadable
    untold = any(part != DAEMONS for part in overview.all_clear.failed)
    return late or failing or ill or bool(unread) or untold


def pressing(overview: Overview, now: float) -> list[Urgency]:
    """Late, past the warning, or due within the hour; the most urgent first."""
    found = by_urgency(overview.deployment.graph, overview.deployment.statuses, now)
    urgent = (FreshnessVerdict.DEGRADED, FreshnessVerdict.WARNING)
    return [one for one in found if one.verdict in urgent or one.soon(now)]


def as_json(overview: Overview, now: float) -> dict[str, Any]:
    """Times are epoch seconds UTC; a part that could not be had is null, and why in `problems`."""
    deployment = overview.deployment
    waiting = sum(run.status.waiting for run in deployment.active)
    known = RUNS not in overview.problems
    structure = deployment.structure
    backfills = overview.backfills
    return {
        "late": [_late(one, overview, now) for one in pressing(overview, now)],
        "failing": {
            "since": overview.since,
            "runs": None if overview.failed is None else overview.failed_in_all,
            "listed": None if overview.failed is None else len(overview.failed),
            "read": None if overview.failed is None else overview.errors_read,
            "causes": None
            if overview.failed is None
            else [cause_as_json(one) for one in overview.causes],
        },
        "running": {
            "runs": len(deployment.active) - waiting if known else None,
            "queued": waiting if known else None,
            "limit": structure.max_concurrent_runs if structure else None,
            "backfills": None if backfills is None else [_backfill(one, now) for one in backfills],
        },
        "health": _health(overview),
        "problems": _problems(overview),
    }


def _late(one: Urgency, overview: Overview, now: float) -> dict[str, Any]:
    deployment = overview.deployment
    found = because(deployment.graph, deployment.statuses, one.key, now, deployment.rows)
    return {
        "key": list(one.key),
        "verdict": one.verdict.value,
        "deadline": one.freshness.due,
        "because": [_blamed(cause, one, now) for cause in found],
    }


def _blamed(cause: LateCause, one: Urgency, now: float) -> dict[str, Any]:
    return {
        "key": list(cause.key),
        "blame": cause.blame.value,
        "run": cause.run_id,
        "at": cause.at,
        "words": blame_words(cause, one.key, now),
    }


def cause_as_json(cause: FailureGroup) -> dict[str, Any]:
    """Times are epoch seconds UTC; `words` is null where the reason was not read."""
    return {
        "words": cause.words if cause.known else None,
        "times": len(cause.runs),
        "last": cause.last,
        "runs": [run.id for run in cause.runs],
        "assets": [list(key) for key in cause.assets],
        "failed": [
            {"key": list(key), "partitions": list(cells)} for key, cells in cause.failed.items()
        ],
        "retried": [
            {"key": list(key), "partitions": list(cells)}
            for key, cells in cause.recovery.retried.items()
        ],
        "failed_runs": [run.id for run in cause.recovery.failed_runs],
        "retried_runs": [run.id for run in cause.recovery.retried_runs],
        "known": cause.judged,
        "mended": cause.mended,
    }


def _backfill(backfill: Backfill, now: float) -> dict[str, Any]:
    return {
        "id": backfill.id,
        "title": backfill.title,
        "targeted": backfill.targeted,
        "done": backfill.done,
        "failed": backfill.failed,
        "running": backfill.running,
        "seconds_left": backfill_left(backfill, now),
    }


def _health(overview: Overview) -> dict[str, Any]:
    health = overview.health
    daemons, ticking = (health.daemons, health.ticking) if health else (None, None)
    return {
        "daemons": daemons
        and [
            {
                "name": one.name,
                "required": one.required,
                "condition": one.condition.value,
                "heartbeat": one.heartbeat,
            }
            for one in daemons
        ],
        "locations": [
            {"name": one.name, "condition": one.condition.value, "why": one.why}
            for one in overview.locations
        ],
        "ticks": ticking
        and [
            {
                "name": one.name,
                "kind": one.kind,
                "location": one.location,
                "at": one.at,
                "status": one.status,
                "error": one.error,
            }
            for one in ticking
        ],
    }


def as_lines(overview: Overview, now: float) -> list[str]:
    """A line for each thing that needs somebody, its kind first; one line when nothing does."""
    deployment = overview.deployment
    lines = [
        f"{'late' if one.verdict is FreshnessVerdict.DEGRADED else 'soon'}     {_late_words(one, overview, now)}"
        for one in pressing(overview, now)
    ]
    for cause in overview.causes:
        names = ", ".join(shown_key(key) for key in cause.assets[:3])
        words = cut(cause.words if cause.known else "why it failed was not read", 120)
        lines.append(
            f"failing  {len(cause.runs)}× {words} · {names} · last {told_moment(cause.last, now)} · {cause.state_words}"
        )
    if overview.reading_words:
        lines.append(f"failing  not all was read: {overview.reading_words}")
    for fault in overview.faults:
        why = f": {one_line(fault.why)}" if fault.why else ""
        lines.append(f"health   {one_line(fault.words)}{why}")
    for backfill in overview.backfills or ():
        over = backfill.done + backfill.failed
        name = one_line(backfill.title or backfill.id)
        lines.append(f"running  backfill {name} {over}/{backfill.targeted}")
    busy = len(deployment.active)
    if busy:
        waiting = sum(run.status.waiting for run in deployment.active)
        lines.append(
            f"running  {busy - waiting} run{'s' * (busy - waiting != 1)}, {waiting} queued"
        )
    lines += [f"unknown  {part}: {why}" for part, why in _problems(overview).items()]
    return lines or ["nothing needs you"]


def _problems(overview: Overview) -> dict[str, str]:
    """Why a part could not be had, by the part; empty only when all was read."""
    reading, unreadable = overview.all_clear, overview.deployment.unreadable
    found = dict(overview.problems)
    if unreadable:
        names = ", ".join(shown_key(key) for key in list(unreadable)[:3])
        more = f" and {len(unreadable) - 3} more" if len(unreadable) > 3 else ""
        found["partitions"] = f"{names}{more}: {next(iter(unreadable.values()))}"
    if not found and reading.failed:
        found["not told"] = ", ".join(reading.failed)
    return found


def _late_words(one: Urgency, overview: Overview, now: float) -> str:
    deployment = overview.deployment
    found = because(deployment.graph, deployment.statuses, one.key, now, deployment.rows)
    why = f" because {blame_words(found[-1], one.key, now)}" if found else ""
    return f"{shown_key(one.key)} {due_words(one, now)}{why}"
