"""Short texts about a run: its assets, its partitions, and who started it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.runs.run import RunStatus
from console.domain.text import one_line, visible
from console.domain.times import duration, past_moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.domain.runs.run import Run

SCHEDULE_TAG = "dagster/schedule_name"
SENSOR_TAG = "dagster/sensor_name"
USER_TAG = "user"
PARENT_TAG = "dagster/parent_run_id"
AUTOMATION_TAGS = ("dagster/from_automation_condition", "dagster/auto_materialize")
RETRY_TAG = "dagster/retry_number"
PARALLEL_PREFIX = "dagdeck/parallel-"
_SHOWN_ELSEWHERE = ("dagster/backfill", "dagster/partition", "dagster/asset_partition_range")
_INTERNAL = ("dagster/code_location", ".dagster/", "dagster/run_key", "dagster/asset_event")


def what_text(run: Run) -> str:
    """`dlt_glucose_entries +4`, or the job when it has no assets."""
    if not run.assets:
        return one_line(run.job)
    count = max(run.asset_count, len(run.assets))
    first = shown_key(run.assets[0])
    return first if count == 1 else f"{first} +{count - 1}"


def what_and_rest(run: Run) -> tuple[str, str]:
    """`what_text` split into name and number, so that the number stays when the name is cut."""
    whole = what_text(run)
    name, plus, more = whole.rpartition(" +")
    return (name, f"{plus}{more}") if plus and run.assets else (whole, "")


def span_text(run: Run) -> str:
    """`2026-11-18…23`: a range whose end omits the part that both ends share."""
    span = run.partition_range
    if span is None:
        return ""
    first, last = visible(span[0]), visible(span[1])
    if first == last:
        return first
    start = 0
    for offset, (a, b) in enumerate(zip(first, last, strict=False)):
        if a != b:
            break
        if a == "-":
            start = offset + 1
    return f"{first}…{last[start:]}"


def by_text(run: Run, titles: Mapping[str, str]) -> str:
    """The user or automation that started it; empty when its tags don't tell."""
    tags = run.tags
    if run.backfill is not None:
        title = titles.get(run.backfill)
        return one_line(f"backfill {title or run.backfill}")
    for tag, word in ((SCHEDULE_TAG, "schedule"), (SENSOR_TAG, "sensor"), (USER_TAG, "")):
        if tag in tags:
            return one_line(f"{word} {tags[tag]}")
    if PARENT_TAG in tags:
        word = "retry" if RETRY_TAG in tags else "re-run"
        return one_line(f"{word} of {tags[PARENT_TAG][:8]}")
    return "automation" if any(tag in tags for tag in AUTOMATION_TAGS) else ""


def took(run: Run, now: float) -> str:
    """The time that it took or has been running; `–` if it waits or never started."""
    if run.never_started or run.status is RunStatus.UNKNOWN or run.status.waiting:
        return "–"
    if run.status.ended:
        return duration(run.seconds)
    return duration(calm(max(now - (run.started or run.created), 0.0)))


def waited(run: Run, now: float) -> str:
    """`since 14:02, 5m`: the time a run has been waiting; empty if it doesn't wait."""
    if not run.status.waiting or not run.created:
        return ""
    return f"since {past_moment(run.created, now)}, {duration(calm(max(now - run.created, 0.0)))}"


def started_text(run: Run, now: float) -> str:
    """The time at which it started; `–` if it waits or never started."""
    if run.status.waiting or run.never_started:
        return "–"
    return past_moment(run.started or run.created or None, now)


def calm(seconds: float) -> float:
    """A growing duration, in steps of 5 s past the first minute, as each change redraws a line."""
    return seconds if seconds < 60 else seconds - seconds % 5


def telling_tags(run: Run) -> str:
    """The tags a person may have chosen, as `key=value`, without those shown elsewhere."""
    hidden = (*_SHOWN_ELSEWHERE, *_INTERNAL, PARALLEL_PREFIX)
    pairs = (f"{key}={value}" for key, value in run.tags.items() if not key.startswith(hidden))
    return one_line("  ".join(sorted(pairs)))
