"""The rules that stored events are checked by, as functions of the events and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from pipelines.raw.description import DAY, Row


def incomplete(events: Sequence[Row]) -> list[str]:
    """Events without type, the login of an actor or the name of a repository, by `id`."""
    return [
        e["id"]
        for e in events
        if e["type"] is None or not _field(e["actor"], "login") or not _field(e["repo"], "name")
    ]


def _field(text: str | None, name: str) -> object:
    value = json.loads(text or "null")
    return value.get(name) if isinstance(value, dict) else None


def faults(stored: Sequence[Row], day: date, _now: datetime) -> list[str]:
    """The blocking findings of the day, in words; `stored` may hold other days' events too."""
    wrong = incomplete([event for event in stored if event[DAY] == day])
    return [f"events_are_complete: {len(wrong)} wrong, the first {wrong[0]}"] if wrong else []
