"""The event log of a run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """An error and its cause; the texts are the server's."""

    message: str
    class_name: str | None = None
    stack: tuple[str, ...] = ()
    cause: ErrorInfo | None = None
    cut: bool = False
    """Whether it has a cause that the server's answer leaves out."""

    @property
    def root(self) -> ErrorInfo:
        """The last cause, which is usually what went wrong."""
        error = self
        while error.cause is not None:
            error = error.cause
        return error

    @property
    def text(self) -> str:
        """The message and the stack, followed by those of each cause."""
        parts = [self.message.strip() or self.class_name or "", "".join(self.stack).rstrip()]
        if self.cause is not None:
            parts += ["", f"caused by {self.cause.text}"]
        if self.cut:
            parts += ["", CUT]
        return "\n".join(part for part in parts if part)

    @property
    def headline(self) -> str:
        """The main line of the root cause, with its class name once and without the module.

        Dagster's own `Failure` only wraps a message that someone chose, so the message stands
        alone. A message that holds a traceback is replaced by the traceback's last line.
        """
        root = self.root
        return f"{_headline_of(root)} {CUT}" if root.cut else _headline_of(root)

    @property
    def tells(self) -> bool:
        """Whether the root has a message beyond its class name."""
        name = (self.root.class_name or "").rsplit(".", 1)[-1]
        return self.root.message.strip().rsplit(".", 1)[-1] not in ("", name)


def _headline_of(error: ErrorInfo) -> str:
    traceback_end = end_of_traceback(error.message)
    line = traceback_end or _main_line(error.message)
    qualified = _QUALIFIED.match(line)
    if qualified is not None:
        words = line[qualified.end() :]
        return words if qualified[1] == "Failure" else f"{qualified[1]}: {words}"
    if traceback_end is not None:
        return traceback_end
    name = (error.class_name or "").rsplit(".", 1)[-1]
    return line if not name or f"{name}:" in line else f"{name}: {line}"


def _main_line(message: str) -> str:
    """The first line, or a syntax error's last line, which follows the file and the wrong line."""
    lines = message.strip().split("\n")
    return lines[-1].strip() if lines[0].startswith('File "') else lines[0]


CUT = "…cut"
"""Marks the place where the server's answer cuts off a chain of causes."""
_QUALIFIED = re.compile(r"(?:[A-Za-z_]\w*\.)+([A-Za-z_]\w*): ")
_TRACEBACK = "Traceback (most recent call last):"


def end_of_traceback(text: str) -> str | None:
    """The one-line error at the end of the last traceback within a text.

    It is None where there is no traceback, or where the traceback is cut off before its end.
    Line ends may be written as `\\n`, as they are in a quoted text.
    """
    _, marker, after = text.rpartition(_TRACEBACK)
    lines = after.replace("\\n", "\n").split("\n")[1:] if marker else []
    return next((line.strip() for line in lines if line.strip() and not line[0].isspace()), None)


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `at` is epoch seconds UTC, `type` is empty for a log message."""

    at: float
    level: str
    type: str
    message: str
    step: str | None = None
    error: ErrorInfo | None = None
    file_key: str | None = None
    """The key of the step's stdout and stderr, on a LOGS_CAPTURED event."""
    captured_steps: tuple[str, ...] = ()
    """The keys of the steps that write to that stdout and stderr."""
    unreadable: bool = False
    """Whether `message` replaces a text that the server can't send."""

    @property
    def bad(self) -> bool:
        return self.level in ("ERROR", "CRITICAL") or self.type in _BAD_TYPES


_BAD_TYPES = (
    "STEP_FAILURE",
    "RUN_FAILURE",
    "PIPELINE_FAILURE",
    "RESOURCE_INIT_FAILURE",
    "HOOK_ERRORED",
)

TERMINAL = {
    "RUN_SUCCESS": "SUCCESS",
    "RUN_FAILURE": "FAILURE",
    "RUN_CANCELED": "CANCELED",
    "PIPELINE_SUCCESS": "SUCCESS",
    "PIPELINE_FAILURE": "FAILURE",
    "PIPELINE_CANCELED": "CANCELED",
}
"""The event that ends a run, and the status it ends in."""


def reason(events: Iterable[Event]) -> str | None:
    """The reason a run failed, in one line: the first failed step's error, else the last error.

    A run that never started has its reason in an engine event before the failure event. The
    result is None when nothing went wrong.
    """
    bad = [event for event in events if event.bad]
    steps = [event for event in bad if event.type == "STEP_FAILURE" and event.error]
    errors = [event for event in bad if event.error]
    words = [event for event in bad if TERMINAL.get(event.type) is None]
    chosen = next(iter([*steps, *errors[-1:], *words[-1:], *bad[-1:]]), None)
    if chosen is None:
        return None
    if chosen.error is None:
        return end_of_traceback(chosen.message) or chosen.message
    return chosen.error.headline if chosen.error.tells else _engine_message(chosen, bad)


def _engine_message(failure: Event, bad: list[Event]) -> str:
    """The engine's last message before the failure, which says, say, that a process was killed."""
    engine_events = [event for event in bad[: bad.index(failure)] if event.type == "ENGINE_EVENT"]
    words = engine_events[-1].message.strip() if engine_events else ""
    return words.split("\n", 1)[0] or (failure.error.headline if failure.error else "")
