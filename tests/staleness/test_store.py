"""How verdicts come to be known: what is asked when, and what happens when it can't be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from console.domain.errors import ServerError
from console.domain.partitions.keys import PartitionKeys
from console.domain.status.states import State
from console.planner.plan import CellAction
from console.planner.request import Request
from console.store.deployment import Deployment
from console.store.planning import launch, stale_cells
from console.store.poller import Poller
from console.store.staleness import materializations
from console.store.staleness import verdicts as staleness
from tests.staleness.compare import compare
from tests.staleness.server import InProcess, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.api.documents import Document

DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-11")
KEYS = DAYS.get_partition_keys()
UP, DOWN, MART, TOTAL = ("up",), ("down",), ("mart",), ("total",)
RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
def up() -> None:
    """The root."""


@dg.asset(deps=[up], partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
def down() -> None:
    """Day by day."""


@dg.asset(deps=[dg.AssetDep(down, partition_mapping=dg.SpecificPartitionsPartitionMapping(KEYS))])
def mart() -> None:
    """Over everything."""


@dg.asset(deps=[down])
def total() -> None:
    """Over everything by Dagster's default, along which it doesn't look."""


class Rig:
    """A root, a child and a mart over it, on a server of their own."""

    def __init__(self) -> None:
        self.instance = dg.DagsterInstance.ephemeral()
        self.definitions = dg.Definitions(assets=[up, down, mart, total])
        self.materialize("up", KEYS[0], KEYS[-1])
        self.materialize("down", KEYS[0], KEYS[-1])
        self.materialize("mart")
        self.materialize("total")

    def materialize(self, name: str, first: str | None = None, last: str | None = None) -> None:
        tags = dict(zip(RANGE, (first, last), strict=True)) if first and last else {}
        job = self.definitions.resolve_implicit_global_asset_job_def()
        key = first if last is None else None
        chosen = [dg.AssetKey(name)]
        job.execute_in_process(
            instance=self.instance, asset_selection=chosen, partition_key=key, tags=tags
        )


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.fixture
def client(rig: Rig) -> Iterator[InProcess]:
    with serving(rig.instance, rig.definitions) as client:
        yield client


async def _read(client: InProcess) -> Deployment:
    deployment = Deployment(client)
    await deployment.load()
    await _until_all_is_judged(deployment)
    client.operations.clear()
    return deployment


async def _until_all_is_judged(deployment: Deployment) -> None:
    deployment.staleness.show_first(deployment.graph.order)
    while (wait := deployment.staleness.interval) is not None:
        await asyncio.sleep(wait)
        await deployment.staleness.look()
        assert not deployment.staleness.problem


async def test_when_all_is_judged_nothing_more_is_asked(client: InProcess) -> None:
    deployment = await _read(client)
    await deployment.load_statuses(deployment.graph.order)
    assert client.operations == ["Statuses"]
    assert deployment.staleness.interval is None
    assert deployment.staleness.words == ""


async def test_a_cell_not_judged_yet_is_said_to_be_unknown(client: InProcess) -> None:
    deployment = Deployment(client)
    await deployment.load()
    assert deployment.staleness.interval is None, "nobody looks yet"
    assert deployment.staleness.show_first(deployment.graph.order)
    assert deployment.staleness.words == "stale: reading 4 …"
    await _until_all_is_judged(deployment)
    assert deployment.staleness.words == ""


async def test_after_a_change_only_the_new_events_are_read(rig: Rig, client: InProcess) -> None:
    deployment = await _read(client)
    rig.materialize("up", KEYS[2])
    await deployment.load_statuses([UP])
    assert deployment.staleness.is_due(DOWN)
    client.operations.clear()
    await _until_all_is_judged(deployment)
    assert client.operations == ["History"]
    assert deployment.rows[DOWN].states.find(bytes([State.STALE])) == 2
    why = deployment.stale_reason(DOWN, KEYS[2])
    assert why is not None
    assert why.startswith(f"up {KEYS[2]} was materialized")


async def test_a_list_that_grew_is_read_on_from_where_it_was(rig: Rig, client: InProcess) -> None:
    deployment = await _read(client)
    longer = PartitionKeys((*KEYS, "2026-01-11"))
    deployment.keys.update({UP: longer, DOWN: longer})
    rig.materialize("up", KEYS[2])
    await deployment.staleness.read([DOWN])
    held = deployment.staleness.materializations(UP)
    assert held is not None
    assert len(held.times) == len(longer)
    assert "Made" not in client.operations


async def test_a_cell_made_again_is_fresh_again(rig: Rig, client: InProcess) -> None:
    rig.materialize("up", KEYS[2])
    deployment = await _read(client)
    assert deployment.rows[DOWN].count(State.STALE) == 1
    rig.materialize("down", KEYS[2])
    await deployment.load_statuses(deployment.graph.order)
    await _until_all_is_judged(deployment)
    assert deployment.rows[DOWN].count(State.STALE) == 0
    assert deployment.rows[MART].count(State.STALE) == 1


async def test_along_an_edge_that_the_server_skips_the_times_are_a_hint(
    rig: Rig, client: InProcess
) -> None:
    rig.materialize("down", KEYS[2])
    deployment = await _read(client)
    assert deployment.rows[TOTAL].count(State.STALE) == 0
    hint = deployment.staleness.hint(TOTAL, None)
    assert hint == "1 of 10 partitions of down were materialized after this"
    assert (await compare(client, deployment)).differing == []


async def test_a_wiped_history_is_read_anew(rig: Rig, client: InProcess) -> None:
    deployment = await _read(client)
    rig.instance.wipe_assets([dg.AssetKey("down")])
    rig.materialize("down", KEYS[4])
    await deployment.load_statuses(deployment.graph.order)
    await _until_all_is_judged(deployment)
    assert deployment.rows[DOWN].count(State.MATERIALIZED) == 1
    assert deployment.rows[MART].count(State.STALE) == 1


class Failing(InProcess):
    """Does not answer some of what is asked for the verdicts."""

    refused: frozenset[str] = frozenset({"Lineage"})

    async def _send(
        self, query: Document, variables: dict[str, Any], timeout: float = 0.0
    ) -> dict[str, Any]:
        named = "/".join(one["path"][0] for one in variables.get("keys", ()))
        if {query.name, f"{query.name} of {named}"} & self.refused:
            raise ServerError("the server has no time")
        return await super()._send(query, variables, timeout)


async def test_an_error_costs_the_verdicts_and_nothing_else(client: InProcess) -> None:
    deployment = Deployment(Failing(client.process))
    await deployment.load()
    deployment.staleness.show_first(deployment.graph.order)
    await deployment.staleness.look()
    assert deployment.staleness.words == "stale: not known"
    assert deployment.connection.live
    assert deployment.rows[DOWN].count(State.MATERIALIZED) == len(KEYS)
    assert deployment.staleness.interval == pytest.approx(20, abs=10)


async def test_one_asset_that_cant_be_read_costs_only_its_own_verdicts(
    client: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staleness, "CELLS_A_LOOK", 1)
    failing = Failing(client.process)
    failing.refused = frozenset({"Made of down"})
    deployment = Deployment(failing)
    await deployment.load()
    deployment.staleness.show_first([DOWN, UP])
    await deployment.staleness.look()
    await deployment.staleness.look()
    assert deployment.staleness.is_judged(UP)
    assert not deployment.staleness.show_first([DOWN, UP]), "both were in sight before"
    assert not deployment.staleness.is_judged(DOWN)
    assert deployment.staleness.words == "stale: reading 1 …"


async def test_verdicts_are_asked_in_portions_where_the_server_tells_no_facts(
    rig: Rig, client: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = Failing(client.process)
    older.refused = frozenset({"History", "Pointers", "RunFacts", "Preview"})
    monkeypatch.setattr(staleness, "CELLS_ASKED_A_LOOK", 4)
    deployment = await _read(older)
    assert deployment.staleness.asked == len(KEYS) + 1, "all of `down`, and `mart`"
    rig.materialize("up", KEYS[2])
    await deployment.load_statuses(deployment.graph.order)
    await _until_all_is_judged(deployment)
    compared = await compare(older, deployment)
    assert compared.differing == []
    assert compared.stale == 1


async def test_the_grids_states_are_asked_for_before_any_verdict(client: InProcess) -> None:
    deployment = Deployment(client)
    poller = Poller(deployment)
    poller.add(deployment.staleness)
    deployment.staleness.show_first([DOWN])
    assert deployment.staleness.interval is None
    await deployment.load()
    assert "Lineage" not in client.operations
    assert deployment.rows[DOWN].count(State.MATERIALIZED) == len(KEYS)


async def test_the_planner_asks_nothing_of_cells_that_are_judged(
    rig: Rig, client: InProcess
) -> None:
    rig.materialize("up", KEYS[2])
    deployment = await _read(client)
    shown = await launch.preview(deployment, Request((DOWN,), tuple(KEYS)))
    assert "Stale" not in client.operations
    assert shown.plan.counts[CellAction.RUN] == 1
    assert shown.plan.by_id[DOWN, KEYS[2]].reason.startswith(f"stale: up {KEYS[2]} was")


@pytest.mark.parametrize("refused", [frozenset[str](), frozenset({"Made"})])
async def test_the_planner_judges_a_few_cells_of_an_asset_and_asks_what_it_cant(
    rig: Rig, client: InProcess, monkeypatch: pytest.MonkeyPatch, refused: frozenset[str]
) -> None:
    monkeypatch.setattr(stale_cells, "CELLS_READ_FOR_ONE_ASKED", 2)
    rig.materialize("up", KEYS[2])
    failing = Failing(client.process)
    failing.refused = refused
    deployment = Deployment(failing)
    await deployment.load()
    shown = await launch.preview(deployment, Request((DOWN,), (KEYS[2], KEYS[3])))
    assert ("Stale" in failing.operations) is bool(refused)
    assert not deployment.staleness.is_judged(DOWN)
    assert shown.plan.by_id[DOWN, KEYS[2]].state is State.STALE
    assert shown.plan.by_id[DOWN, KEYS[3]].state is State.MATERIALIZED


async def test_nothing_is_asked_of_materialized_cells_where_only_missing_ones_would_run(
    rig: Rig, client: InProcess
) -> None:
    rig.materialize("up", KEYS[2])
    deployment = Deployment(client)
    await deployment.load()
    missing = frozenset({State.MISSING})
    shown = await launch.preview(deployment, Request((DOWN,), tuple(KEYS), run_states=missing))
    assert not {"Stale", "Made", "History"} & set(client.operations)
    assert shown.plan.by_id[DOWN, KEYS[2]].reason == "materialized, not asked for"


async def test_a_forgotten_materialization_costs_the_reason_and_no_verdict(
    rig: Rig, client: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.materialize("up", KEYS[2])
    deployment = await _read(client)
    monkeypatch.setattr(materializations, "MOST_BYTES", 0)
    rig.materialize("mart")
    await deployment.load_statuses(deployment.graph.order)
    await deployment.staleness.read([UP])
    assert deployment.rows[DOWN].count(State.STALE) == 1
    assert deployment.stale_reason(DOWN, KEYS[2]) is None
    rig.materialize("down", KEYS[2])
    await deployment.load_statuses(deployment.graph.order)
    await _until_all_is_judged(deployment)
    assert deployment.rows[DOWN].count(State.STALE) == 0
