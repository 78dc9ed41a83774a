"""Walks along the graph hop by hop, reaching each asset once."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from console.domain.assets.keys import AssetKey

    Following = Callable[[AssetKey], Iterable[AssetKey]]


def hop_by_hop(start: Iterable[AssetKey], following: Following) -> Iterator[list[AssetKey]]:
    """Yields `start`, then the assets one hop away, then two hops, in the order of `following`."""
    frontier = list(dict.fromkeys(start))
    reached = set(frontier)
    while frontier:
        yield frontier
        further = dict.fromkeys(other for key in frontier for other in following(key))
        frontier = [key for key in further if key not in reached]
        reached.update(frontier)


def distances(
    start: Iterable[AssetKey], following: Following, hops: int | None = None
) -> dict[AssetKey, int]:
    """The distance of each asset in hops, up to `hops`; None is any distance."""
    rounds = islice(hop_by_hop(start, following), None if hops is None else hops + 1)
    return {key: hop for hop, keys in enumerate(rounds) for key in keys}
