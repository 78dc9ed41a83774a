"""Records that can't be used, as they were sent, and the reason; and how a record is written down."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

NO_RECORD = "not a record"
TEXT_IS_BROKEN = "broken text"
"""Half of a surrogate pair, which is no character and which no table takes."""


@dataclass(frozen=True)
class SetApart:
    """A record of a day's answer that can't be used; `record` is the JSON as sent."""

    key: str
    """The record's own id, or where it has none one that is made of its content."""
    day: date
    reason: str
    record: str
    elsewhere: bool = False
    """Whether it belongs to another day, so that it says nothing of what is stored there."""


@dataclass(frozen=True)
class Answered:
    """A source's answer for a day, with each record judged usable or set apart."""

    records: Sequence[dict[str, Any]] = ()
    apart: Sequence[SetApart] = ()
    is_whole: bool = False
    """Whether it is all that the source has of the day, so that what is missing was deleted."""
    fetched: int = 0


def as_sent(record: object) -> str:
    """The record as JSON in ASCII, its fields in the order of their names."""
    return json.dumps(record, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def is_text(value: object) -> bool:
    """Whether it is a text that a table takes and that isn't empty."""
    return isinstance(value, str) and bool(value) and not is_broken(value)


def is_broken(text: str) -> bool:
    """Whether the text holds half of a surrogate pair."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def key_of(record: object, name: str) -> str:
    """The record's id under `name`, or `sha1:` and the digest of all of it."""
    if isinstance(record, dict) and is_text(record.get(name)):
        return str(record[name])
    return f"sha1:{hashlib.sha1(as_sent(record).encode()).hexdigest()}"


def reasons(apart: Sequence[SetApart]) -> dict[str, int]:
    """The number of records set apart for each reason, the commonest first."""
    return dict(Counter(each.reason for each in apart).most_common())


def too_many(
    usable: int, reasons: Sequence[str], uncounted: Collection[str], expected: int, share: float
) -> bool:
    """Whether so much of a day is set apart that it is the day that is wrong.

    Reasons in `uncounted` don't tell against the day. Of a day with less than the `expected` rows,
    the share is of those: one wrong row among three is a wrong row.
    """
    counted = sum(reason not in uncounted for reason in reasons)
    return counted > share * max(usable + counted, expected)
