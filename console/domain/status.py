"""What a cell of assets × partitions can be, and how each state looks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class State(IntEnum):
    """The state of one partition of one asset, or of an unpartitioned asset."""

    OUTSIDE = 0
    """The asset's definition doesn't have this partition."""
    UNKNOWN = 1
    MISSING = 2
    MATERIALIZED = 3
    STALE = 4
    FAILED = 5
    RUNNING = 6
    QUEUED = 7

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown; the glyph alone tells states apart, colour only helps."""

    glyph: str
    ascii: str
    style: str
    """The name of a colour of the theme."""


LOOKS: dict[State, Look] = {
    State.OUTSIDE: Look(" ", " ", "dim"),
    State.UNKNOWN: Look("?", "?", "dim"),
    State.MISSING: Look("·", ".", "dim"),
    State.MATERIALIZED: Look("■", "#", "good"),
    State.STALE: Look("▒", "~", "warn"),
    State.FAILED: Look("✗", "x", "bad"),
    State.RUNNING: Look("▶", ">", "run"),
    State.QUEUED: Look("◌", "o", "wait"),
}

BAD = frozenset({State.MISSING, State.FAILED, State.STALE})
BUSY = frozenset({State.RUNNING, State.QUEUED})


_FRESH = bytes(State.MATERIALIZED if one == State.STALE else one for one in range(256))


@dataclass(frozen=True, slots=True)
class Row:
    """The states of one asset, in the order of its partition keys.

    An unpartitioned asset has one cell. `at` is when the server was asked, in
    epoch seconds UTC.
    """

    states: bytes
    at: float

    def without_stale(self) -> Row:
        """As the server tells it, which knows of no stale cells in bulk."""
        return Row(self.states.translate(_FRESH), self.at)

    def count(self, state: State) -> int:
        return self.states.count(int(state))

    @property
    def total(self) -> int:
        return len(self.states)

    @property
    def bad(self) -> int:
        return sum(self.count(state) for state in BAD)
