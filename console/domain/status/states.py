"""The states of a cell of assets × partitions, and how each is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


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
class StateStyle:
    """The glyph and colour of a state; the glyph alone tells states apart."""

    glyph: str
    ascii: str
    style: str
    """The name of one of the theme's colours."""


LOOKS: dict[State, StateStyle] = {
    State.OUTSIDE: StateStyle(" ", " ", "dim"),
    State.UNKNOWN: StateStyle("?", "?", "dim"),
    State.MISSING: StateStyle("·", ".", "dim"),
    State.MATERIALIZED: StateStyle("■", "#", "good"),
    State.STALE: StateStyle("▒", "~", "warn"),
    State.FAILED: StateStyle("✗", "x", "bad"),
    State.RUNNING: StateStyle("▶", ">", "run"),
    State.QUEUED: StateStyle("◌", "o", "wait"),
}

BAD = frozenset({State.MISSING, State.FAILED, State.STALE})
BUSY = frozenset({State.RUNNING, State.QUEUED})

CHECK_FAILED = 0x10
"""The bit added to the byte of a materialized or stale cell with a failed check."""
CHECK_LOOK = StateStyle("!", "!", "bad")

FROM_BEST = (
    State.OUTSIDE,
    State.MATERIALIZED,
    State.RUNNING,
    State.QUEUED,
    State.UNKNOWN,
    State.STALE,
    State.MATERIALIZED | CHECK_FAILED,
    State.STALE | CHECK_FAILED,
    State.MISSING,
    State.FAILED,
)
"""The states from best to worst; several cells are shown as the worst of them."""
_RANKS = bytes(FROM_BEST.index(byte) if byte in FROM_BEST else 0 for byte in range(256))
_CELLS = bytes(FROM_BEST) + bytes(256 - len(FROM_BEST))
_STATES = tuple(State)
_IS_BAD = bytes(byte in FROM_BEST[5:] for byte in range(256))
_FLAGGED = bytes(
    byte | CHECK_FAILED if byte | CHECK_FAILED in FROM_BEST else byte for byte in range(256)
)


def state_of(cell: int) -> State:
    """The state in a cell's byte, without the bit for checks."""
    return _STATES[cell & 7]


def bad_cells(cells: bytes) -> bytes:
    """1 for each cell that is missing, failed, stale or has a failed check, else 0."""
    return cells.translate(_IS_BAD)


def with_failed_check(cells: bytes) -> bytes:
    """The cells, with the bit for a failed check on each materialized or stale one."""
    return cells.translate(_FLAGGED)


def worst_of_each(stretches: Iterable[bytes]) -> bytes:
    """The worst cell of each stretch; no stretch may be empty."""
    return bytes(max(stretch.translate(_RANKS)) for stretch in stretches).translate(_CELLS)


def worst_across(rows: Sequence[bytes]) -> bytes:
    """The worst cell of each column; all rows have the same length."""
    if len(rows) == 1:
        return rows[0]
    return bytes(map(max, *(row.translate(_RANKS) for row in rows))).translate(_CELLS)


@dataclass(frozen=True, slots=True)
class Row:
    """The states of one asset, in the order of its partition keys.

    An unpartitioned asset has one cell. `at` is the time of the server's answer, in epoch
    seconds UTC.
    """

    states: bytes
    at: float

    def count(self, state: State) -> int:
        return self.states.count(int(state))

    @property
    def total(self) -> int:
        return len(self.states)
