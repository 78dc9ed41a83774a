"""The way through the screens: where one came from, and forward again."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 100


@dataclass(frozen=True, slots=True)
class Visit:
    """A screen by its name, and the run that is open over it."""

    screen: str
    run: str = ""


class Visits:
    """The visited screens in order; `here` is the one in sight."""

    def __init__(self, first: Visit) -> None:
        self._visits = [first]
        self._at = 0

    @property
    def here(self) -> Visit:
        return self._visits[self._at]

    def go(self, visit: Visit) -> None:
        """Another is looked at: what was ahead is forgotten, and what is older than MOST."""
        if visit != self.here:
            self._visits = [*self._visits[: self._at + 1], visit][-MOST:]
            self._at = len(self._visits) - 1

    def step(self, direction: int) -> Visit | None:
        """The one before (-1) or after (1), which is looked at from then on; None at an end."""
        at = self._at + direction
        if not 0 <= at < len(self._visits):
            return None
        self._at = at
        return self.here
