"""Judges each event that GitHub sends: an event of a day, or set apart with the reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.raw.set_apart import (
    NO_RECORD,
    TEXT_IS_BROKEN,
    Answered,
    SetApart,
    as_sent,
    is_broken,
    is_text,
    key_of,
)

NESTED = ("actor", "repo", "payload", "org")
CLOCK_TOLERANCE = timedelta(minutes=10)
NO_ID = "no id"
NO_TYPE = "no type"
NO_ACTOR = "no actor"
NO_REPO = "no repository"
NO_MOMENT = "no moment with a zone"
FUTURE = "in the future"


def judged(
    sent: Sequence[Any], days: Sequence[date], seen_at: datetime, zone: ZoneInfo
) -> dict[date, Answered]:
    """The events of each of the days; one without a moment is of the day it was seen on (aware)."""
    usable: dict[date, dict[str, dict[str, Any]]] = {day: {} for day in days}
    apart: dict[date, dict[str, SetApart]] = {day: {} for day in days}
    for event in sent:
        day = _day(event, seen_at, zone)
        if day not in usable:
            continue
        reason, key = reason_against(event, seen_at), key_of(event, "id")
        if reason is None:
            usable[day][key] = as_event(event)
        else:
            apart[day][key] = SetApart(key, day, reason, as_sent(event))
    return {
        day: Answered(
            list(usable[day].values()),
            [each for key, each in apart[day].items() if key not in usable[day]],
            fetched=len(usable[day]) + len(apart[day]),
        )
        for day in days
    }


def reason_against(event: Any, seen_at: datetime) -> str | None:
    """Why the event can't be used; None where it can."""
    if not isinstance(event, Mapping):
        return NO_RECORD
    if not is_text(event.get("id")):
        return NO_ID
    if not is_text(event.get("type")):
        return NO_TYPE
    if not _names(event.get("actor"), "login"):
        return NO_ACTOR
    if not _names(event.get("repo"), "name"):
        return NO_REPO
    moment = moment_of(event)
    if moment is None or moment.tzinfo is None:
        return NO_MOMENT
    if moment > seen_at + CLOCK_TOLERANCE:
        return FUTURE
    return TEXT_IS_BROKEN if _is_broken(event) else None


def _names(value: Any, field: str) -> bool:
    return isinstance(value, Mapping) and is_text(value.get(field))


def _is_broken(value: Any) -> bool:
    """Whether half of a surrogate pair, or a null character, is anywhere in it."""
    if isinstance(value, str):
        return is_broken(value) or "\0" in value
    if isinstance(value, Mapping):
        return any(_is_broken(each) for pair in value.items() for each in pair)
    return isinstance(value, list) and any(map(_is_broken, value))


def moment_of(event: Any) -> datetime | None:
    """The event's own time, with or without a zone; None where it has none."""
    try:
        return datetime.fromisoformat(event["created_at"])
    except (KeyError, TypeError, ValueError):
        return None


def aware_moment_of(event: Any) -> datetime | None:
    """The event's time in UTC; a time without a zone counts as UTC."""
    moment = moment_of(event)
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None


def _day(event: Any, seen_at: datetime, zone: ZoneInfo) -> date:
    moment = aware_moment_of(event)
    if moment is None or moment > seen_at:
        moment = seen_at
    return moment.astimezone(zone).date()


def as_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event under the names of the table's columns, what GitHub nests as JSON text."""
    nested = {name: _as_text(event.get(name)) for name in NESTED}
    public = event.get("public")
    return {
        "id": event["id"],
        "type": event["type"],
        "public": public if isinstance(public, bool) else None,
        "created_at": aware_moment_of(event),
        "record": as_sent(event),
        **nested,
    }


def takes(name: str, value: object) -> bool:
    """Whether a column takes the field of an event as it is sent."""
    if name in NESTED:
        return value is None or isinstance(value, Mapping)
    if name == "public":
        return value is None or isinstance(value, bool)
    return name in ("id", "type", "created_at")


def _as_text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False)
