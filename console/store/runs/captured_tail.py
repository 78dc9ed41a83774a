"""The end of what steps printed to one file, and what follows while it grows.

The server can be asked for any stretch by its offset in bytes, never for the size. A stretch
that begins at or beyond the end leaves the cursor where it is, so the end is searched for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from console.api import run_queries
from console.domain.runs.captured import Tail

if TYPE_CHECKING:
    from console.api.client import Client

Offsets = tuple[int, int]
"""Bytes of stdout and of stderr, as the server's cursor has them."""
STREAMS = ("stdout", "stderr")
TAIL = run_queries.PAGE_OF_OUTPUT
"""At least so many bytes of a stream are read; all of it where there are fewer."""
STRIDE = 16
"""An offset beyond the end is looked for in steps of so many times the last."""
NEAR = 64 * 1024
"""The end is searched for until it is known to so many bytes."""


class CapturedTail:
    """stdout and stderr of one file, from `TAIL` bytes before their ends on."""

    def __init__(self, client: Client, run_id: str, file_key: str) -> None:
        self._client = client
        self._log = (run_id, file_key)
        self._cursor: str | None = None
        self._tails = (Tail(), Tail())
        self._reading = asyncio.Lock()

    def of(self, stream: str) -> Tail:
        """What was read of `stdout` or `stderr`."""
        return self._tails[STREAMS.index(stream)]

    async def read_on(self) -> None:
        """Read to the end, as it is now, one reader after the other. Raises ApiError."""
        async with self._reading:
            if self._cursor is None:
                await self._begin()
            while await self._read_page():
                pass

    async def _begin(self) -> None:
        """Take the first page, or go to where the end is near when that is not all."""
        if not await self._read_page():
            return
        reached = _offsets(self._cursor)
        if reached is None or max(reached) < TAIL:
            return
        out, err = await self._near_end(reached)
        starts = (max(out - TAIL, 0), max(err - TAIL, 0))
        self._tails = (Tail(skipped=starts[0]), Tail(skipped=starts[1]))
        self._cursor = f"{starts[0]}:{starts[1]}"

    async def _near_end(self, low: Offsets) -> Offsets:
        """Offsets that both streams have reached and end within `NEAR` bytes of."""
        high = (STRIDE * max(low[0], TAIL), STRIDE * max(low[1], TAIL))
        while any(there := await self._goes_beyond(high)):
            low = _chosen(there, high, low)
            high = _chosen(there, (STRIDE * high[0], STRIDE * high[1]), high)
        while max(high[0] - low[0], high[1] - low[1]) > NEAR:
            middle = ((low[0] + high[0]) // 2, (low[1] + high[1]) // 2)
            there = await self._goes_beyond(middle)
            low, high = _chosen(there, middle, low), _chosen(there, high, middle)
        return low

    async def _goes_beyond(self, offsets: Offsets) -> tuple[bool, bool]:
        """Whether stdout and stderr have a byte at these offsets."""
        cursor = f"{offsets[0]}:{offsets[1]}"
        found = await run_queries.output(self._client, *self._log, cursor, limit=1)
        after = _offsets(found.cursor) or offsets
        return after[0] > offsets[0], after[1] > offsets[1]

    async def _read_page(self) -> bool:
        """Whether there was anything."""
        before = self._cursor
        found = await run_queries.output(self._client, *self._log, before)
        self._cursor = found.cursor or before
        ends = _offsets(self._cursor)
        texts = (found.stdout, found.stderr)
        self._tails = (
            _grown(self._tails[0], texts[0], ends and ends[0]),
            _grown(self._tails[1], texts[1], ends and ends[1]),
        )
        return any(texts) and self._cursor != before


def _grown(tail: Tail, more: str, end: int | None) -> Tail:
    """A cursor of another form than offsets tells no size, so what came is counted."""
    if not more:
        return tail
    return tail.grown(more, tail.size + len(more.encode()) if end is None else end)


def _chosen(there: tuple[bool, bool], yes: Offsets, no: Offsets) -> Offsets:
    return (yes[0] if there[0] else no[0], yes[1] if there[1] else no[1])


def _offsets(cursor: str | None) -> Offsets | None:
    out, _, err = (cursor or "").partition(":")
    return (int(out), int(err)) if out.isdecimal() and err.isdecimal() else None
