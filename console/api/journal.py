"""Records every mutation: the user, the mutation, the server and the answer."""

from __future__ import annotations

import getpass
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from console.redaction import redacted

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Journal:
    """A file with one JSON line per entry, without credentials, created at the first entry.

    `write` raises OSError if the entry can't be written; the mutation is then not sent.
    """

    path: Path

    def write(self, url: str, mutation: str, variables: dict[str, Any], outcome: object) -> None:
        entry = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "user": user_name(),
            "url": url,
            "mutation": mutation,
            "variables": variables,
            "outcome": outcome,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(redacted(json.dumps(entry)) + "\n")


def user_name() -> str:
    """The name, or else the number, of the user who runs this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
