"""The record of every mutation: who sent what where, and what was answered."""

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
    """One JSON line an entry, no credential in it; `path` is made when the first is written.

    Raises OSError where the record can't be written: a mutation without a record is
    not sent.
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
    """Who runs this process, by name or number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
