"""Which partitions a request starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.partitions.keys import parse_partitions

if TYPE_CHECKING:
    from console.domain.partitions.keys import PartitionKeys

DAYS_AT_FIRST = 14


def newest(keys: PartitionKeys | None) -> tuple[str, ...]:
    """The last of the keys; none of an asset without partitions."""
    return keys.keys[-DAYS_AT_FIRST:] if keys else ()


def known_or_newest(
    keys: PartitionKeys | None, partitions: tuple[str, ...] | None
) -> tuple[str, ...]:
    """The newest where none are named. Raises BadPartitions for one that `keys` doesn't have."""
    if keys is None or not partitions:
        return newest(keys)
    return tuple(keys.keys[keys.position(key)] for key in partitions)


def named_or_newest(keys: PartitionKeys | None, text: str) -> tuple[str, ...]:
    """The partitions that a text names; the newest where it is empty. Raises BadPartitions."""
    if keys is None or not text:
        return newest(keys)
    return tuple(keys.keys[at] for at in parse_partitions(text, keys))
