"""The times of partitions, read from the text of their keys.

Only a definition's keys are known here, and a key is the time at which its window begins, in
some form. A form fits a list when it reads every key and the days ascend, as time windows do;
this tells `03.04.2026` from `04/03/2026`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Level(IntEnum):
    """The span of time that a column holds."""

    MINUTE = 0
    HOUR = 1
    DAY = 2
    WEEK = 3
    MONTH = 4

    @property
    def word(self) -> str:
        return self.name.lower()


_TIME = r"(?:[-T _]?(?P<H>\d\d)(?::?(?P<M>\d\d))?.*)?"
_FORMS = tuple(
    re.compile(pattern + _TIME + "$", re.ASCII)
    for pattern in (
        r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)",
        r"(?P<y>\d{4})-(?P<m>\d\d)(?!\d)(?!-\d)",
        r"(?P<y>\d{4})/(?P<m>\d\d)/(?P<d>\d\d)",
        r"(?P<y>\d{4})\.(?P<m>\d\d)\.(?P<d>\d\d)",
        r"(?P<y>\d{4})_(?P<m>\d\d)_(?P<d>\d\d)",
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
        r"(?P<d>\d\d)[./-](?P<m>\d\d)[./-](?P<y>\d{4})",
        r"(?P<m>\d\d)[./-](?P<d>\d\d)[./-](?P<y>\d{4})",
    )
)
_LENGTHS = {Level.MINUTE: 16, Level.HOUR: 13, Level.DAY: 10, Level.MONTH: 7}
MOST_COLUMNS = 40_000
_MOST_TWICE = 0.005
"""The share of keys that may repeat an hour, since one hour occurs twice each autumn."""


@dataclass(frozen=True)
class Times:
    """The start of each key's time window, `2026-11-20` or `2026-11-20T14:00`.

    It is the clock time that the keys are written in, so an hour that a clock change repeats
    occurs twice.
    """

    texts: tuple[str, ...]

    @cached_property
    def level(self) -> Level:
        """The coarsest level at which the keys still differ."""
        days = list(dict.fromkeys(text[:10] for text in self.texts))
        if len(days) < len(self.texts) * (1 - _MOST_TWICE) - 1:
            hours = len({text[:13] for text in self.texts})
            apart = hours >= len(self.texts) * (1 - _MOST_TWICE) - 1
            return Level.HOUR if apart else Level.MINUTE
        if len(days) == 1:
            return Level.DAY if len(self.texts[0]) == 10 else Level.HOUR
        gap = min(_ordinal(b) - _ordinal(a) for a, b in pairwise(days))
        return Level.MONTH if gap >= 28 else Level.WEEK if gap >= 7 else Level.DAY

    def at(self, level: Level) -> tuple[str, ...]:
        """The start of the minute, hour, day, week or month that each key is in."""
        cut = self._at.get(level)
        if cut is None:
            cut = self._at[level] = _cut(self.texts, level)
        return cut

    @cached_property
    def _at(self) -> dict[Level, tuple[str, ...]]:
        return {}


def times_of(keys: Sequence[str]) -> Times | None:
    """The times that the keys denote; None where they aren't times."""
    for form in _FORMS:
        texts = _read(form, keys)
        if texts is not None:
            return Times(texts)
    return None


def unbroken(first: str, last: str, level: Level) -> tuple[str, ...]:
    """All values of `Times.at` from `first` to `last`; empty for minutes and for too many values."""
    start, end = (_ordinal(f"{text[:10]}-01"[:10]) for text in (first, last))
    if level is Level.MINUTE or (end - start) * (24 if level is Level.HOUR else 1) > MOST_COLUMNS:
        return ()
    days = [date.fromordinal(day) for day in range(start, end + 1)]
    if level is Level.HOUR:
        return tuple(f"{day}T{hour:02}" for day in days for hour in range(24))
    if level is Level.WEEK:
        return tuple(day.isoformat() for day in days[::7])
    if level is Level.MONTH:
        return tuple(f"{day:%Y-%m}" for day in days if day.day == 1)
    return tuple(day.isoformat() for day in days)


def _read(form: re.Pattern[str], keys: Sequence[str]) -> tuple[str, ...] | None:
    texts, days, last = [], dict[str, bool](), ""
    for key in keys:
        match = form.match(key)
        if match is None:
            return None
        parts = match.groupdict()
        day = f"{parts['y']}-{parts['m']}-{parts.get('d') or '01'}"
        if day < last or not days.setdefault(day, _exists(day)):
            return None
        last = day
        hour = parts["H"]
        texts.append(day if hour is None else f"{day}T{hour}:{parts['M'] or '00'}")
    return tuple(texts) or None


def _cut(texts: tuple[str, ...], level: Level) -> tuple[str, ...]:
    if level is Level.WEEK:
        mondays = {text[:10]: _monday(text[:10]) for text in texts}
        return tuple(mondays[text[:10]] for text in texts)
    return tuple(text[: _LENGTHS[level]] for text in texts)


def _monday(day: str) -> str:
    number = _ordinal(day)
    return date.fromordinal(max(number - (number - 1) % 7, 1)).isoformat()


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True
