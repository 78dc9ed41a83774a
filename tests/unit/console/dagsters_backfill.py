"""What dagster's own code makes of an asset backfill: the runs it asks for at each look.

Definitions, graph, mappings and decisions are dagster's; the only thing assumed is that
each run has succeeded by the next look.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import dagster as dg
from dagster._core.asset_graph_view.asset_graph_view import AssetGraphView
from dagster._core.definitions.assets.graph.asset_graph_subset import AssetGraphSubset
from dagster._core.definitions.assets.graph.remote_asset_graph import (
    RemoteWorkspaceAssetGraph,
    RemoteWorkspaceAssetNode,
    RepositoryScopedAssetInfo,
)
from dagster._core.definitions.events import AssetKeyPartitionKey
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.definitions.temporal_context import TemporalContext
from dagster._core.execution.asset_backfill import (
    AssetBackfillData,
    execute_asset_backfill_iteration_inner,
)
from dagster._core.remote_origin import RegisteredCodeLocationOrigin
from dagster._core.remote_representation.external import RemoteRepository
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster._core.remote_representation.handle import RepositoryHandle

NOW = datetime(2026, 11, 24, tzinfo=UTC)
MOST_LOOKS = 200
_SILENT = logging.Logger("silent", level=logging.CRITICAL)

Targets = Mapping[str, Iterable[str | None]]


def remote_graph(
    locations: Mapping[str, Sequence[dg.AssetsDefinition]],
) -> RemoteWorkspaceAssetGraph:
    """The graph as the daemon sees it, of the assets of each code location."""
    infos: dict[dg.AssetKey, list[RepositoryScopedAssetInfo]] = {}
    for name, assets in locations.items():
        for key, node in _repository(name, assets).asset_graph.remote_asset_nodes_by_key.items():
            info = RepositoryScopedAssetInfo(
                asset_node=node, targeting_sensor_names=[], targeting_schedule_names=[]
            )
            infos.setdefault(key, []).append(info)
    nodes = {
        key: RemoteWorkspaceAssetNode(repo_scoped_asset_infos=found) for key, found in infos.items()
    }
    return RemoteWorkspaceAssetGraph(nodes, {}, {})


def looks(
    graph: RemoteWorkspaceAssetGraph, targets: Targets, instance: dg.DagsterInstance
) -> list[list[dg.RunRequest]]:
    """The run requests of each look of the daemon until every target was asked for."""
    wanted = _subset(graph, targets)
    data = AssetBackfillData.empty(wanted, NOW.timestamp(), instance)
    made: list[list[dg.RunRequest]] = []
    while data.requested_subset != wanted:
        assert len(made) < MOST_LOOKS, "the backfill stalls"
        view = AssetGraphView(
            temporal_context=TemporalContext(effective_dt=NOW, last_event_id=None),
            instance=instance,
            asset_graph=graph,
        )
        found = execute_asset_backfill_iteration_inner(
            "backfill", data, view, NOW.timestamp(), _SILENT, None
        )
        requests = list(found.run_requests)
        made.append(requests)
        with partition_loading_context(None, instance):
            asked = _asked(graph, requests)
        data = found.backfill_data._replace(
            requested_subset=data.requested_subset | asked,
            materialized_subset=data.materialized_subset | asked,
        )
    return made


def _repository(location: str, assets: Sequence[dg.AssetsDefinition]) -> RemoteRepository:
    definition = dg.Definitions(assets=list(assets)).get_repository_def()
    handle = RepositoryHandle(
        repository_name=definition.name,
        code_location_origin=RegisteredCodeLocationOrigin(location),
        repository_python_origin=None,
        display_metadata={},
    )
    return RemoteRepository(
        RepositorySnap.from_def(definition), handle, auto_materialize_use_sensors=False
    )


def _subset(graph: RemoteWorkspaceAssetGraph, targets: Targets) -> AssetGraphSubset:
    cells = {
        AssetKeyPartitionKey(dg.AssetKey(asset), partition)
        for asset, partitions in targets.items()
        for partition in partitions
    }
    return AssetGraphSubset.from_asset_partition_set(cells, graph)


def _asked(graph: RemoteWorkspaceAssetGraph, requests: Sequence[dg.RunRequest]) -> AssetGraphSubset:
    cells = {
        AssetKeyPartitionKey(key, partition)
        for request in requests
        for key in request.asset_selection or []
        for partition in partitions_of(graph, request)
    }
    return AssetGraphSubset.from_asset_partition_set(cells, graph)


def partitions_of(graph: RemoteWorkspaceAssetGraph, request: dg.RunRequest) -> Sequence[str | None]:
    """The partitions that a run is asked to make, [None] without any."""
    first = request.tags.get("dagster/asset_partition_range_start")
    if first is None:
        return [request.partition_key]
    definition = graph.get((request.asset_selection or [])[0]).partitions_def
    assert definition is not None
    span = dg.PartitionKeyRange(first, request.tags["dagster/asset_partition_range_end"])
    return definition.get_partition_keys_in_range(span)
