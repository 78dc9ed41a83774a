"""The partitions that each partition of a child is made from, as positions in two lists of keys."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.partitions.keys import PartitionKeys

Upstreams = tuple["Sequence[int]", ...]
"""The parent's positions, ascending, for each of the child's positions."""


@lru_cache(maxsize=64)
def one_to_one(count: int) -> Upstreams:
    return tuple(range(position, position + 1) for position in range(count))


def by_key(child: PartitionKeys, parent: PartitionKeys) -> Upstreams:
    """Upstreams where each partition is made from the one with the same key, if there is one."""
    if child is parent or child.keys == parent.keys:
        return one_to_one(len(child))
    positions = (parent.positions.get(key) for key in child.keys)
    return tuple(() if position is None else (position,) for position in positions)
