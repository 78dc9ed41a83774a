"""Pages of a run's log and of its steps' output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.runs.events import Event


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events of a run; `cursor` asks for the next page, `more` tells whether there is one."""

    events: tuple[Event, ...]
    cursor: str | None
    more: bool


@dataclass(frozen=True, slots=True)
class CapturedOutput:
    """A stretch of stdout and stderr; `cursor` asks for the next one."""

    stdout: str
    stderr: str
    cursor: str | None
