"""The downstream partitions of the chosen ones, by the server's own mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import plan_queries
from console.domain.errors import ServerError
from console.domain.partitions.keys import BadPartitions
from console.domain.selection.evaluation import sources_among
from console.store.planning.selection import shared_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.edge_mapping import EdgeMapping
    from console.domain.partitions.keys import KeyRanges, PartitionKeys
    from console.planner.request import Edge, Request
    from console.store.deployment import Deployment

Reached = dict["AssetKey", "tuple[str, ...] | None"]


def led_to_by_none(
    deployment: Deployment, request: Request, wanted: Sequence[AssetKey]
) -> frozenset[AssetKey]:
    """The assets with partitions that no chosen partition leads to, nor does the server's preview.

    All that is wanted above them has no partitions.
    """
    if request.only is not None:
        return frozenset()
    led = set(request.assets)
    found: set[AssetKey] = set()
    for key in wanted:
        if deployment.keys.get(key) is None or key in led:
            continue
        parents = deployment.graph.upstream(key)
        parted = [parent for parent in parents if deployment.keys.get(parent) is not None]
        (led if led.intersection(parted) else found).add(key)
    return frozenset(found)


async def reached(
    deployment: Deployment,
    request: Request,
    wanted: Sequence[AssetKey],
    mappings: Mapping[Edge, EdgeMapping],
) -> Reached | None:
    """The partitions of each asset that the chosen ones lead to; None where keys lead to themselves.

    An asset that isn't reached isn't there. Each chosen asset that another leads to is asked
    for apart, since of one selection the server takes the chosen keys for its roots only.
    Raises ApiError.
    """
    own = None if request.only is not None else shared_keys(deployment, request.assets)
    parted = [key for key in wanted if deployment.keys.get(key) is not None]
    if own is None or set(parted) <= set(request.assets):
        return None
    if all(_leads_to_itself(deployment, key, parted, own, mappings) for key in parted):
        return None
    found: Reached = {}
    roots = sources_among(deployment.graph, [key for key in request.assets if key in parted])
    apart = [[key] for key in request.assets if key in parted and key not in roots]
    for chosen in (list(roots), *apart):
        below = set(deployment.graph.all_downstream(chosen))
        selection = [key for key in wanted if key in below]
        ranges = await plan_queries.preview(deployment.client, selection, request.partitions)
        for key, some in ranges.items():
            more = _expand(deployment.keys.get(key), some)
            found[key] = more if key not in found else _both(found[key], more)
    return found


def _leads_to_itself(
    deployment: Deployment,
    key: AssetKey,
    parted: Sequence[AssetKey],
    own: PartitionKeys,
    mappings: Mapping[Edge, EdgeMapping],
) -> bool:
    parents = [parent for parent in deployment.graph.upstream(key) if parent in parted]
    plain = all((key, parent) in mappings and mappings[key, parent].simple for parent in parents)
    return deployment.keys.get(key) is own and plain


def _both(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if one is None or other is None else tuple(dict.fromkeys((*one, *other)))


def _expand(keys: PartitionKeys | None, ranges: KeyRanges | None) -> tuple[str, ...] | None:
    if keys is None or ranges is None:
        return None
    found: list[str] = []
    for start, end in ranges:
        try:
            found += [keys.keys[at] for at in keys.between(start, end)]
        except BadPartitions as error:
            raise ServerError(
                f"the server's preview names partitions it doesn't list: {error}"
            ) from error
    return tuple(found)
