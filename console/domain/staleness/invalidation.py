"""The cells that have to be judged again after a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.domain.staleness.rule import Child, Parent


def affected(before: Child, now: Child) -> Sequence[int]:
    """The positions whose verdict may be another than it was."""
    everything = range(len(now.made.times))
    if (before.code_version, before.keys) != (now.code_version, now.keys):
        return everything
    if len(before.parents) != len(now.parents):
        return everything
    positions = set(changed(before.made.times, now.made.times))
    positions.update(changed(before.made.runs, now.made.runs))
    for old, new in zip(before.parents, now.parents, strict=True):
        if new.made is None or old.made is None or _is_another(old, new):
            if old != new:
                return everything
            continue
        moved = set(changed(old.made.times, new.made.times))
        if moved and new.upstreams is not None:
            positions.update(
                position
                for position, mapped in enumerate(new.upstreams)
                if not moved.isdisjoint(mapped)
            )
        elif moved:
            return everything
    return sorted(positions)


def _is_another(old: Parent, new: Parent) -> bool:
    """Whether more differs than which partitions were made when."""
    if new.keys is None:
        return old.version != new.version or old.made != new.made or old.key != new.key
    return (
        old.key != new.key
        or old.keys is not new.keys
        or old.upstreams is not new.upstreams
        or old.observed is not new.observed
        or old.otherwise is not new.otherwise
        or old.never_looked_at != new.never_looked_at
    )


def changed(before: Sequence[int], now: Sequence[int]) -> Iterable[int]:
    if before == now:
        return ()
    return (
        position for position, (old, new) in enumerate(zip(before, now, strict=True)) if old != new
    )
