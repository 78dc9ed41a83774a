"""The runs counted here are those that dagster's own backfill code asks for."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import dagster as dg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.domain.assets.graph import BackfillPolicy
from console.domain.partitions.keys import PartitionKeys
from console.planner.launches import Batch, batches, waves
from tests.unit.console import dagsters_backfill
from tests.unit.console.plans import asset_of, graph_of, plan_of, snapshot_of

DAYS = tuple(f"2026-11-{day:02}" for day in range(1, 8))
CITIES = ("Rome", "Oslo", "Bonn", "Lyon")
DEFINITIONS: dict[str, dg.PartitionsDefinition] = {
    "daily": dg.DailyPartitionsDefinition("2026-11-01", end_date="2026-11-08"),
    "workdays": dg.TimeWindowPartitionsDefinition(
        cron_schedule="0 0 * * *",
        start="2026-11-01",
        end="2026-11-12",
        fmt="%Y-%m-%d",
        exclusions=["0 0 * * 0,6"],
    ),
    "cities": dg.StaticPartitionsDefinition(list(CITIES)),
    "both": dg.MultiPartitionsDefinition(
        {
            "city": dg.StaticPartitionsDefinition(list(CITIES)),
            "day": dg.DailyPartitionsDefinition("2026-11-01", end_date="2026-11-04"),
        }
    ),
}
KINDS = {"cities": "STATIC", "both": "MULTIPARTITIONED"}
KEYS = {
    name: PartitionKeys(tuple(definition.get_partition_keys()))
    for name, definition in DEFINITIONS.items()
}


@dataclass(frozen=True)
class Node:
    """An asset: its definition, at most so many partitions a run (0: all), and its parents."""

    name: str
    definition: str | None
    most: int | None = None
    parents: tuple[str, ...] = ()
    location: str = "here"


Targets = Mapping[str, Sequence[str | None]]
Stage = dict[frozenset[str], tuple[frozenset[str | None], int]]
"""For the assets that share runs: the partitions made, and in how many runs."""


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def _ours(nodes: Sequence[Node], targets: Targets) -> list[Stage]:
    graph = graph_of(
        (
            asset_of(
                node.name,
                node.definition,
                None if node.most is None else BackfillPolicy(node.most or None),
                kind=KINDS.get(node.definition or "", "TIME_WINDOW"),
                primary=1 if node.definition == "both" else 0,
                location=node.location,
            )
            for node in nodes
        ),
        ((parent, node.name) for node in nodes for parent in node.parents),
    )
    keys = {node.name: KEYS[node.definition] if node.definition else None for node in nodes}
    made = batches(plan_of(graph, targets), snapshot_of(graph, keys))
    stages: list[Stage] = [{} for _ in range(1 + max((batch.stage for batch in made), default=-1))]
    for batch in made:
        names = frozenset(key[0] for key in batch.assets)
        stages[batch.stage][names] = frozenset(batch.partitions), batch.runs
    return stages


def _dagsters(nodes: Sequence[Node], targets: Targets, instance: dg.DagsterInstance) -> list[Stage]:
    definitions = {node.name: node.definition for node in nodes}
    locations: dict[str, list[dg.AssetsDefinition]] = {}
    for node in nodes:
        locations.setdefault(node.location, []).append(_asset(node, definitions))
    graph = dagsters_backfill.remote_graph(locations)
    stages: list[Stage] = []
    for look in dagsters_backfill.looks(graph, targets, instance):
        stage: Stage = {}
        for request in look:
            names = frozenset(key.path[-1] for key in request.asset_selection or [])
            cells, runs = stage.get(names, (frozenset(), 0))
            more = dagsters_backfill.partitions_of(graph, request)
            stage[names] = cells.union(more), runs + 1
        stages.append(stage)
    return stages


def _asset(node: Node, definitions: Mapping[str, str | None]) -> dg.AssetsDefinition:
    policies = {None: None, 0: dg.BackfillPolicy.single_run()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        policy = dg.BackfillPolicy.multi_run(node.most) if node.most else policies[node.most]

        @dg.asset(
            name=node.name,
            partitions_def=DEFINITIONS[node.definition] if node.definition else None,
            deps=[_dependency(node, parent, definitions[parent]) for parent in node.parents],
            backfill_policy=policy,
        )
        def made() -> None: ...

    return made


def _dependency(node: Node, parent: str, definition: str | None) -> dg.AssetDep:
    """Every partition of a parent with another definition, which is what is assumed here."""
    if parent == node.name:
        before = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
        return dg.AssetDep(parent, partition_mapping=before)
    if None in (definition, node.definition) or definition == node.definition:
        return dg.AssetDep(parent)
    return dg.AssetDep(parent, partition_mapping=dg.AllPartitionMapping())


def _chosen(draw: st.DrawFn, definition: str | None) -> tuple[str | None, ...]:
    if definition is None:
        return (None,)
    keys = KEYS[definition].keys
    places = draw(st.sets(st.integers(0, len(keys) - 1), min_size=1, max_size=len(keys)))
    return tuple(keys[at] for at in sorted(places))


@st.composite
def backfills(
    draw: st.DrawFn, definitions: Sequence[str | None], itself: bool = False
) -> tuple[list[Node], dict[str, tuple[str | None, ...]]]:
    nodes: list[Node] = []
    targets: dict[str, tuple[str | None, ...]] = {}
    same = draw(st.booleans())
    for name in "abcde"[: draw(st.integers(1, 5))]:
        definition = draw(st.sampled_from(definitions))
        parents = draw(st.sets(st.sampled_from([node.name for node in nodes]))) if nodes else set()
        if itself and definition == "daily" and draw(st.booleans()):
            parents |= {name}
        most = draw(st.sampled_from([None, 0, 2, 3] if definition else [None, 0]))
        nodes.append(Node(name, definition, most, tuple(sorted(parents))))
        alike = next((targets[n.name] for n in nodes[:-1] if n.definition == definition), None)
        targets[name] = alike if same and alike else _chosen(draw, definition)
    return nodes, targets


FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FEW
@given(case=backfills(["daily", None]))
def test_runs_of_daily_assets_are_those_dagster_starts(
    case: tuple[list[Node], Targets], instance: dg.DagsterInstance
) -> None:
    assert _ours(*case) == _dagsters(*case, instance)


@FEW
@given(case=backfills(["workdays", "cities", "both", None]))
def test_runs_of_assets_with_different_definitions_are_those_dagster_starts(
    case: tuple[list[Node], Targets], instance: dg.DagsterInstance
) -> None:
    assert _ours(*case) == _dagsters(*case, instance)


@FEW
@given(case=backfills(["daily", None], itself=True))
def test_an_asset_made_from_its_own_day_before_is_run_as_dagster_runs_it(
    case: tuple[list[Node], Targets], instance: dg.DagsterInstance
) -> None:
    assert _ours(*case) == _dagsters(*case, instance)


def _check(nodes: list[Node], targets: Targets, instance: dg.DagsterInstance) -> list[Stage]:
    found = _ours(nodes, targets)
    assert found == _dagsters(nodes, targets, instance)
    return found


def test_a_child_with_the_parents_policy_and_days_is_made_in_the_parents_runs(
    instance: dg.DagsterInstance,
) -> None:
    nodes = [Node("a", "daily", 3), Node("b", "daily", 3, ("a",))]
    stages = _check(nodes, {"a": DAYS, "b": DAYS}, instance)
    assert stages == [{frozenset("ab"): (frozenset(DAYS), 3)}]


def test_a_child_with_another_policy_waits_for_its_parent(instance: dg.DagsterInstance) -> None:
    nodes = [Node("a", "daily"), Node("b", "daily", 0, ("a",)), Node("c", None, None, ("b",))]
    stages = _check(nodes, {"a": DAYS, "b": DAYS, "c": (None,)}, instance)
    assert [runs for stage in stages for _, runs in stage.values()] == [7, 1, 1]


def test_a_gap_parts_the_runs_of_an_asset_with_a_policy(instance: dg.DagsterInstance) -> None:
    targets = {"a": (DAYS[0], DAYS[1], DAYS[4])}
    assert _check([Node("a", "daily", 0)], targets, instance)[0][frozenset("a")][1] == 2


def test_a_day_left_out_of_the_definition_is_no_gap(instance: dg.DagsterInstance) -> None:
    keys = KEYS["workdays"].keys
    assert "2026-11-07" not in keys
    assert _check([Node("a", "workdays", 0)], {"a": keys}, instance)[0][frozenset("a")][1] == 1


def test_a_child_whose_parent_has_two_batches_waits_for_both(instance: dg.DagsterInstance) -> None:
    nodes = [Node("a", "daily"), Node("b", "daily"), Node("c", "daily", None, ("a", "b"))]
    _check(nodes, {"a": DAYS[:3], "b": DAYS[2:4], "c": DAYS[:3]}, instance)


def test_days_that_need_nothing_above_do_not_wait(instance: dg.DagsterInstance) -> None:
    nodes = [Node("a", "daily"), Node("b", "daily", 0, ("a",)), Node("c", "daily", 2, ("b",))]
    _check(nodes, {"a": DAYS[4:5], "b": DAYS[4:5], "c": DAYS[2:5]}, instance)


def test_a_day_is_no_root_where_the_graph_leads_to_it_from_another_target(
    instance: dg.DagsterInstance,
) -> None:
    nodes = [Node("a", None), Node("b", "daily", None, ("a",)), Node("c", "daily", None, ("b",))]
    stages = _check(nodes, {"a": (None,), "b": DAYS[:1], "c": DAYS[1:2]}, instance)
    assert [set(stage) for stage in stages] == [
        {frozenset("a")},
        {frozenset("b")},
        {frozenset("c")},
    ]


def test_an_asset_made_from_its_own_day_before_is_never_in_its_parents_runs(
    instance: dg.DagsterInstance,
) -> None:
    nodes = [Node("a", "daily", 0), Node("b", "daily", 0, ("a", "b"))]
    stages = _check(nodes, {"a": DAYS[:3], "b": DAYS[:3]}, instance)
    assert [set(stage) for stage in stages] == [{frozenset("a")}, {frozenset("b")}]


def test_assets_of_two_code_locations_never_share_a_run(instance: dg.DagsterInstance) -> None:
    nodes = [Node("a", "daily"), Node("b", "daily", None, ("a",), "there")]
    stages = _check(nodes, {"a": DAYS, "b": DAYS}, instance)
    assert len(stages) == 2


def test_each_key_of_one_dimension_has_runs_of_its_own(
    instance: dg.DagsterInstance,
) -> None:
    keys = KEYS["both"].keys
    assert _check([Node("a", "both", 0)], {"a": keys}, instance)[0][frozenset("a")][1] == 3
    assert _check([Node("a", "both", 3)], {"a": keys}, instance)[0][frozenset("a")][1] == 6


def _batch(runs: int, stage: int) -> Batch:
    return Batch((("a",),), ("x",) * runs, runs, stage)


def test_each_stage_takes_as_many_waves_as_the_limit_makes_of_it() -> None:
    made = [_batch(5, 0), _batch(2, 0), _batch(3, 1)]
    assert waves(made, 4) == 3
    assert waves(made, None) == 2
    assert waves([], 4) == 0
