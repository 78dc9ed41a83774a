"""The partition definitions that the fake's assets have."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = dict[str, Any]


@dataclass(frozen=True)
class Partitions:
    """Keys in the definition's order, and what GraphQL says of it."""

    keys: tuple[str, ...]
    description: str
    type: str = "TIME_WINDOW"
    dimensions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a definition with two: each one's keys, the primary one first."""
    seconds: float = 0.0
    """From one key's window to the next."""

    @cached_property
    def definition(self) -> Json:
        return {
            "type": self.type,
            "description": self.description,
            "name": "found" if self.type == "DYNAMIC" else None,
            "dimensionTypes": [
                {"name": name, "isPrimaryDimension": at == 0, "type": "STATIC"}
                for at, name in enumerate(self.dimensions)
            ]
            or [{"name": "default", "isPrimaryDimension": False, "type": self.type}],
        }

    def connection(self, limit: int, ascending: bool, cursor: str | None = None) -> Json:
        """A page of keys; the cursor is how many went before."""
        start = int(cursor or 0)
        ordered: Sequence[str] = self.keys if ascending else self.keys[::-1]
        end = start + limit
        return {
            "results": list(ordered[start:end]),
            "cursor": str(min(end, len(ordered))),
            "hasMore": end < len(ordered),
        }


def daily(count: int, now: float) -> Partitions:
    """The `count` whole days before `now`, epoch seconds UTC."""
    return _windows(count, now, timedelta(days=1), "%Y-%m-%d", "Daily")


def weekly(count: int, now: float) -> Partitions:
    return _windows(count, now, timedelta(days=7), "%Y-%m-%d", "Weekly")


def hourly(count: int, now: float) -> Partitions:
    return _windows(count, now, timedelta(hours=1), "%Y-%m-%d-%H:%M", "Hourly")


def static(keys: Sequence[str]) -> Partitions:
    return Partitions(tuple(keys), f"Static partitions: {', '.join(keys)}", "STATIC")


def dynamic(keys: Sequence[str]) -> Partitions:
    return Partitions(tuple(keys), 'Dynamic partitions: "found"', "DYNAMIC")


def by_day_and(name: str, days: Partitions, others: Sequence[str]) -> Partitions:
    """Two dimensions; a key joins them in alphabetical order of the dimensions' names."""
    dimensions = {"date": days.keys, name: tuple(others)}
    keys = tuple(
        f"{day}|{other}" if name > "date" else f"{other}|{day}"
        for day in days.keys
        for other in others
    )
    words = f"Multi-partitioned, with dimensions: \ndate: {days.description}\n{name}: static"
    step = days.seconds / len(others)
    return Partitions(keys, words, "MULTIPARTITIONED", dimensions, step)


def _windows(count: int, now: float, step: timedelta, form: str, word: str) -> Partitions:
    last = _start_of(now, step)
    starts = [last - step * (count - at) for at in range(count)]
    keys = tuple(start.strftime(form) for start in starts)
    words = f"{word}, starting {starts[0]:%Y-%m-%d %H:%M} UTC."
    return Partitions(keys, words, seconds=step.total_seconds())


def _start_of(now: float, step: timedelta) -> datetime:
    """The start of the window that holds `now`; weeks begin on Sunday, as Dagster's do."""
    at = datetime.fromtimestamp(now, UTC).replace(minute=0, second=0, microsecond=0)
    if step < timedelta(days=1):
        return at
    day = at.replace(hour=0)
    return day if step == timedelta(days=1) else day - timedelta(days=day.isoweekday() % 7)
