"""Tracks when a server last answered, and how long it has been silent."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class SignsOfLife:
    """The times of questions and answers, by `time.monotonic()`."""

    def __init__(self) -> None:
        self._waiting = 0
        self._last_asked = time.monotonic()
        self._last_answer = 0.0
        self._unanswered_since: float | None = None
        """The time of the first question after the last answer, even if it was given up."""

    @contextmanager
    def waiting(self) -> Iterator[float]:
        """Notes a question as under way; yields the moment at which it was sent."""
        now = time.monotonic()
        self._last_asked = now
        self._waiting += 1
        if self._unanswered_since is None:
            self._unanswered_since = now
        try:
            yield now
        except asyncio.CancelledError:
            if self._waiting == 1:
                self._unanswered_since = None
            raise
        finally:
            self._waiting -= 1

    def answered(self) -> None:
        """Notes an answer from the server."""
        self._last_answer = time.monotonic()
        self._unanswered_since = None

    def refused(self) -> None:
        """Notes that there is no connection to the server, which doesn't count as silence."""
        self._unanswered_since = None

    def answered_after(self, moment: float) -> bool:
        return self._last_answer > moment

    def silent_seconds(self) -> float:
        """The seconds since the first question after the last answer."""
        since = self._unanswered_since
        return 0.0 if since is None else time.monotonic() - since

    def unasked_seconds(self) -> float:
        """The seconds since the last question."""
        return time.monotonic() - self._last_asked
