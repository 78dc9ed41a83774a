"""Making a request for the planner of a selection's text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import key_text
from console.domain.selection.evaluation import select_some, sources_among
from console.planner.request import Request
from console.store.status_words import facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.selection.evaluation import SelectionFacts
    from console.store.deployment import Deployment


class NothingToPartition(ValueError):
    """The chosen assets can't be planned together."""


class StillReading(NothingToPartition):
    """The chosen assets can be planned once their partitions have been read."""


def shared_keys(deployment: Deployment, assets: Sequence[AssetKey]) -> PartitionKeys | None:
    """The one list of keys of the chosen assets; None when none of them is partitioned.

    Raises NothingToPartition when they have different ones, StillReading when one isn't known
    yet. Assets that are gone from the deployment don't count.
    """
    graph = deployment.graph
    partitioned = [key for key in assets if key in graph and graph[key].partitions]
    unread = [key for key in partitioned if key not in deployment.keys]
    if unread:
        raise StillReading(f"still reading the partitions of {key_text(unread[0])}")
    lists = {key: deployment.keys.get(key) for key in partitioned}
    distinct = list({id(keys): keys for keys in lists.values()}.values())
    if len(distinct) > 1 and any(keys != distinct[0] for keys in distinct):
        names = ", ".join(key_text(key) for key in lists)
        raise NothingToPartition(f"{names} have different partitions; plan them one after another")
    return distinct[0] if distinct else None


def request_for(
    deployment: Deployment, selection: str, known: SelectionFacts | None = None
) -> Request:
    """The request for just what `selection` selects, without its partitions.

    Where the partitions of what is selected differ, those are chosen that the others are
    made from, and the others are reached by the server's own mappings. Raises
    BadSelection, NothingToPartition.
    """
    graph = deployment.graph
    found = select_some(selection, graph, known or facts(deployment))
    made = tuple(key for key in found if graph[key].materializable) or found
    roots = sources_among(graph, made)
    if len(made) > len(roots) and set(made) == set(graph.all_downstream(roots)):
        return Request(roots, (), downstream=True)
    try:
        shared_keys(deployment, made)
    except StillReading:
        raise
    except NothingToPartition:
        shared_keys(deployment, roots)
        return Request(roots, (), downstream=True, within=frozenset(made))
    return Request(made, ())
