"""One run that is looked at: its steps, its event log as it grows, and what it prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import run_queries
from console.domain.errors import NotFound
from console.domain.runs.events import TERMINAL
from console.store.runs.captured_tail import CapturedTail
from console.store.runs.event_log import EventLog
from console.store.signals import Signals, Topic

if TYPE_CHECKING:
    from console.api.client import Client
    from console.domain.runs.events import Event
    from console.domain.runs.run import Run, Step

FOLLOW_SECONDS = 1.0
LATE_LOOKS = 3
"""Events may follow the one that ends a run, so a few looks come after it."""


class RunWatch:
    """Reads a run from its beginning to its end and a little beyond."""

    name = "the run"

    def __init__(self, client: Client, run_id: str) -> None:
        self.id = run_id
        self.signals = Signals()
        self.run: Run | None = None
        self.steps: tuple[Step, ...] = ()
        self.missing = ""
        """Why there is nothing to watch: Dagster's words for a run it doesn't know."""
        self.log = EventLog(client, run_id)
        self.captured: dict[str, CapturedTail] = {}
        """What was read of each file of steps' output, by its key."""
        self._client = client
        self._late = LATE_LOOKS
        self.wants_output = False

    @property
    def ended(self) -> bool:
        return self.run is not None and self.run.status.ended

    @property
    def interval(self) -> float | None:
        """Seconds till the next look; None when all was read."""
        if self.missing:
            return None
        if self.log.more:
            return 0.0
        return FOLLOW_SECONDS if self._late > 0 or not self.log.settled else None

    @property
    def events(self) -> list[Event]:
        """All that was read, in the log's order."""
        return self.log.events

    @property
    def file_keys(self) -> list[str]:
        """Where steps' stdout and stderr are, in the order the log names them."""
        return list(dict.fromkeys(event.file_key for event in self.events if event.file_key))

    @property
    def read(self) -> bool:
        """Whether the log was read to its end, as it was then."""
        return not self.log.more

    @property
    def planned(self) -> list[str]:
        """The steps that the log says will run, in its order."""
        steps = (event.step for event in self.events if event.type.endswith("_PLANNED"))
        return list(dict.fromkeys(step for step in steps if step))

    async def look(self) -> None:
        """Read the next page of the log, and the run itself when the log is read. Raises ApiError."""
        try:
            await self._look()
        except NotFound as error:
            self.missing = str(error) or "no such run"
        self.signals.tell(Topic.RUN)

    async def _look(self) -> None:
        came = await self.log.read_on()
        if self.run is None or not self.log.more:
            self.run, self.steps = await run_queries.run(self._client, self.id)
        if not self.log.more:
            self.log.caught_up(self.run.ended if self.ended else None)
            await self.log.read_again()
        if self.wants_output:
            await self._read_outputs()
        if self.ended and not self.log.more:
            self._late = LATE_LOOKS if came else self._late - 1

    async def read_output(self) -> None:
        """Read what steps printed, from now on with every look. Raises ApiError."""
        self.wants_output = True
        await self._read_outputs()
        self.signals.tell(Topic.RUN)

    async def _read_outputs(self) -> None:
        for file_key in self.file_keys:
            tail = self.captured.setdefault(file_key, CapturedTail(self._client, self.id, file_key))
            await tail.read_on()

    def terminal_status(self) -> str | None:
        """The status that the log itself ends in."""
        return next((TERMINAL[e.type] for e in reversed(self.events) if e.type in TERMINAL), None)
