"""The one walk along the graph: hop by hop, each asset once."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from console.domain.assets.keys import AssetKey

    Following = Callable[[AssetKey], Iterable[AssetKey]]


def hop_by_hop(start: Iterable[AssetKey], following: Following) -> Iterator[list[AssetKey]]:
    """First `start`, then what is one hop away, then two, in the order of `following`."""
    edge = list(dict.fromkeys(start))
    reached = set(edge)
    while edge:
        yield edge
        further = dict.fromkeys(other for key in edge for other in following(key))
        edge = [key for key in further if key not in reached]
        reached.update(edge)


def distances(
    start: Iterable[AssetKey], following: Following, hops: int | None = None
) -> dict[AssetKey, int]:
    """How many hops away each asset is, up to `hops`; None for any number."""
    rounds = islice(hop_by_hop(start, following), None if hops is None else hops + 1)
    return {key: hop for hop, keys in enumerate(rounds) for key in keys}
