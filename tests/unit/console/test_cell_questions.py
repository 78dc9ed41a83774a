"""What is asked about cells beyond their states, of Dagster's own server."""

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.test_utils import freeze_time

from console.api import cell_queries, check_queries
from console.api.server import Server
from console.domain.assets.keys import AssetKey
from console.domain.errors import BadAnswer
from console.domain.grid.grid import Grid, make_grid
from console.domain.grid.metrics import CellMetric
from console.domain.grid.row import GridRow
from console.domain.grid.selection import Cells
from console.domain.runs.run import RunStatus
from console.domain.status.states import CHECK_FAILED, State
from console.store.deployment import Deployment
from console.store.grid.cell_metrics import CellMetrics
from console.store.grid.checks import Checks
from console.store.grid.metric_values import values_of
from console.store.runs.cell_runs import runs_of
from console.store.signals import Topic
from tests.staleness.server import InProcess, serving

DAYS = dg.DailyPartitionsDefinition("2026-11-01", end_date="2026-11-06")
CITIES = dg.StaticPartitionsDefinition(["Oslo", "Rome"])
BOTH = dg.MultiPartitionsDefinition({"day": DAYS, "city": CITIES})
BAD_DAYS = {"2026-11-02", "2026-11-04"}
warnings.filterwarnings("ignore", category=dg.BetaWarning)


@dg.asset(partitions_def=DAYS)
def readings(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"rows_loaded": int(context.partition_key[-2:]) - 1})


@dg.asset(partitions_def=BOTH)
def sales(context: dg.AssetExecutionContext) -> None:
    if context.partition_key == "Rome|2026-11-03":
        raise ValueError("no till")


@dg.asset
def report() -> None: ...


@dg.asset_check(asset=readings, partitions_def=DAYS)
def of_the_day(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=context.partition_key not in BAD_DAYS)


@dg.asset_check(asset=report)
def of_the_report() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN)


DEFINITIONS = dg.Definitions(
    assets=[readings, sales, report], asset_checks=[of_the_day, of_the_report]
)


def _make(instance: dg.DagsterInstance, name: str, partition: str | None = None) -> None:
    DEFINITIONS.get_implicit_global_asset_job_def().execute_in_process(
        instance=instance,
        partition_key=partition,
        asset_selection=[dg.AssetKey(name)],
        raise_on_error=False,
    )


@pytest.fixture(scope="module")
def client() -> Iterator[InProcess]:
    with dg.DagsterInstance.ephemeral() as instance:
        for day in ("2026-11-01", "2026-11-02", "2026-11-04", "2026-11-05"):
            _make(instance, "readings", day)
        for key in ("Oslo|2026-11-01", "Oslo|2026-11-03", "Rome|2026-11-03", "Rome|2026-11-05"):
            _make(instance, "sales", key)
        _make(instance, "report")
        with serving(instance, DEFINITIONS) as found:
            yield found


async def _loaded(client: InProcess) -> Deployment:
    deployment = Deployment(client)
    await deployment.load()
    return deployment


def _row(grid: Grid, name: str) -> GridRow:
    row = grid.row(grid.rows[(name,)])
    assert row is not None
    return row


async def _checked(deployment: Deployment) -> Checks:
    checks = Checks(deployment)
    while checks.interval is not None:
        await checks.look()
    return checks


async def test_the_partitions_that_a_check_failed_for_are_marked(client: InProcess) -> None:
    deployment = await _loaded(client)
    checks = await _checked(deployment)
    assert set(checks.failed[("readings",)].partitions) == BAD_DAYS
    assert checks.failed[("readings",)].of("2026-11-02") == ("of_the_day",)
    assert checks.failed[("report",)].of(None) == ("of_the_report",)
    assert ("sales",) not in checks.failed
    grid = make_grid(deployment.graph, deployment.keys, deployment.rows, checks=checks.failed)
    marked = [cell & CHECK_FAILED for cell in _row(grid, "readings").cells]
    assert marked == [0, CHECK_FAILED, 0, CHECK_FAILED, 0]
    assert _row(grid, "report").cells[-1] == State.MATERIALIZED | CHECK_FAILED


async def test_the_screens_are_told_when_the_last_check_was_read(
    client: InProcess,
) -> None:
    deployment = await _loaded(client)
    checks = Checks(deployment)
    checks.failed = (await _checked(deployment)).failed
    shown: list[frozenset[AssetKey]] = []

    def draw(_: Topic) -> None:
        shown.append(frozenset(filter(checks.is_unread, deployment.graph.assets)))

    draw(Topic.STATUS)
    deployment.signals.listen(draw)
    while checks.interval is not None:
        await checks.look()
    assert shown[0]
    assert shown[-1] == frozenset()


async def test_checks_are_asked_again_only_when_something_was_made(client: InProcess) -> None:
    deployment = await _loaded(client)
    checks = await _checked(deployment)
    client.operations.clear()
    await deployment.load_statuses(deployment.graph.order)
    assert checks.interval is None
    assert client.operations == ["Statuses"]


async def test_a_server_that_knows_no_checks_of_partitions_is_asked_for_the_others(
    client: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = frozenset({"AssetCheck.partitionStatuses", "AssetCheckExecution.partition"})
    monkeypatch.setattr(client, "server", Server("1.12.0", lacking))
    deployment = await _loaded(client)
    checks = await _checked(deployment)
    assert checks.failed[("report",)].whole == ("of_the_report",)


async def test_a_server_error_over_one_asset_costs_only_that_asset(
    client: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment = await _loaded(client)
    real = check_queries.check_verdicts

    async def failing(of: Any, keys: list[tuple[str, ...]]) -> Any:
        if ("report",) in keys:
            raise BadAnswer("answers HTTP 500")
        return await real(of, keys)

    monkeypatch.setattr(check_queries, "check_verdicts", failing)
    checks = await _checked(deployment)
    assert set(checks.failed) == {("readings",)}
    read = CellMetrics(deployment)
    monkeypatch.setattr(cell_queries, "made", failing_always)
    read.want([(("readings",), ("2026-11-02",))])
    await read.look()
    assert read.interval is None
    assert read.made[("readings",)] == {"2026-11-02": None}


async def failing_always(*_: object) -> Any:
    raise BadAnswer("answers HTTP 500")


async def test_two_dimensions_are_read_from_the_server(client: InProcess) -> None:
    deployment = await _loaded(client)
    grid = make_grid(deployment.graph, deployment.keys, deployment.rows)
    row = _row(grid, "sales")
    keys = deployment.keys[("sales",)]
    assert keys is not None
    assert keys.sides is not None
    assert keys.sides[keys.primary] is deployment.keys[("readings",)]
    states = {key: State(row.states[at]) for at, key in enumerate(keys.keys)}
    made = {key for key, state in states.items() if state is State.MATERIALIZED}
    assert made == {"Oslo|2026-11-01", "Oslo|2026-11-03", "Rome|2026-11-05"}
    assert {k for k, s in states.items() if s is State.FAILED} == {"Rome|2026-11-03"}
    column = row.column_of("Rome|2026-11-03")
    assert column is not None
    assert row.state(column) is State.FAILED
    assert len(row.positions(column)) == 2


async def test_rows_times_and_ages_are_read_for_what_is_in_sight(client: InProcess) -> None:
    deployment = await _loaded(client)
    read = CellMetrics(deployment)
    keys = ("2026-11-02", "2026-11-03", "2026-11-04")
    assert read.interval is None
    read.want([(("readings",), keys), (("report",), ())], with_times=True)
    asked = 0
    while read.interval is not None:
        await read.look()
        asked += 1
    assert asked == 2
    grid = make_grid(deployment.graph, deployment.keys, deployment.rows)
    row = _row(grid, "readings")

    def number(column: int, reading: CellMetric) -> float | None:
        value = values_of(row, range(5), reading, read, 4e9)[column]
        return None if value is None else value.number

    assert [number(at, CellMetric.ROWS) for at in range(4)] == [None, 1, None, 3]
    assert (number(1, CellMetric.TIME) or -1) >= 0
    assert (number(1, CellMetric.AGE) or 0) > 1e9
    assert values_of(row, range(1), CellMetric.ROWS, read, 0.0) == [None]


async def test_the_runs_of_chosen_cells_are_those_that_made_or_failed_them(
    client: InProcess,
) -> None:
    deployment = await _loaded(client)
    grid = make_grid(deployment.graph, deployment.keys, deployment.rows)
    rows = (_row(grid, "readings"), _row(grid, "sales"), _row(grid, "report"))
    found = await runs_of(deployment, Cells(rows, range(1, grid.width)))
    told = [(one.run.assets, one.run.partition_range, one.run.status, one.cells) for one in found]
    made = RunStatus.SUCCESS
    assert sorted(told, key=str) == sorted(
        [
            ((("readings",),), ("2026-11-02", "2026-11-02"), made, 1),
            ((("readings",),), ("2026-11-04", "2026-11-04"), made, 1),
            ((("readings",),), ("2026-11-05", "2026-11-05"), made, 1),
            ((("sales",),), ("Oslo|2026-11-03", "Oslo|2026-11-03"), made, 1),
            ((("sales",),), ("Rome|2026-11-03", "Rome|2026-11-03"), RunStatus.FAILURE, 1),
            ((("sales",),), ("Rome|2026-11-05", "Rome|2026-11-05"), made, 1),
            ((("report",),), None, made, 1),
        ],
        key=str,
    )


HOURS = dg.HourlyPartitionsDefinition("2026-10-24-00:00", timezone="Europe/Berlin")


@dg.asset(partitions_def=HOURS)
def hourly() -> None: ...


@pytest.mark.parametrize(
    ("hours", "asked"),
    [
        (6, ["Statuses", "NewestKeys", "PartitionCounts"]),
        (400, ["Statuses", "NewestKeys", "Keys", "PartitionCounts"]),
    ],
)
async def test_only_the_newest_keys_are_asked_of_a_list_that_has_grown_a_little(
    hours: int, asked: list[str]
) -> None:
    """The first few hours are those of an autumn night in which the clock is set back."""
    then = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    with (
        dg.DagsterInstance.ephemeral() as instance,
        serving(instance, dg.Definitions([hourly])) as client,
    ):
        with freeze_time(then):
            deployment = await _loaded(client)
        client.operations.clear()
        with freeze_time(then + timedelta(hours=hours)):
            await deployment.load_statuses(deployment.graph.order)
            expected = HOURS.get_partition_keys()
    found = deployment.keys[("hourly",)]
    assert found is not None
    assert list(found.keys) == expected
    assert client.operations == asked
