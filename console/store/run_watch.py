"""One run that is looked at: its steps, and its event log as it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import run_queries
from console.api.errors import NotFound
from console.domain.events import TERMINAL
from console.store.signals import Signals, Topic

if TYPE_CHECKING:
    from console.api.client import Client
    from console.domain.events import Event
    from console.domain.runs import Run, Step

FOLLOW_SECONDS = 1.0
LATE_LOOKS = 3
"""Events may follow the one that ends a run, so a few looks come after it."""


class RunWatch:
    """Reads a run from its beginning to its end and a little beyond."""

    def __init__(self, client: Client, run_id: str) -> None:
        self.id = run_id
        self.signals = Signals()
        self.run: Run | None = None
        self.steps: tuple[Step, ...] = ()
        self.missing = ""
        """Why there is nothing to watch: Dagster's words for a run it doesn't know."""
        self.events: list[Event] = []
        self.stdout: dict[str, str] = {}
        self.stderr: dict[str, str] = {}
        self._client = client
        self._cursor: str | None = None
        self._more = True
        self._late = LATE_LOOKS
        self._output_cursors: dict[str, str | None] = {}
        self.wants_output = False

    @property
    def ended(self) -> bool:
        return self.run is not None and self.run.status.ended

    @property
    def interval(self) -> float | None:
        """Seconds till the next look; None when all was read."""
        if self.missing:
            return None
        if self._more:
            return 0.0
        return FOLLOW_SECONDS if self._late > 0 else None

    @property
    def file_keys(self) -> list[str]:
        """Where steps' stdout and stderr are, in the order the log names them."""
        return list(dict.fromkeys(event.file_key for event in self.events if event.file_key))

    @property
    def read(self) -> bool:
        """Whether the log was read to its end, as it was then."""
        return not self._more

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
        page = await run_queries.log(self._client, self.id, self._cursor)
        self.events += page.events
        self._cursor, self._more = page.cursor, page.more
        if self.run is None or not self._more:
            self.run, self.steps = await run_queries.run(self._client, self.id)
        if self.wants_output:
            await self._read_outputs()
        if self.ended and not self._more:
            self._late = LATE_LOOKS if page.events else self._late - 1

    async def read_output(self) -> None:
        """Read what steps printed, from now on with every look. Raises ApiError."""
        self.wants_output = True
        await self._read_outputs()
        self.signals.tell(Topic.RUN)

    async def _read_outputs(self) -> None:
        for file_key in self.file_keys:
            while await self._read_output(file_key):
                pass

    async def _read_output(self, file_key: str) -> bool:
        """One stretch; whether there was anything."""
        cursor = self._output_cursors.get(file_key)
        found = await run_queries.output(self._client, self.id, file_key, cursor)
        self.stdout[file_key] = self.stdout.get(file_key, "") + found.stdout
        self.stderr[file_key] = self.stderr.get(file_key, "") + found.stderr
        self._output_cursors[file_key] = found.cursor or cursor
        return bool(found.stdout or found.stderr) and found.cursor != cursor

    def terminal_status(self) -> str | None:
        """The status that the log itself ends in."""
        return next((TERMINAL[e.type] for e in reversed(self.events) if e.type in TERMINAL), None)
