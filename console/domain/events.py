"""The event log of a run."""

from __future__ import annotations

import re
from dataclasses import dataclass


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
