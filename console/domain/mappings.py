"""Which partitions of a parent each partition of a child is made from.

The API names the class of an explicit mapping and describes it in words; it says nothing
of the default, nor of explicit identity, all and last. So for these there are candidates,
and a few questions about where a partition leads tell which of them it is.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from console.domain.partitions import PartitionKeys

Upstreams = tuple["Sequence[int]", ...]
"""For each position of the child's keys the positions of the parent's keys, ascending."""


@dataclass(frozen=True, slots=True)
class Side:
    """One end of an edge: its keys, the kind of its definition, its dimensions' names."""

    keys: PartitionKeys | None = None
    """None for an asset without partitions."""
    kind: str = ""
    dimensions: tuple[str, ...] = ()
    """Sorted, as the parts of a key are."""


_OFFSETS = re.compile(r"offsetted by (-?\d+) and (-?\d+) partitions")
_DIMENSIONS = re.compile(
    r"Upstream dimension '([^']*)' mapped to downstream dimension '([^']*)' using (\w+)\."
)
_TIME = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:-(\d{2}):(\d{2}))?")
TIME, DOUBLE = "TIME_WINDOW", "MULTIPARTITIONED"
ALL, LAST = "all", "last"
_WHOLE = 1
"""An asset without partitions has one position."""


@lru_cache(maxsize=64)
def one_to_one(count: int) -> Upstreams:
    return tuple(range(at, at + 1) for at in range(count))


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
        offsets = _OFFSETS.search(description)
        if offsets is None:
            return overlapping(ours, theirs)
        return _offset(ours, theirs, int(offsets[1]), int(offsets[2]))
    if name == "MultiToSingleDimensionPartitionMapping":
        return _dimension(child, parent)
    if name == "MultiPartitionMapping":
        return _dimensions(description, child, parent)
    return None


def candidates(child: Side, parent: Side) -> dict[str, Upstreams]:
    """What an edge may be whose mapping the API doesn't name, by a name of ours.

    Of those that come to the same only the first, and likeliest, is there.
    """
    if parent.keys is None:
        return {}
    found: dict[str, Upstreams | None] = {}
    if child.keys is not None:
        kinds = (child.kind, parent.kind)
        if kinds.count(DOUBLE) == 1:
            found["dimension"] = _dimension(child, parent)
        elif kinds == (TIME, TIME):
            found["time"] = overlapping(child.keys, parent.keys)
        found["key"] = (
            None
            if DOUBLE in kinds and kinds != (DOUBLE, DOUBLE)
            else by_key(child.keys, parent.keys)
        )
    count = _WHOLE if child.keys is None else len(child.keys)
    theirs = range(len(parent.keys))
    found |= {ALL: (theirs,) * count, LAST: (theirs[-1:],) * count}
    distinct: dict[str, Upstreams] = {}
    for name, one in found.items():
        if one is not None and not any(_same(one, other) for other in distinct.values()):
            distinct[name] = one
    return distinct


def _same(one: Upstreams, other: Upstreams) -> bool:
    return one is other or all(
        len(a) == len(b) and tuple(a) == tuple(b) for a, b in zip(one, other, strict=True)
    )


def reached(upstreams: Upstreams, position: int) -> frozenset[int]:
    """The child's positions that are made from this one of the parent."""
    return frozenset(at for at, mapped in enumerate(upstreams) if position in mapped)


def telling_positions(choices: Collection[Upstreams], count: int) -> list[int]:
    """The parent's positions, two at most, at which most of the choices differ."""
    if len(choices) < 2 or not count:
        return []
    used = [mapped[0] for choice in choices for mapped in _first_and_last(choice)]
    places = dict.fromkeys((0, count - 1, count // 2, min(1, count - 1), *used))
    leads = {at: [reached(choice, at) for choice in choices] for at in places}
    best = max(leads, key=lambda at: len(set(leads[at])))
    if len(set(leads[best])) == len(choices):
        return [best]
    pairs = {at: set(zip(leads[best], leads[at], strict=True)) for at in leads}
    second = max(pairs, key=lambda at: len(pairs[at]))
    return [best, second] if len(pairs[second]) > len(pairs[best]) else [best]


def _first_and_last(upstreams: Upstreams) -> list[Sequence[int]]:
    led = [mapped for mapped in upstreams if mapped]
    return [*led[:1], *led[-1:]]


def fitting(choices: Mapping[str, Upstreams], seen: Mapping[int, frozenset[int]]) -> str | None:
    """The one choice that leads where the parent's positions were seen to lead, if just one."""
    fit = [
        name
        for name, choice in choices.items()
        if all(reached(choice, at) == children for at, children in seen.items())
    ]
    return fit[0] if len(fit) == 1 else None


def by_key(child: PartitionKeys, parent: PartitionKeys) -> Upstreams:
    """Each partition from the one with the same key, where there is one."""
    if child is parent or child.keys == parent.keys:
        return one_to_one(len(child))
    places = (parent.positions.get(key) for key in child.keys)
    return tuple(() if at is None else (at,) for at in places)


def overlapping(child: PartitionKeys, parent: PartitionKeys) -> Upstreams | None:
    """Each partition from those whose time overlaps it; None where the keys don't tell.

    A key with the format of a date, or of a date and a time, is the start of its window, and
    the next key's start is its end. That holds for lists without gaps.
    """
    if _shift(child, parent) is not None:
        return by_key(child, parent)
    theirs, ours = _bounds(parent), _bounds(child)
    if theirs is None or ours is None:
        return None
    starts, ends = theirs[:-1], theirs[1:]
    return tuple(
        range(bisect_right(ends, start), bisect_left(starts, end)) for start, end in pairwise(ours)
    )


def _moment(key: str) -> datetime | None:
    found = _TIME.fullmatch(key)
    if found is None:
        return None
    year, month, day, hour, minute = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute)
    except ValueError:
        return None


def _bounds(keys: PartitionKeys) -> list[datetime] | None:
    """Where each window starts and, at last, where the last one ends."""
    starts = [start for key in keys.keys if (start := _moment(key)) is not None]
    if len(keys) < 2 or len(starts) < len(keys):
        return None
    gaps = {after - before for before, after in pairwise(starts)}
    if len(gaps) == 1 and (gap := gaps.pop()) > timedelta():
        return [*starts, starts[-1] + gap]
    months = [start.year * 12 + start.month for start in starts]
    if all(s.day == 1 and (s.hour, s.minute) == (0, 0) for s in starts) and all(
        after == before + 1 for before, after in pairwise(months)
    ):
        return [*starts, (starts[-1] + timedelta(days=32)).replace(day=1)]
    return None


def _shift(child: PartitionKeys, parent: PartitionKeys) -> int | None:
    """The parent's position less the child's, where both lists are cut from one; else None."""
    if not child.keys or not parent.keys:
        return None
    at = parent.positions.get(child.keys[0])
    shift = at if at is not None else child.positions.get(parent.keys[0])
    if shift is None:
        return None
    shift = shift if at is not None else -shift
    first, last = max(0, -shift), min(len(child), len(parent) - shift)
    alike = child.keys[first:last] == parent.keys[first + shift : last + shift]
    return shift if alike and last - first > 1 else None


def _offset(child: PartitionKeys, parent: PartitionKeys, start: int, end: int) -> Upstreams | None:
    """As `TimeWindowPartitionMapping` bounds its windows by the parent's first and last key."""
    shift, count = _shift(child, parent), len(parent)
    if shift is None:
        return None

    def bounded(at: int, offset: int) -> int:
        at += offset
        return max(at, 0) if offset < 0 else min(at, count) if offset > 0 else at

    found = []
    for at in range(shift, shift + len(child)):
        first, stop = bounded(at, start), bounded(at + 1, end)
        found.append(range(max(first, 0), min(stop, count)) if first < stop else range(0))
    return tuple(found)


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
    mapped = sorted(at for key in named if (at := parent.positions.get(key)) is not None)
    return (tuple(mapped),) * (_WHOLE if child is None else len(child))


def _static(description: str, child: PartitionKeys, parent: PartitionKeys) -> Upstreams | None:
    leads = _literal(description.partition("mapping: \n")[2])
    if not isinstance(leads, dict):
        return None
    found: list[set[int]] = [set() for _ in child.keys]
    for key, downstream in leads.items():
        at = parent.positions.get(key)
        for one in [downstream] if isinstance(downstream, str) else downstream:
            if at is not None and one in child.positions:
                found[child.positions[one]].add(at)
    return tuple(tuple(sorted(places)) for places in found)


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
        return tuple((at,) for at in places)
    found: list[list[int]] = [[] for _ in single.keys]
    for at, place in enumerate(places):
        found[place].append(at)
    return tuple(tuple(one) for one in found)


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
    found: dict[tuple[str, ...], list[int]] = {}
    for at, part in enumerate(theirs):
        found.setdefault(tuple(part[which] for which in above), []).append(at)
    return tuple(tuple(found.get(tuple(part[which] for which in below), ())) for part in ours)


def _parts(keys: PartitionKeys) -> list[tuple[str, str]] | None:
    """The two parts of each key; None when a part holds the bar that joins them."""
    found = [tuple(key.split("|")) for key in keys.keys]
    return [(p[0], p[1]) for p in found] if all(len(p) == 2 for p in found) else None
