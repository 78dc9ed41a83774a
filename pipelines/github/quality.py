"""What may be wrong with stored events, as functions of the events and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from pipelines.raw.description import DAY, Row


def incomplete(events: Sequence[Row]) -> list[str]:
    """Events without type, actor or repository, by `id`."""
    return [e["id"] for e in events if e["type"] is None or e["actor"] is None or e["repo"] is None]


def faults(stored: Sequence[Row], day: date, _now: datetime) -> list[str]:
    """What blocks the day, in words; `stored` may hold other days' events too."""
    wrong = incomplete([event for event in stored if event[DAY] == day])
    return [f"events_are_complete: {len(wrong)} wrong, the first {wrong[0]}"] if wrong else []
