"""A stretch of a run's log, and of what its steps print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.runs.events import Event


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events of a run; `cursor` asks for those that follow, `more` whether there are any."""

    events: tuple[Event, ...]
    cursor: str | None
    more: bool


@dataclass(frozen=True, slots=True)
class CapturedOutput:
    """A stretch of stdout and stderr; `cursor` asks for what follows."""

    stdout: str
    stderr: str
    cursor: str | None
