"""How far the server's clock is from this one, by the date that its answers bear."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

CUT_SECONDS = 1.0
"""A header's date is cut to whole seconds (RFC 9110, 5.6.7)."""


def seconds_ahead(date: str | None, sent: float, answered: float) -> float | None:
    """How many seconds at least the server's clock is ahead; None where its date can't be read.

    `sent` and `answered` are when the question went and the answer came, epoch seconds UTC; a
    date between them is taken to be of the same clock.
    """
    try:
        there = parsedate_to_datetime(date or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(there - answered, 0.0) + min(there + CUT_SECONDS - sent, 0.0)


def nearest(before: float | None, now: float | None) -> float | None:
    """The smaller difference of two answers: a server that is busy may send a date that is old."""
    known = [one for one in (before, now) if one is not None]
    return min(known, key=abs, default=None)
