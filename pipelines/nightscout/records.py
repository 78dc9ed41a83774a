"""Judges each record that a Nightscout server sends: a reading, or set apart with the reason."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.nightscout.fields import KINDS, typed
from pipelines.raw.set_apart import NO_RECORD, Answered, SetApart, as_sent, is_text, key_of

LOWEST_MG_DL, HIGHEST_MG_DL = 20, 600
LAST_ERROR_CODE = 12
"""Dexcom's receivers send what is wrong with the sensor as a glucose of 0 to 12."""
CLOCK_TOLERANCE = timedelta(minutes=10)
"""A phone's clock may be ahead of this machine's by so much."""
RATES = {
    "DoubleUp",
    "SingleUp",
    "FortyFiveUp",
    "Flat",
    "FortyFiveDown",
    "SingleDown",
    "DoubleDown",
}
"""Directions that are computed from readings, so that none comes with an error code."""

NO_ID = "no _id"
OTHER_TYPE = "of another type"
NO_DATE = "no date"
OTHER_DAY = "outside the day asked for"
FUTURE = "in the future"
NO_VALUE = "no value"
NO_NUMBER = "value is no number"
ERROR_CODE = "sensor error code"
TOO_LOW = f"below {LOWEST_MG_DL} mg/dL"
TOO_HIGH = f"above {HIGHEST_MG_DL} mg/dL"
UNCOUNTED = frozenset({OTHER_TYPE, OTHER_DAY, FUTURE, ERROR_CODE})
"""Reasons that say nothing against the day: what a server sends besides, and a sensor's own word."""


def judged(
    sent: Sequence[Any], day: date, window: tuple[int, int], now: datetime, *, is_whole: bool
) -> Answered:
    """The records of one day's answer; `window` is the day's first and last epoch millisecond."""
    usable: dict[str, dict[str, Any]] = {}
    apart: dict[str, SetApart] = {}
    for record in sent:
        reason = reason_against(record, window, now)
        key = key_of(record, "_id")
        if reason is None:
            usable[key] = as_reading(record)
        else:
            apart[key] = SetApart(key, day, reason, as_sent(record), _is_outside(record, window))
    kept = [each for key, each in apart.items() if key not in usable]
    is_whole = is_whole and not any(each.elsewhere for each in kept)
    return Answered(list(usable.values()), _units(kept, usable), is_whole, fetched=len(sent))


def _is_outside(record: Any, window: tuple[int, int]) -> bool:
    moment = moment_of(record) if isinstance(record, Mapping) else None
    return moment is not None and not window[0] <= moment <= window[1]


def reason_against(record: Any, window: tuple[int, int], now: datetime) -> str | None:
    """Why the record is no reading of the window; None where it is one."""
    if not isinstance(record, Mapping):
        return NO_RECORD
    if record.get("type") not in (None, "sgv"):
        return OTHER_TYPE
    if not is_text(record.get("_id")):
        return NO_ID
    moment = moment_of(record)
    if moment is None:
        return NO_DATE
    if moment > (now + CLOCK_TOLERANCE).timestamp() * 1000:
        return FUTURE
    if not window[0] <= moment <= window[1]:
        return OTHER_DAY
    return _against_value(record.get("sgv"))


def _against_value(sent: object) -> str | None:
    if sent is None:
        return NO_VALUE
    value = number(sent)
    if value is None:
        return NO_NUMBER
    if value <= LAST_ERROR_CODE and value == int(value):
        return ERROR_CODE
    if value < LOWEST_MG_DL:
        return TOO_LOW
    return TOO_HIGH if value > HIGHEST_MG_DL else None


def _units(apart: Sequence[SetApart], usable: Mapping[str, Any]) -> list[SetApart]:
    """Codes that most of a day has, with a rate beside them, are values in another unit."""
    codes = [each for each in apart if each.reason == ERROR_CODE]
    with_rate = sum(any(f'"direction":"{rate}"' in each.record for rate in RATES) for each in codes)
    if 2 * with_rate <= len(codes) + len(usable):
        return list(apart)
    return [replace(each, reason=TOO_LOW) if each.reason == ERROR_CODE else each for each in apart]


def number(sent: object) -> float | None:
    """A finite number, or a text that is one; a truth value is none."""
    if isinstance(sent, bool) or not isinstance(sent, int | float | str):
        return None
    try:
        value = float(sent)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def moment_of(record: Mapping[str, Any]) -> int | None:
    """The epoch millisecond of `date`, or where there is none of a whole `dateString`."""
    sent = number(record.get("date"))
    if sent:
        return round(sent) if abs(sent) < 1e15 else None
    try:
        moment = datetime.fromisoformat(record.get("dateString", ""))
    except (TypeError, ValueError):
        return None
    return round(moment.timestamp() * 1000) if moment.tzinfo else None


def as_reading(record: Mapping[str, Any]) -> dict[str, Any]:
    """The reading under the names of the table's columns; what doesn't fit its column is null there.

    A value with a fraction is rounded to whole mg/dL; `record` has it as it was sent.
    """
    value = number(record["sgv"])
    assert value is not None
    columns = {column: typed(column, record) for column in KINDS}
    return columns | {"sgv": round(value), "date": moment_of(record), "record": as_sent(record)}


def moment(milliseconds: int) -> datetime:
    """The aware UTC moment of an epoch millisecond."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
