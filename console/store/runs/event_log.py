"""The event log of a run as it grows, with the events that become visible late.

A database gives events their ids when they are written and shows them when they are committed,
so an event may appear behind a cursor that has passed it. Everything is read a second time,
some seconds after it was passed, and what came to light is put in its place.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.api import run_queries

if TYPE_CHECKING:
    from console.api.client import Client
    from console.domain.runs.events import Event

LATE_SECONDS = 5.0
"""An event is visible within this long of those written after it."""
HISTORY_SECONDS = 30.0
"""What is older than the newest event by so much was committed when it was read first."""
LONG_AGO_SECONDS = 600.0
"""A run that ended so long ago has no event that is still to be committed."""
BEHIND_AT_ONCE = 500
BEHIND_SECONDS = 2.0
"""What is to be read again is read together, in requests this far apart or so many events."""


class EventLog:
    """`events` in the log's order; `arrived` the same in the order that they were read."""

    def __init__(self, client: Client, run_id: str) -> None:
        self._client, self._run_id = client, run_id
        self.events: list[Event] = []
        self.arrived: list[Event] = []
        self.inserted: list[int] = []
        """Where events were put before others, in the order that it was done."""
        self.more = True
        """Whether pages are left, as far as the server said last."""
        self._cursor: str | None = None
        self._settled_cursor: str | None = None
        self._settled = 0
        """Events before this were read twice, or are too old to need it."""
        self._passed: list[tuple[int, float]] = []
        """How many events there were when the end was reached, and `time.monotonic()` then."""
        self._pages: list[tuple[int, str | None, float]] = []
        """While the log is read for the first time: count, cursor and newest time of each page."""
        self._caught_up = False
        self._read_behind_at = 0.0

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be read a second time."""
        return self._settled >= len(self.events)

    async def read_on(self) -> int:
        """The next page; how many events came. Raises ApiError."""
        page = await run_queries.log(self._client, self._run_id, self._cursor)
        self.events += page.events
        self.arrived += page.events
        self._cursor, self.more = page.cursor, page.more
        count = len(self.events)
        if page.events:
            self._passed.append((count, time.monotonic()))
        if not self._caught_up:
            newest = max((event.at for event in page.events), default=0.0)
            self._pages.append((count, page.cursor, newest))
        return len(page.events)

    def caught_up(self, ended: float | None) -> None:
        """All was read for the first time; `ended` is when the run ended, epoch seconds UTC."""
        if self._caught_up:
            return
        self._caught_up = True
        newest = max((at for _, _, at in self._pages), default=0.0)
        long_ago = ended is not None and ended < time.time() - LONG_AGO_SECONDS
        for count, cursor, at in self._pages:
            if not long_ago and at > newest - HISTORY_SECONDS:
                break
            self._settled, self._settled_cursor = count, cursor
        self._pages = []

    async def read_again(self) -> None:
        """Read what was passed a while ago a second time, as much as is due. Raises ApiError."""
        now = time.monotonic()
        due = self._due(now) if self._caught_up else 0
        if due - self._settled < BEHIND_AT_ONCE and now < self._read_behind_at:
            return
        self._read_behind_at = now + BEHIND_SECONDS
        while (left := self._due(now) - self._settled) > 0:
            await self._read_again(min(left, run_queries.PAGE_OF_EVENTS))

    def _due(self, now: float) -> int:
        """How many events, from the first on, were passed long enough ago."""
        return max((count for count, at in self._passed if at <= now - LATE_SECONDS), default=0)

    async def _read_again(self, limit: int) -> None:
        page = await run_queries.log(self._client, self._run_id, self._settled_cursor, limit)
        if not page.events:
            self._settled = self._due(time.monotonic())
            self._settled_cursor = self._cursor
        else:
            self._merge(page.events)
            self._settled += len(page.events)
            self._settled_cursor = page.cursor
        self._passed = [one for one in self._passed if one[0] > self._settled]

    def _merge(self, page: tuple[Event, ...]) -> None:
        """Merge a page; events that are not known yet came late."""
        for place, event in enumerate(page, self._settled):
            if place < len(self.events) and _same(self.events[place], event):
                continue
            self.events.insert(place, event)
            self.arrived.append(event)
            self.inserted.append(place)
            self._passed = [(count + (count > place), at) for count, at in self._passed]


def _same(known: Event, event: Event) -> bool:
    """A text that could not be sent once may be another time."""
    if known == event:
        return True
    if not (known.unreadable or event.unreadable):
        return False
    return (known.at, known.type, known.step) == (event.at, event.type, event.step)
