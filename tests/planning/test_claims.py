"""What an active backfill will still make isn't planned a second time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph_subset import AssetGraphSubset
from dagster._core.definitions.events import AssetKeyPartitionKey
from dagster._core.execution.asset_backfill import AssetBackfillData
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill

from console.planner.plan import CellAction
from console.planner.request import EVERYTHING, Request
from console.store.deployment import Deployment
from console.store.planning import launch
from tests.staleness.server import serving

if TYPE_CHECKING:
    from collections.abc import Iterable

DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-06")
KEYS = DAYS.get_partition_keys()
SIDES = dg.MultiPartitionsDefinition({"day": DAYS, "where": dg.StaticPartitionsDefinition(["eu"])})
TEXTS = dg.StaticPartitionsDefinition(list(SIDES.get_partition_keys()))


@dg.asset(partitions_def=DAYS)
def before() -> None:
    """The root."""


@dg.asset(
    partitions_def=DAYS,
    deps=[
        dg.AssetDep(
            before,
            partition_mapping=dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1),
        )
    ],
)
def day_after() -> None:
    """Reads the day before."""


@dg.asset(
    partitions_def=DAYS,
    deps=[dg.AssetDep(before, partition_mapping=dg.LastPartitionMapping())],
)
def last_of_before() -> None:
    """Reads only the last day."""


@dg.multi_asset(specs=[dg.AssetSpec("one"), dg.AssetSpec("other")], partitions_def=DAYS)
def step() -> tuple[None, None]:
    """Makes both at once."""
    return None, None


@dg.asset(partitions_def=SIDES)
def of_two_dimensions() -> None:
    """Its keys read as those of `texts`."""


@dg.asset(partitions_def=TEXTS)
def texts() -> None:
    """Of one dimension."""


ASSETS = [before, day_after, last_of_before, step, of_two_dimensions, texts]


@pytest.fixture
def instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral()


def _backfill(
    instance: dg.DagsterInstance, definitions: dg.Definitions, status: BulkActionStatus
) -> None:
    graph = definitions.get_repository_def().asset_graph
    targets = {AssetKeyPartitionKey(dg.AssetKey("before"), key) for key in KEYS[1:4]}
    subset = AssetGraphSubset.from_asset_partition_set(targets, graph)
    now = time.time()
    instance.add_backfill(
        PartitionBackfill(
            backfill_id="abcdefgh",
            status=status,
            from_failure=False,
            tags={},
            backfill_timestamp=now,
            serialized_asset_backfill_data=None,
            asset_selection=[dg.AssetKey("before")],
            asset_backfill_data=AssetBackfillData.empty(subset, now, instance),
        )
    )


async def _preview(
    instance: dg.DagsterInstance,
    assets: Iterable[str],
    keys: Iterable[str],
    *,
    downstream: bool = False,
) -> launch.Preview:
    with serving(instance, dg.Definitions(assets=ASSETS)) as client:
        deployment = Deployment(client)
        await deployment.load()
        chosen = tuple((name,) for name in assets)
        request = Request(chosen, tuple(keys), run_states=EVERYTHING, downstream=downstream)
        return await launch.preview(deployment, request)


async def test_cells_that_another_backfill_has_yet_to_make_are_blocked_with_its_id(
    instance: dg.DagsterInstance,
) -> None:
    _backfill(instance, dg.Definitions(assets=ASSETS), BulkActionStatus.REQUESTED)
    shown = await _preview(instance, ["before"], KEYS)
    assert shown.plan.to_run == {("before",): (KEYS[0], KEYS[4])}
    blocked = shown.plan.by_id[("before",), KEYS[2]]
    assert blocked.action is CellAction.BLOCKED
    assert blocked.reason == "backfill abcdefgh will make it"


async def test_a_backfill_that_has_ended_claims_nothing(instance: dg.DagsterInstance) -> None:
    _backfill(instance, dg.Definitions(assets=ASSETS), BulkActionStatus.COMPLETED_SUCCESS)
    shown = await _preview(instance, ["before"], KEYS)
    assert shown.plan.counts[CellAction.RUN] == len(KEYS)


async def test_downstream_is_what_the_server_reaches_and_nothing_else(
    instance: dg.DagsterInstance,
) -> None:
    shown = await _preview(instance, ["before"], [KEYS[1]], downstream=True)
    assert shown.plan.to_run == {("before",): (KEYS[1],), ("day_after",): (KEYS[2],)}
    assert any(one.startswith("last_of_before is made from none") for one in shown.warnings)


async def test_equal_definitions_are_not_taken_to_be_read_key_by_key(
    instance: dg.DagsterInstance,
) -> None:
    shown = await _preview(instance, ["before", "day_after"], KEYS[:3])
    assert (shown.runs, shown.waves) == (6, 2)


async def test_a_part_of_a_step_is_planned_whole(instance: dg.DagsterInstance) -> None:
    shown = await _preview(instance, ["one"], [KEYS[0]])
    assert shown.plan.to_run == {("one",): (KEYS[0],), ("other",): (KEYS[0],)}
    assert shown.runs == 1


async def test_keys_of_two_dimensions_are_told_from_texts_that_read_the_same(
    instance: dg.DagsterInstance,
) -> None:
    with serving(instance, dg.Definitions(assets=ASSETS)) as client:
        deployment = Deployment(client)
        await deployment.load()
        double, single = deployment.keys["of_two_dimensions",], deployment.keys["texts",]
        assert double is not None
        assert single is not None
        assert double.keys == single.keys
        assert double.sides is not None
        assert single.sides is None
