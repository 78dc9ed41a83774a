"""Judges a few cells of assets with many: only what these were made from is read."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.api import stale_queries
from console.domain.errors import ServerError
from console.domain.staleness.materializations import LastMaterializations, nothing_made
from console.domain.staleness.reasons import cause
from console.domain.staleness.rule import SKIPPED_FROM, StaleVerdict, unjudged
from console.store.staleness.judging import Judging
from console.store.staleness.materializations import Held

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.upstreams import Upstreams
    from console.domain.staleness.lineage import Dependency
    from console.domain.staleness.rule import Child, Verdicts
    from console.store.staleness.edges import Edges
    from console.store.staleness.known import KnownAssets

CELLS_AT_ONCE = 500
Places = dict["AssetKey", set[int]]
"""Positions among each asset's keys."""
Verdict = tuple[bool, str]
"""Whether the cell is stale, and why."""


@dataclass
class _Read:
    """What was read of each asset; the rest of its partitions stand as never made."""

    held: dict[AssetKey, Held] = field(default_factory=dict)
    wiped: set[AssetKey] = field(default_factory=set)

    def get(self, key: AssetKey) -> Held | None:
        return self.held.get(key)


async def judge_few(
    known: KnownAssets, edges: Edges, wanted: Mapping[AssetKey, Sequence[int]]
) -> dict[AssetKey, dict[int, Verdict]]:
    """The verdicts on these positions of partitioned assets; one that isn't decided is left out.

    Raises ApiError.
    """
    judged = {key: places for key, places in wanted.items() if _is_plain(known, edges, key)}
    read = await _read(known, _needed(edges, judged))
    judging = Judging(known, edges, read)
    made = [key for key in judged if _all_read(edges, read, key)]
    children = [child for key in made if (child := judging.child(key)) is not None]
    assets = [(one, unjudged(len(one.made.times)), judged[one.key]) for one in children]
    await judging.decide_all(assets)
    now = time.time()
    return {child.key: _decided(child, verdicts, now) for child, verdicts, _ in assets}


def _decided(child: Child, verdicts: Verdicts, now: float) -> dict[int, Verdict]:
    stale = verdicts.positions(StaleVerdict.STALE)
    fresh = verdicts.positions(StaleVerdict.FRESH)
    return {at: (True, cause(child, verdicts, at, now) or "") for at in stale} | dict.fromkeys(
        fresh, (False, "")
    )


def _is_plain(known: KnownAssets, edges: Edges, key: AssetKey) -> bool:
    """Whether it and all that it is made from have partitions and are made by Dagster."""
    lineage = edges.lineage.get(key)
    return lineage is not None and all(
        known.keys.get(one) is not None
        and (parent := edges.lineage.get(one)) is not None
        and parent.materializable
        for one in (key, *(dependency.key for dependency in lineage.dependencies))
    )


def _needed(edges: Edges, wanted: Mapping[AssetKey, Sequence[int]]) -> Places:
    """The wanted positions, and those that they are made from as far as the server looks."""
    found: Places = {key: set(places) for key, places in wanted.items()}
    for key, places in wanted.items():
        for dependency in edges.lineage[key].dependencies:
            for upstreams in _upstreams(edges, key, dependency):
                read = (upstreams[at] for at in places)
                found.setdefault(dependency.key, set()).update(
                    one for some in read if len(some) < SKIPPED_FROM for one in some
                )
    return found


def _upstreams(edges: Edges, key: AssetKey, dependency: Dependency) -> Iterable[Upstreams]:
    mapped = edges.mapped(key, dependency)
    return [each for each in (mapped.upstreams, mapped.otherwise) if each is not None]


def _all_read(edges: Edges, read: _Read, key: AssetKey) -> bool:
    keys = (key, *(dependency.key for dependency in edges.lineage[key].dependencies))
    return all(one in read.held for one in keys)


async def _read(known: KnownAssets, needed: Places) -> _Read:
    """Assets of which the same is needed share requests."""
    alike: dict[tuple[str, ...], list[AssetKey]] = {}
    read = _Read()
    for key, places in needed.items():
        keys = known.keys[key]
        assert keys is not None
        if places:
            alike.setdefault(tuple(keys.keys[at] for at in sorted(places)), []).append(key)
        else:
            read.held[key] = Held(nothing_made(len(keys)), None, keys)
    await asyncio.gather(
        *(
            _read_alike(known, read, names, keys[start : start + step])
            for names, keys in alike.items()
            for step in (max(CELLS_AT_ONCE // len(names), 1),)
            for start in range(0, len(keys), step)
        )
    )
    return read


async def _read_alike(
    known: KnownAssets, read: _Read, names: Sequence[str], assets: Sequence[AssetKey]
) -> None:
    """What the server doesn't tell is not held."""
    counts = [len(names)] * len(assets)
    try:
        found = await stale_queries.made(known.client, assets, counts, tags=True, partitions=names)
    except ServerError:
        return
    for key, some in found.items():
        keys = known.keys[key]
        if keys is not None and all(name in keys.positions for name in names):
            places = [keys.positions[name] for name in names]
            read.held[key] = Held(_spread(some, places, len(keys)), None, keys)


def _spread(some: LastMaterializations, places: Sequence[int], count: int) -> LastMaterializations:
    """The same at these positions of an asset with `count` partitions."""
    whole = nothing_made(count)
    for at, place in enumerate(places):
        whole.times[place], whole.runs[place] = some.times[at], some.runs[at]
    odd = {places[at]: known for at, known in some.odd.items()}
    return LastMaterializations(whole.times, whole.runs, some.run_ids, some.by_run, odd)
