"""Finds the cells whose staleness has to be judged again after a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.domain.staleness.rule import Child, Parent


def affected(before: Child, now: Child) -> Sequence[int]:
    """The positions whose verdict may have changed."""
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


def _is_another(before: Parent, now: Parent) -> bool:
    """Whether more differs than the times of materializations."""
    if now.keys is None:
        return before.version != now.version or before.made != now.made or before.key != now.key
    return (
        before.key != now.key
        or before.keys is not now.keys
        or before.upstreams is not now.upstreams
        or before.observed is not now.observed
        or before.otherwise is not now.otherwise
        or before.never_looked_at != now.never_looked_at
    )


def changed(before: Sequence[int], now: Sequence[int]) -> Iterable[int]:
    """The positions at which both sequences differ."""
    if before == now:
        return ()
    return (
        position for position, (old, new) in enumerate(zip(before, now, strict=True)) if old != new
    )
