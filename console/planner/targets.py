"""The cells in question: the chosen ones, and those that they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import key_text
from console.planner.request import WHOLE, Request, Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey

Targets = dict["AssetKey", "tuple[str | None, ...]"]


def assets_in_question(
    request: Request, graph: AssetGraph, together: Mapping[AssetKey, frozenset[AssetKey]]
) -> list[AssetKey]:
    """The assets that are asked for and those that can't be made apart from them, upstream first."""
    wanted = set(request.targets(graph))
    wanted = wanted.union(*(together.get(key, ()) for key in wanted))
    return [key for key in graph.order if key in wanted]


def targets(request: Request, snapshot: Snapshot) -> tuple[Targets, list[str]]:
    """The cells by asset, and a warning for each asset without cells."""
    asked = request.targets(snapshot.graph)
    cells = {asset: _partitions_of(asset, request, snapshot) for asset in asked}
    warnings = [_left_out(asset, request, snapshot) for asset in asked if not cells[asset]]
    in_question: Targets = {}
    for asset in assets_in_question(request, snapshot.graph, snapshot.together):
        beside = (
            cells.get(neighbour, ()) for neighbour in sorted(snapshot.together.get(asset, ()))
        )
        partitions = tuple(
            dict.fromkeys(
                [*cells.get(asset, ()), *(key for neighbour in beside for key in neighbour)]
            )
        )
        if partitions:
            in_question[asset] = partitions
    return in_question, warnings


def _partitions_of(asset: AssetKey, request: Request, snapshot: Snapshot) -> tuple[str | None, ...]:
    if snapshot.graph[asset].partitions is None:
        wanted_whole = request.only is None or (asset, WHOLE) in request.only
        return (WHOLE,) if wanted_whole else ()
    keys, wanted = snapshot.keys.get(asset), request.partitions
    if request.only is not None:
        listed = keys.keys if keys else ()
        return tuple(key for key in listed if (asset, key) in request.only)
    if asset in snapshot.beyond:
        return ()
    if snapshot.reached is not None and asset not in request.assets:
        wanted = snapshot.reached.get(asset) or ()
    return tuple(key for key in wanted if keys is None or key in keys.positions)


def _left_out(asset: AssetKey, request: Request, snapshot: Snapshot) -> str:
    name = key_text(asset)
    if asset in snapshot.beyond:
        return f"{name} is left out: no partition above leads to its own; plan it by itself"
    if asset in request.assets or snapshot.reached is None:
        return f"{name} has none of these partitions and is left out"
    return f"{name} is made from none of these partitions and is left out"
