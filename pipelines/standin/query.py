"""Nightscout's query language: `find[field][$op]=value`, `count`, and the window it assumes.

After `lib/server/query.js` of nightscout/cgm-remote-monitor.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

DEFAULT_COUNT = 10
DEFAULT_WINDOW = timedelta(days=4)
WHOLE_FIELDS = {"date", "sgv", "filtered", "unfiltered", "rssi", "noise", "mbg"}
FIND = re.compile(r"^find\[(?P<field>\w+)\](?:\[\$(?P<operator>\w+)\])?(?:\[\])?$")
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


class QueryError(ValueError):
    """A filter the server can't make sense of; the message is what the client is told."""


@dataclass(frozen=True)
class Condition:
    field: str
    operator: str
    value: Any

    def holds(self, entry: dict[str, Any]) -> bool:
        """Whether an entry meets the condition; a missing field meets none."""
        if self.field not in entry:
            return False
        return OPERATORS[self.operator](entry[self.field], self.value)


@dataclass(frozen=True)
class Query:
    conditions: tuple[Condition, ...]
    count: int

    def bounds_ms(self) -> tuple[float, float]:
        """The earliest and latest moment (epoch ms, both included) a match can have."""
        earliest, latest = 0.0, float("inf")
        for condition in self.conditions:
            moment = _moment(condition)
            if moment is not None and condition.operator in ("gt", "gte", "eq"):
                earliest = max(earliest, moment)
            if moment is not None and condition.operator in ("lt", "lte", "eq"):
                latest = min(latest, moment)
        return earliest, latest

    def matches(self, entry: dict[str, Any]) -> bool:
        return all(condition.holds(entry) for condition in self.conditions)


def parse(parameters: Iterable[tuple[str, str]], now: datetime) -> Query:
    """Reads the query string; raises QueryError, naming the text that is wrong."""
    conditions, count = [], DEFAULT_COUNT
    for name, text in parameters:
        if name == "count":
            count = _count(text)
        elif match := FIND.match(name):
            conditions.append(_condition(match["field"], match["operator"] or "eq", text))
    if not {"date", "dateString", "_id"} & {condition.field for condition in conditions}:
        earliest = int((now - DEFAULT_WINDOW).timestamp() * 1000)
        conditions.append(Condition("date", "gte", earliest))
    return Query(tuple(conditions), count)


def _count(text: str) -> int:
    if not text.isdigit():
        return DEFAULT_COUNT
    return int(text)


def _condition(field: str, name: str, text: str) -> Condition:
    if name not in OPERATORS:
        raise QueryError(f"unknown operator: ${name}")
    if field == "date":
        return Condition(field, name, _date(text))
    return Condition(field, name, _whole(text) if field in WHOLE_FIELDS else text)


def _date(text: str) -> int:
    try:
        return int(float(text))
    except ValueError:
        moment = _parsed(text.replace(" ", "+"))
    if moment is None:
        raise QueryError(f"Cannot parse {text} as a valid ISO-8601 date")
    return int(moment.timestamp() * 1000)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise QueryError(f"Cannot parse {text} as a whole number") from error


def _parsed(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment(condition: Condition) -> float | None:
    """A moment (epoch ms) no match lies beyond; for `dateString` the edge of the day it begins with."""
    if condition.field == "date":
        return float(condition.value)
    if condition.field != "dateString" or condition.operator == "eq":
        return None
    day = _parsed(str(condition.value)[:10])
    if day is None:
        return None
    edge = timedelta(days=1) if condition.operator in ("lt", "lte") else timedelta()
    return (day + edge).timestamp() * 1000 - bool(edge)
