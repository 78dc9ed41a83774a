"""When a person last looked at a deployment, kept between one console and the next."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_ACKNOWLEDGED = 1000


@dataclass(frozen=True, slots=True)
class LastSeen:
    """`at` by the clock here, `until` the newest run's moment by Dagster's; epoch seconds UTC."""

    at: float
    until: float


class LastSeenRecord:
    """The looks by deployment, in one file; one that can't be read or written is no matter."""

    def __init__(self, path: Path, place: str) -> None:
        self._path = path
        self._place = place

    def read(self) -> LastSeen | None:
        """None when nobody has looked from here yet."""
        found = self._all().get(self._place)
        if not isinstance(found, dict):
            return None
        at, until = found.get("at"), found.get("until")
        if not isinstance(at, int | float) or not isinstance(until, int | float):
            return None
        return LastSeen(float(at), float(until))

    def write(self, look: LastSeen) -> None:
        """Never earlier than what is there: another console may have looked meanwhile."""
        before = self.read()
        if before is not None and before.until > look.until:
            return
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new = self._path.with_suffix(".new")
            own = {"at": look.at, "until": look.until, "acknowledged": self.acknowledged()}
            new.write_text(json.dumps({**self._all(), self._place: own}), encoding="utf-8")
            new.replace(self._path)

    def acknowledged(self) -> list[str]:
        """Failed runs that somebody has said to know of, the newest last."""
        own = self._all().get(self._place)
        ids = own.get("acknowledged") if isinstance(own, dict) else None
        return [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []

    def acknowledge(self, runs: Iterable[str]) -> None:
        """Somebody knows of these failed runs."""
        known = list(dict.fromkeys((*self.acknowledged(), *runs)))[-MOST_ACKNOWLEDGED:]
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            before = self._all()
            own = before.get(self._place)
            entry = {**(own if isinstance(own, dict) else {}), "acknowledged": known}
            new = self._path.with_suffix(".new")
            new.write_text(json.dumps({**before, self._place: entry}), encoding="utf-8")
            new.replace(self._path)

    def _all(self) -> dict[str, object]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
