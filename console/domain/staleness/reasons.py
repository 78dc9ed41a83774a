"""Sentences that tell why a cell is stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import key_text
from console.domain.staleness.provenance import NO_TAGS
from console.domain.staleness.rule import SKIPPED_FROM, StaleCause
from console.domain.times import told_moment

if TYPE_CHECKING:
    from console.domain.staleness.rule import Child, Parent, Verdicts


def cause(child: Child, verdicts: Verdicts, position: int, now: float) -> str:
    """The reason why a stale cell is stale, in one sentence; `now` is in epoch seconds UTC."""
    if position in verdicts.words:
        return verdicts.words[position]
    kind, place = StaleCause(verdicts.causes[position] & 7), verdicts.causes[position] >> 3
    if kind is StaleCause.CODE:
        return f"its code version is {child.code_version} now"
    if kind is StaleCause.REMOVED:
        return f"no longer made from {_removed(child, position)}"
    if place >= len(child.parents) or kind is StaleCause.NONE:
        return ""
    return _by_parent(child, child.parents[place], position, kind, now)


def _removed(child: Child, position: int) -> str:
    noted = child.made.provenance(position) or NO_TAGS
    removed = noted.named - {parent.key for parent in child.parents}
    return ", ".join(sorted(map(key_text, removed)))


def _by_parent(child: Child, parent: Parent, position: int, kind: StaleCause, now: float) -> str:
    name, child_time = key_text(parent.key), child.made.times[position]
    if kind is StaleCause.ADDED:
        return f"newly made from {name}"
    mapped = parent.upstreams[position] if parent.upstreams else (0,) if parent.keys is None else ()
    times = {upstream: parent.made.times[upstream] for upstream in mapped} if parent.made else {}
    if kind is StaleCause.INPUT and not all(times.values()):
        upstream = next(upstream for upstream, time in times.items() if not time)
        return f"{_where(name, parent, upstream)} is not materialized"
    newest = max(times, key=times.__getitem__, default=None)
    if newest is None or not times[newest]:
        return f"{name} has a new version"
    parent_time_text = told_moment(times[newest] / 1000, now)
    if times[newest] > child_time:
        child_time_text = told_moment(child_time / 1000, now)
        return f"{_where(name, parent, newest)} was materialized {parent_time_text}, after this ({child_time_text})"
    return f"{_where(name, parent, newest)} has another version than was read"


def _where(name: str, parent: Parent, upstream: int) -> str:
    return name if parent.keys is None else f"{name} {parent.keys.keys[upstream]}"


def hint(child: Child, position: int) -> str:
    """A sentence on newer upstream partitions along edges that the server skips; empty if there are none."""
    child_time = child.made.times[position]
    for parent in child.parents:
        if not child_time or parent.made is None or parent.upstreams is None:
            continue
        mapped = parent.upstreams[position]
        if parent.never_looked_at or len(mapped) >= SKIPPED_FROM:
            newer = sum(parent.made.times[upstream] > child_time for upstream in mapped)
            if newer:
                return f"{newer} of {len(mapped)} partitions of {key_text(parent.key)} were materialized after this"
    return ""
