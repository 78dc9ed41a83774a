"""The usual interval between an asset's materializations, estimated from its past."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BURST_SECONDS = 60.0
"""Materializations closer together count as one burst, such as the runs of a backfill."""
LEAST_GAPS = 3


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The `usual` seconds between materializations, observed `gaps` times."""

    usual: float
    gaps: int


def rhythm(times: Iterable[float]) -> Rhythm | None:
    """The rhythm of materializations at `times`, epoch seconds UTC in any order.

    It is the gap at which the gaps, sorted by length, reach half of the total time. So a
    backfill's many short gaps weigh little, and neither does one long outage among many
    regular gaps. It is None with fewer than `LEAST_GAPS` gaps of about that length.
    """
    moments = _bursts_as_one(times)
    gaps = sorted(b - a for a, b in pairwise(moments))
    half, passed = sum(gaps) / 2, 0.0
    for gap in gaps:
        passed += gap
        if passed >= half:
            alike = sum(gap / 2 <= other <= gap * 2 for other in gaps)
            return Rhythm(gap, alike) if alike >= LEAST_GAPS else None
    return None


def _bursts_as_one(times: Iterable[float]) -> list[float]:
    """The last moment of each burst."""
    moments: list[float] = []
    for time in sorted(times):
        if moments and time - moments[-1] < BURST_SECONDS:
            moments[-1] = time
        else:
            moments.append(time)
    return moments
