"""Nightscout's fields: the column of each, its type, and what fits neither."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.raw.description import Kind
from pipelines.raw.set_apart import is_broken

KINDS: dict[str, Kind] = {
    "_id": "text",
    "type": "text",
    "sgv": "bigint",
    "date": "bigint",
    "date_string": "text",
    "trend": "bigint",
    "direction": "text",
    "device": "text",
    "utc_offset": "bigint",
    "sys_time": "text",
    "noise": "bigint",
    "filtered": "double",
    "unfiltered": "double",
    "rssi": "bigint",
    "delta": "double",
}
SENT_AS = {"date_string": "dateString", "utc_offset": "utcOffset", "sys_time": "sysTime"}
"""Nightscout's name where it is not that of the column."""
COLUMN_OF = {SENT_AS.get(column, column): column for column in KINDS}
LARGEST, LARGEST_DOUBLE = 2**63 - 1, 1e308


def typed(column: str, record: Mapping[str, Any]) -> Any:
    """The record's value for a column, or None where it is of another type."""
    value, kind = record.get(SENT_AS.get(column, column)), KINDS[column]
    if value is None or not fits(kind, value):
        return None
    return {"text": str, "bigint": int, "double": float}[kind](value)


def fits(kind: Kind, value: object) -> bool:
    """Whether a column of the kind takes the value as it is; null fits everywhere."""
    if value is None:
        return True
    if kind == "text":
        return isinstance(value, str) and not is_broken(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if kind == "double" or isinstance(value, int):
        return abs(value) <= (LARGEST if kind == "bigint" else LARGEST_DOUBLE)
    return abs(value) <= LARGEST and value.is_integer()


def takes(name: str, value: object) -> bool:
    """Whether a column takes the field as it is sent."""
    column = COLUMN_OF.get(name)
    return column is not None and fits(KINDS[column], value)
