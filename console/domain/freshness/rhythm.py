"""The rhythm in which an asset is usually materialized, from its own past alone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BURST_SECONDS = 60.0
"""Materializations that follow each other faster are one: the runs of a backfill."""
LEAST_GAPS = 3


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`usual` seconds between materializations, seen `gaps` times."""

    usual: float
    gaps: int


def rhythm(times: Iterable[float]) -> Rhythm | None:
    """The rhythm of materializations at `times`, epoch seconds UTC in any order.

    It is the gap that half of the time lies within: sorted by length, the one at which the
    gaps so far make up half of the whole. A backfill's many short gaps weigh next to
    nothing so, and one long outage among many regular ones does not count either. None with
    fewer than `LEAST_GAPS` gaps of about that length.
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
    """Each burst by its last moment."""
    moments: list[float] = []
    for moment in sorted(times):
        if moments and moment - moments[-1] < BURST_SECONDS:
            moments[-1] = moment
        else:
            moments.append(moment)
    return moments
