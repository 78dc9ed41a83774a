"""The event log of a run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """An error with what caused it; `stack` and each cause are texts of the server's."""

    message: str
    class_name: str | None = None
    stack: tuple[str, ...] = ()
    cause: ErrorInfo | None = None
    cut: bool = False
    """Whether it has a cause that could not be had: the server's answer ends here."""

    @property
    def root(self) -> ErrorInfo:
        """The last cause, which is mostly what went wrong."""
        error = self
        while error.cause is not None:
            error = error.cause
        return error

    @property
    def text(self) -> str:
        """All of it: the message, the stack, and the same of each cause."""
        parts = [self.message.strip() or self.class_name or "", "".join(self.stack).rstrip()]
        if self.cause is not None:
            parts += ["", f"caused by {self.cause.text}"]
        if self.cut:
            parts += ["", CUT]
        return "\n".join(part for part in parts if part)

    @property
    def headline(self) -> str:
        """The telling line of the root cause, its class name said once and without its module.

        Dagster's own `Failure` only wraps words that someone chose, so they stand alone. A text
        that holds a traceback only wraps the traceback's last line, which is used instead.
        """
        root = self.root
        return f"{_said(root)} {CUT}" if root.cut else _said(root)

    @property
    def tells(self) -> bool:
        """Whether there are words beyond the name of the root's class."""
        name = (self.root.class_name or "").rsplit(".", 1)[-1]
        return self.root.message.strip().rsplit(".", 1)[-1] not in ("", name)


def _said(error: ErrorInfo) -> str:
    wrapped = end_of_traceback(error.message)
    first = wrapped or _telling_line(error.message)
    qualified = _QUALIFIED.match(first)
    if qualified is not None:
        words = first[qualified.end() :]
        return words if qualified[1] == "Failure" else f"{qualified[1]}: {words}"
    if wrapped is not None:
        return wrapped
    name = (error.class_name or "").rsplit(".", 1)[-1]
    return first if not name or f"{name}:" in first else f"{name}: {first}"


def _telling_line(message: str) -> str:
    """The first line; of a syntax error the last, after the file and the line that is wrong."""
    lines = message.strip().split("\n")
    return lines[-1].strip() if lines[0].startswith('File "') else lines[0]


CUT = "…cut"
"""Stands where a chain of causes goes on that could not be had."""
_QUALIFIED = re.compile(r"(?:[A-Za-z_]\w*\.)+([A-Za-z_]\w*): ")
_TRACEBACK = "Traceback (most recent call last):"


def end_of_traceback(text: str) -> str | None:
    """The error that the last traceback within a text ends with, in one line.

    None where there is no traceback, or it was cut off before its end. Line ends may be written
    as `\\n`, as they are in a text that was quoted.
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
    """The keys of the steps whose stdout and stderr that is."""
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
    """Why a run failed, in one line: the first failed step's error, else the last error.

    A run that never started has its reason in an event of the engine, before the one that
    says that it failed. None when nothing went wrong.
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
    return chosen.error.headline if chosen.error.tells else _told_before(chosen, bad)


def _told_before(failure: Event, bad: list[Event]) -> str:
    """The message of the event before the failure, where the engine says that a process was killed."""
    before = [event for event in bad[: bad.index(failure)] if event.type == "ENGINE_EVENT"]
    words = before[-1].message.strip() if before else ""
    return words.split("\n", 1)[0] or (failure.error.headline if failure.error else "")
