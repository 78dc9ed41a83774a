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
        return "\n".join(part for part in parts if part)

    @property
    def headline(self) -> str:
        """The first line of the root cause, its class name said once and without its module.

        Dagster's own `Failure` only wraps words that someone chose, so they stand alone.
        """
        first = self.root.message.strip().split("\n", 1)[0]
        qualified = _QUALIFIED.match(first)
        if qualified is not None:
            words = first[qualified.end() :]
            return words if qualified[1] == "Failure" else f"{qualified[1]}: {words}"
        name = (self.root.class_name or "").rsplit(".", 1)[-1]
        return first if not name or f"{name}:" in first else f"{name}: {first}"


_QUALIFIED = re.compile(r"(?:[A-Za-z_]\w*\.)+([A-Za-z_]\w*): ")


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
    """Where stdout and stderr of the step are, on a LOGS_CAPTURED event."""

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
    return chosen.error.headline if chosen.error else chosen.message
