"""The state that a deployment keeps between commands, in one small file written atomically."""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from pipelines.deployment.processes import Identity


class State(BaseModel):
    """Ports and the first day stay as first chosen; processes are those last started."""

    first_day: date | None = None
    lakehouse: Literal["embedded", "stack"] | None = None
    """Where the home's tables are, as its first start had it."""
    ports: dict[str, int] = {}
    processes: dict[str, Identity] = {}


def read_state(path: Path) -> State:
    """The state kept in `path`; an empty one when there is none or it is damaged."""
    try:
        return State.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return State()


def write_atomically(path: Path, text: str) -> None:
    """Replaces `path`, readable by its owner only, so that no reader sees half of it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
