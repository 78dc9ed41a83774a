"""When a server was last heard of, and how long it has been silent."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class SignsOfLife:
    """Questions and answers by when they were; moments are those of `time.monotonic()`."""

    def __init__(self) -> None:
        self._waiting = 0
        self._last_asked = time.monotonic()
        self._last_answer = 0.0
        self._unanswered_since: float | None = None
        """When the first question after the last answer was asked, be it given up meanwhile."""

    @contextmanager
    def waiting(self) -> Iterator[float]:
        """A question is on its way; gives the moment at which it was sent."""
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
        """Something has just come from the server."""
        self._last_answer = time.monotonic()
        self._unanswered_since = None

    def refused(self) -> None:
        """There is no line to the server, which is no silence."""
        self._unanswered_since = None

    def answered_after(self, moment: float) -> bool:
        return self._last_answer > moment

    def silent_seconds(self) -> float:
        """How long ago the first question was asked that nothing was answered after."""
        since = self._unanswered_since
        return 0.0 if since is None else time.monotonic() - since

    def unasked_seconds(self) -> float:
        """How long nothing has been asked."""
        return time.monotonic() - self._last_asked
