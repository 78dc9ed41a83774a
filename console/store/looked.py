"""When a person last looked at a deployment, kept between one console and the next."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Look:
    """`at` by the clock here, `until` the newest run's moment by Dagster's; epoch seconds UTC."""

    at: float
    until: float


class Looked:
    """The looks by deployment, in one file; one that can't be read or written is no matter."""

    def __init__(self, path: Path, place: str) -> None:
        self._path = path
        self._place = place

    def read(self) -> Look | None:
        """None when nobody has looked from here yet."""
        found = self._all().get(self._place)
        if not isinstance(found, dict):
            return None
        at, until = found.get("at"), found.get("until")
        if not isinstance(at, int | float) or not isinstance(until, int | float):
            return None
        return Look(float(at), float(until))

    def write(self, look: Look) -> None:
        """Never earlier than what is there: another console may have looked meanwhile."""
        before = self.read()
        if before is not None and before.until > look.until:
            return
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new = self._path.with_suffix(".new")
            told = {**self._all(), self._place: {"at": look.at, "until": look.until}}
            new.write_text(json.dumps(told), encoding="utf-8")
            new.replace(self._path)

    def _all(self) -> dict[str, object]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
