"""Estimates how far the server's clock is ahead, by the date header of its answers."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

CUT_SECONDS = 1.0
"""The most that a date header is too early, as it is cut to whole seconds (RFC 9110, 5.6.7)."""


def seconds_ahead(date: str | None, sent: float, answered: float) -> float | None:
    """The least seconds that the server's clock is ahead; None where its date can't be read.

    `sent` and `answered` are the times of question and answer, epoch seconds UTC; a date
    between them counts as no difference.
    """
    try:
        server_time = parsedate_to_datetime(date or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(server_time - answered, 0.0) + min(server_time + CUT_SECONDS - sent, 0.0)


def nearest(before: float | None, now: float | None) -> float | None:
    """The smaller of two differences, as a busy server may send an old date."""
    known = [difference for difference in (before, now) if difference is not None]
    return min(known, key=abs, default=None)
