"""The history of visited screens, with a way back and forward."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 100


@dataclass(frozen=True, slots=True)
class Visit:
    """A screen by its name, and the run opened over it."""

    screen: str
    run: str = ""


class Visits:
    """The visited screens in order; `here` is the current one."""

    def __init__(self, first: Visit) -> None:
        self._visits = [first]
        self._index = 0

    @property
    def here(self) -> Visit:
        return self._visits[self._index]

    def go(self, visit: Visit) -> None:
        """Goes to another screen; drops the visits ahead and those beyond the last MOST."""
        if visit != self.here:
            self._visits = [*self._visits[: self._index + 1], visit][-MOST:]
            self._index = len(self._visits) - 1

    def step(self, direction: int) -> Visit | None:
        """Goes to the previous (-1) or next (1) visit and returns it; None at an end."""
        index = self._index + direction
        if not 0 <= index < len(self._visits):
            return None
        self._index = index
        return self.here
