"""Tells from which partitions of a parent each partition of a child is made.

The API gives an explicit mapping's class name and description. It says nothing about the
default, or about explicit identity, all and last mappings. For these there are candidates,
and asking the server where a few partitions lead tells which candidate it is.
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
"""The number of positions of an asset without partitions."""


def described(name: str, description: str, child: Side, parent: Side) -> Upstreams | None:
    """The explicit mapping with this class name; None when its description can't be read."""
    child_keys, parent_keys = child.keys, parent.keys
    if parent_keys is None:
        return None
    if name == "SpecificPartitionsPartitionMapping":
        return _specific(description, child_keys, parent_keys)
    if child_keys is None:
        return None
    if name == "StaticPartitionMapping":
        return _static(description, child_keys, parent_keys)
    if name == "TimeWindowPartitionMapping":
        offsets = offsets_of(description)
        return (
            offset(child_keys, parent_keys, offsets)
            if offsets
            else overlapping(child_keys, parent_keys)
        )
    if name == "MultiToSingleDimensionPartitionMapping":
        return _dimension(child, parent)
    if name == "MultiPartitionMapping":
        return _dimensions(description, child, parent)
    return None


def without_parent(name: str, description: str, child: Side, parent: Side) -> frozenset[int]:
    """The child's positions that are made from partitions which the parent doesn't have.

    `name` is an explicit mapping's class, or a key of `candidates` if the API names none.
    """
    child_keys, parent_keys = child.keys, parent.keys
    if child_keys is None or parent_keys is None or child_keys is parent_keys:
        return frozenset()
    if name in (BY_KEY, "IdentityPartitionMapping") and child.kind != TIME:
        return frozenset(
            position
            for position, key in enumerate(child_keys.keys)
            if key not in parent_keys.positions
        )
    if name in (BY_TIME, BY_KEY, "TimeWindowPartitionMapping") and child.kind == TIME:
        offsets = offsets_of(description)
        return (
            lacking_offset(child_keys, parent_keys, offsets)
            if offsets
            else lacking(child_keys, parent_keys)
        )
    return frozenset()


def candidates(child: Side, parent: Side) -> dict[str, Upstreams]:
    """The possible mappings of an edge whose mapping the API doesn't name, by this module's names.

    Among equal mappings only the first, which is the likeliest, is kept.
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
    parent_positions = range(len(parent.keys))
    by_name |= {ALL: (parent_positions,) * count, LAST: (parent_positions[-1:],) * count}
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
    """The child's positions that are made from the parent's `position`."""
    return frozenset(child for child, mapped in enumerate(upstreams) if position in mapped)


def telling_positions(choices: Collection[Upstreams], count: int) -> list[int]:
    """The parent's positions, at most two, that tell most of the choices apart."""
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
    mapped_positions = [mapped for mapped in upstreams if mapped]
    return [*mapped_positions[:1], *mapped_positions[-1:]]


def fitting(choices: Mapping[str, Upstreams], seen: Mapping[int, frozenset[int]]) -> str | None:
    """The name of the only choice that agrees with the children `seen` by parent position; None unless there is just one."""
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
    child_keys_by_parent = _literal(description.partition("mapping: \n")[2])
    if not isinstance(child_keys_by_parent, dict):
        return None
    upstreams: list[set[int]] = [set() for _ in child.keys]
    for key, downstream in child_keys_by_parent.items():
        position = parent.positions.get(key)
        for child_key in [downstream] if isinstance(downstream, str) else downstream:
            if position is not None and child_key in child.positions:
                upstreams[child.positions[child_key]].add(position)
    return tuple(tuple(sorted(parent_positions)) for parent_positions in upstreams)


def _dimension(child: Side, parent: Side) -> Upstreams | None:
    """The mapping where one side has two dimensions, one of which has the other side's keys."""
    child_is_double = child.kind == DOUBLE
    double, single = (child.keys, parent.keys) if child_is_double else (parent.keys, child.keys)
    parts = _parts(double) if double else None
    if parts is None or single is None:
        return None
    alike = [which for which in (0, 1) if {part[which] for part in parts} == set(single.keys)]
    if len(alike) != 1:
        return None
    positions_in_single = [single.positions[part[alike[0]]] for part in parts]
    if child_is_double:
        return tuple((position,) for position in positions_in_single)
    upstreams: list[list[int]] = [[] for _ in single.keys]
    for position, single_position in enumerate(positions_in_single):
        upstreams[single_position].append(position)
    return tuple(tuple(positions) for positions in upstreams)


def _dimensions(description: str, child: Side, parent: Side) -> Upstreams | None:
    """The mapping where both sides have two dimensions; dimensions not joined by key map all to all."""
    child_parts, parent_parts = (
        _parts(side.keys) if side.keys else None for side in (child, parent)
    )
    joins = _DIMENSIONS.findall(description)
    if child_parts is None or parent_parts is None:
        return None
    for up, down, name in joins:
        if name != "IdentityPartitionMapping":
            return None
        if up not in parent.dimensions or down not in child.dimensions:
            return None
    above = [parent.dimensions.index(join[0]) for join in joins]
    below = [child.dimensions.index(join[1]) for join in joins]
    positions_of: dict[tuple[str, ...], list[int]] = {}
    for position, part in enumerate(parent_parts):
        positions_of.setdefault(tuple(part[which] for which in above), []).append(position)
    return tuple(
        tuple(positions_of.get(tuple(part[which] for which in below), ())) for part in child_parts
    )


def _parts(keys: PartitionKeys) -> list[tuple[str, str]] | None:
    """The two parts of each key; None when a part contains the bar that joins them."""
    parts = [tuple(key.split("|")) for key in keys.keys]
    return [(p[0], p[1]) for p in parts] if all(len(p) == 2 for p in parts) else None
