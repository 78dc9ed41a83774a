"""Which partitions of an asset need somebody, and which were never begun."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.status.states import CHECK_FAILED, State

if TYPE_CHECKING:
    from console.domain.status.states import Row

_FLAGGED = (State.MATERIALIZED | CHECK_FAILED, State.STALE | CHECK_FAILED)
_MADE = re.compile(b"[%s]" % bytes((State.MATERIALIZED, State.STALE, *_FLAGGED)))


def not_begun(states: bytes) -> int:
    """The number of cells before the first that was ever materialized, failed ones among them.

    All of them where none was. The cells are in the order of time.
    """
    made = _MADE.search(states)
    return made.start() if made else len(states)


def begun_cells(states: bytes, *, by_time: bool) -> bytes:
    """The cells, those not begun taken for outside where the partitions are windows of time."""
    begun = not_begun(states) if by_time else 0
    waiting = states[:begun]
    if State.MISSING not in waiting:
        return states
    return waiting.replace(bytes([State.MISSING]), bytes([State.OUTSIDE])) + states[begun:]


@dataclass(frozen=True, slots=True)
class Tally:
    """The number of cells that need somebody, by why; `apart` counts those not begun."""

    failed: int = 0
    checks: int = 0
    stale: int = 0
    missing: int = 0
    apart: int = 0

    @property
    def needy(self) -> int:
        """All but those not begun."""
        return self.failed + self.checks + self.stale + self.missing

    @property
    def words(self) -> list[str]:
        """`3 failed`, `2 stale`…, those not begun last; nothing of none."""
        counts = (
            (self.failed, "failed"),
            (self.missing, "missing"),
            (self.stale, "stale"),
            (self.checks, "with a failed check"),
            (self.apart, "not begun"),
        )
        return [f"{count} {word}" for count, word in counts if count]

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.failed + other.failed,
            self.checks + other.checks,
            self.stale + other.stale,
            self.missing + other.missing,
            self.apart + other.apart,
        )


NOTHING = Tally()


def tally(states: bytes, *, by_time: bool) -> Tally:
    """The cells of an asset, those with a failed check marked.

    A missing one before the first materialization needs nobody where the partitions are windows
    of time (`by_time`).
    """
    apart = states[: not_begun(states)].count(State.MISSING) if by_time else 0
    return Tally(
        states.count(State.FAILED),
        sum(map(states.count, _FLAGGED)),
        states.count(State.STALE),
        states.count(State.MISSING) - apart,
        apart,
    )


def needy(row: Row, *, by_time: bool, may_wait: bool) -> dict[State, list[int]]:
    """The positions of the cells that need somebody: failed, stale, missing; no empty lists.

    A missing cell before the first materialization needs nobody where the partitions are windows
    of time (`by_time`), nor the newest one while its deadline is ahead (`may_wait`).
    """
    begun = not_begun(row.states) if by_time else 0
    stop = row.total - 1 if by_time and may_wait else row.total
    found = {
        State.FAILED: [at for at, cell in enumerate(row.states) if cell == State.FAILED],
        State.STALE: [at for at, cell in enumerate(row.states) if cell == State.STALE],
        State.MISSING: [at for at in range(begun, stop) if row.states[at] == State.MISSING],
    }
    return {state: places for state, places in found.items() if places}


def never_asked_for(row: Row) -> int:
    """The number of missing cells before the first that was ever materialized."""
    return tally(row.states, by_time=True).apart
