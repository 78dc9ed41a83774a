"""Which partitions of a parent each partition of a child is made from.

The API names the class of an explicit mapping and describes it in words; it says nothing
of the default, nor of explicit identity, all and last. So for these there are candidates,
and a few questions about where a partition leads tell which of them it is.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.partitions.time_windows import (
    lacking,
    lacking_offset,
    offset,
    offsets_of,
    overlapping,
)
from console.domain.partitions.upstreams import by_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from console.domain.partitions.keys import PartitionKeys
    from console.domain.partitions.upstreams import Upstreams


@dataclass(frozen=True, slots=True)
class Side:
    """One end of an edge: its keys, the kind of its definition, its dimensions' names."""

    keys: PartitionKeys | None = None
    """None for an asset without partitions."""
    kind: str = ""
    dimensions: tuple[str, ...] = ()
    """Sorted, as the parts of a key are."""


_DIMENSIONS = re.compile(
    r"Upstream dimension '([^']*)' mapped to downstream dimension '([^']*)' using (\w+)\."
)
TIME, DOUBLE = "TIME_WINDOW", "MULTIPARTITIONED"
ALL, LAST, BY_KEY, BY_TIME = "all", "last", "key", "time"
_WHOLE = 1
"""An asset without partitions has one position."""


def described(name: str, description: str, child: Side, parent: Side) -> Upstreams | None:
    """The explicit mapping with this class name; None when it can't be read from its words."""
    ours, theirs = child.keys, parent.keys
    if theirs is None:
        return None
    if name == "SpecificPartitionsPartitionMapping":
        return _specific(description, ours, theirs)
    if ours is None:
        return None
    if name == "StaticPartitionMapping":
        return _static(description, ours, theirs)
    if name == "TimeWindowPartitionMapping":
        offsets = offsets_of(description)
        return offset(ours, theirs, offsets) if offsets else overlapping(ours, theirs)
    if name == "MultiToSingleDimensionPartitionMapping":
        return _dimension(child, parent)
    if name == "MultiPartitionMapping":
        return _dimensions(description, child, parent)
    return None


def without_parent(name: str, description: str, child: Side, parent: Side) -> frozenset[int]:
    """The child's positions that are made from partitions which the parent doesn't have.

    `name` is that of an explicit mapping, or of ours for one that the API doesn't name.
    """
    ours, theirs = child.keys, parent.keys
    if ours is None or theirs is None or ours is theirs:
        return frozenset()
    if name in (BY_KEY, "IdentityPartitionMapping") and child.kind != TIME:
        return frozenset(
            position for position, key in enumerate(ours.keys) if key not in theirs.positions
        )
    if name in (BY_TIME, BY_KEY, "TimeWindowPartitionMapping") and child.kind == TIME:
        offsets = offsets_of(description)
        return lacking_offset(ours, theirs, offsets) if offsets else lacking(ours, theirs)
    return frozenset()


def candidates(child: Side, parent: Side) -> dict[str, Upstreams]:
    """The mappings that an edge may have where the API doesn't name its mapping, by a name of ours.

    Of those that come to the same only the first, and likeliest, is there.
    """
    if parent.keys is None:
        return {}
    by_name: dict[str, Upstreams | None] = {}
    if child.keys is not None:
        kinds = (child.kind, parent.kind)
        if kinds.count(DOUBLE) == 1:
            by_name["dimension"] = _dimension(child, parent)
        elif kinds == (TIME, TIME):
            by_name[BY_TIME] = overlapping(child.keys, parent.keys)
        by_name[BY_KEY] = (
            None
            if DOUBLE in kinds and kinds != (DOUBLE, DOUBLE)
            else by_key(child.keys, parent.keys)
        )
    count = _WHOLE if child.keys is None else len(child.keys)
    theirs = range(len(parent.keys))
    by_name |= {ALL: (theirs,) * count, LAST: (theirs[-1:],) * count}
    distinct: dict[str, Upstreams] = {}
    for name, upstreams in by_name.items():
        if upstreams is not None and not any(
            _same(upstreams, other) for other in distinct.values()
        ):
            distinct[name] = upstreams
    return distinct


def _same(upstreams: Upstreams, other: Upstreams) -> bool:
    return upstreams is other or all(
        len(a) == len(b) and tuple(a) == tuple(b) for a, b in zip(upstreams, other, strict=True)
    )


def reached(upstreams: Upstreams, position: int) -> frozenset[int]:
    """The child's positions that are made from this one of the parent."""
    return frozenset(child for child, mapped in enumerate(upstreams) if position in mapped)


def telling_positions(choices: Collection[Upstreams], count: int) -> list[int]:
    """The parent's positions, two at most, at which most of the choices differ."""
    if len(choices) < 2 or not count:
        return []
    used = [mapped[0] for choice in choices for mapped in _first_and_last(choice)]
    places = dict.fromkeys((0, count - 1, count // 2, min(1, count - 1), *used))
    leads = {position: [reached(choice, position) for choice in choices] for position in places}
    best = max(leads, key=lambda position: len(set(leads[position])))
    if len(set(leads[best])) == len(choices):
        return [best]
    pairs = {position: set(zip(leads[best], leads[position], strict=True)) for position in leads}
    second = max(pairs, key=lambda position: len(pairs[position]))
    return [best, second] if len(pairs[second]) > len(pairs[best]) else [best]


def _first_and_last(upstreams: Upstreams) -> list[Sequence[int]]:
    led = [mapped for mapped in upstreams if mapped]
    return [*led[:1], *led[-1:]]


def fitting(choices: Mapping[str, Upstreams], seen: Mapping[int, frozenset[int]]) -> str | None:
    """The name of the one choice that leads where the server said the parent's positions lead; None unless just one does."""
    fit = [
        name
        for name, choice in choices.items()
        if all(reached(choice, position) == children for position, children in seen.items())
    ]
    return fit[0] if len(fit) == 1 else None


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _specific(
    description: str, child: PartitionKeys | None, parent: PartitionKeys
) -> Upstreams | None:
    named = _literal(description.partition("upstream partitions: ")[2])
    if not isinstance(named, list | tuple | set):
        return None
    mapped = sorted(
        position for key in named if (position := parent.positions.get(key)) is not None
    )
    return (tuple(mapped),) * (_WHOLE if child is None else len(child))


def _static(description: str, child: PartitionKeys, parent: PartitionKeys) -> Upstreams | None:
    leads = _literal(description.partition("mapping: \n")[2])
    if not isinstance(leads, dict):
        return None
    upstreams: list[set[int]] = [set() for _ in child.keys]
    for key, downstream in leads.items():
        position = parent.positions.get(key)
        for child_key in [downstream] if isinstance(downstream, str) else downstream:
            if position is not None and child_key in child.positions:
                upstreams[child.positions[child_key]].add(position)
    return tuple(tuple(sorted(places)) for places in upstreams)


def _dimension(child: Side, parent: Side) -> Upstreams | None:
    """One of the lists has two dimensions, of which one is the other list."""
    ours = child.kind == DOUBLE
    double, single = (child.keys, parent.keys) if ours else (parent.keys, child.keys)
    parts = _parts(double) if double else None
    if parts is None or single is None:
        return None
    alike = [which for which in (0, 1) if {part[which] for part in parts} == set(single.keys)]
    if len(alike) != 1:
        return None
    places = [single.positions[part[alike[0]]] for part in parts]
    if ours:
        return tuple((position,) for position in places)
    upstreams: list[list[int]] = [[] for _ in single.keys]
    for position, place in enumerate(places):
        upstreams[place].append(position)
    return tuple(tuple(positions) for positions in upstreams)


def _dimensions(description: str, child: Side, parent: Side) -> Upstreams | None:
    """Both have two dimensions, joined by key; what isn't joined goes with everything."""
    ours, theirs = (_parts(side.keys) if side.keys else None for side in (child, parent))
    joins = _DIMENSIONS.findall(description)
    if ours is None or theirs is None:
        return None
    for up, down, name in joins:
        if name != "IdentityPartitionMapping":
            return None
        if up not in parent.dimensions or down not in child.dimensions:
            return None
    above = [parent.dimensions.index(join[0]) for join in joins]
    below = [child.dimensions.index(join[1]) for join in joins]
    positions_of: dict[tuple[str, ...], list[int]] = {}
    for position, part in enumerate(theirs):
        positions_of.setdefault(tuple(part[which] for which in above), []).append(position)
    return tuple(
        tuple(positions_of.get(tuple(part[which] for which in below), ())) for part in ours
    )


def _parts(keys: PartitionKeys) -> list[tuple[str, str]] | None:
    """The two parts of each key; None when a part holds the bar that joins them."""
    parts = [tuple(key.split("|")) for key in keys.keys]
    return [(p[0], p[1]) for p in parts] if all(len(p) == 2 for p in parts) else None
