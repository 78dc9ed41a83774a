"""Why a cell is stale, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.keys import key_text
from console.domain.provenance import NO_TAGS
from console.domain.staleness import SKIPPED_FROM, Cause
from console.domain.times import moment

if TYPE_CHECKING:
    from console.domain.staleness import Child, Parent, Verdicts


def cause(child: Child, verdicts: Verdicts, at: int, now: float) -> str:
    """Why a stale cell is stale, in one sentence; `now` is in epoch seconds UTC."""
    if at in verdicts.words:
        return verdicts.words[at]
    kind, place = Cause(verdicts.causes[at] & 7), verdicts.causes[at] >> 3
    if kind is Cause.CODE:
        return f"its code version is {child.code_version} now"
    if kind is Cause.REMOVED:
        return f"no longer made from {_removed(child, at)}"
    if place >= len(child.parents) or kind is Cause.NONE:
        return ""
    return _by_parent(child, child.parents[place], at, kind, now)


def _removed(child: Child, at: int) -> str:
    known = child.made.provenance(at) or NO_TAGS
    gone = known.named - {parent.key for parent in child.parents}
    return ", ".join(sorted(map(key_text, gone)))


def _by_parent(child: Child, parent: Parent, at: int, kind: Cause, now: float) -> str:
    name, own = key_text(parent.key), child.made.times[at]
    if kind is Cause.ADDED:
        return f"newly made from {name}"
    mapped = parent.upstreams[at] if parent.upstreams else (0,) if parent.keys is None else ()
    times = {one: parent.made.times[one] for one in mapped} if parent.made else {}
    if kind is Cause.INPUT and not all(times.values()):
        one = next(one for one, time in times.items() if not time)
        return f"{_where(name, parent, one)} is not materialized"
    newest = max(times, key=times.__getitem__, default=None)
    if newest is None or not times[newest]:
        return f"{name} has a new version"
    made = moment(times[newest] / 1000, now)
    if times[newest] > own:
        return f"{_where(name, parent, newest)} was materialized {made}, after this"
    return f"{_where(name, parent, newest)} has another version than was read"


def _where(name: str, parent: Parent, one: int) -> str:
    return name if parent.keys is None else f"{name} {parent.keys.keys[one]}"


def hint(child: Child, at: int) -> str:
    """What time alone says along the edges that the server skips; empty when nothing."""
    own = child.made.times[at]
    for parent in child.parents:
        if not own or parent.made is None or parent.upstreams is None:
            continue
        mapped = parent.upstreams[at]
        if parent.never_looked_at or len(mapped) >= SKIPPED_FROM:
            newer = sum(parent.made.times[one] > own for one in mapped)
            if newer:
                return f"{newer} of {len(mapped)} partitions of {key_text(parent.key)} were materialized after this"
    return ""
