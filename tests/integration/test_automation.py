"""What runs by itself: conditions, schedule, sensor and op job, evaluated for real."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from pipelines.nightscout.sensor import nightscout_readings
from pipelines.operations.schedules import daily_glucose
from pipelines.resources.connections import Http, Trino
from tests.integration.lakehouse import DBT, INGEST, MARTS, Lakehouse, settled_days
from tests.integration.processes import free_port

if TYPE_CHECKING:
    from pipelines.settings import Settings

INGESTED = dg.AssetKey("dlt_glucose_entries")


class Evaluations:
    """One look after another at all conditions, as the daemon makes them."""

    def __init__(self, defs: dg.Definitions, instance: dg.DagsterInstance) -> None:
        self.defs, self.instance = defs, instance
        self.cursor: Any = None

    def at(self, moment: datetime) -> dict[str, set[str | None]]:
        """The partitions requested of each of the glucose assets."""
        result = dg.evaluate_automation_conditions(
            self.defs, self.instance, cursor=self.cursor, evaluation_time=moment
        )
        self.cursor = result.cursor
        names = [*INGEST, *DBT, *MARTS]
        asked = {name: set(result.get_requested_partitions(dg.AssetKey(name))) for name in names}
        return {name: partitions for name, partitions in asked.items() if partitions}

    def ingest(self, day: date, *, passed: bool) -> None:
        """Records a materialization and the outcomes of its blocking checks."""
        materialization = dg.AssetMaterialization(INGESTED, partition=day.isoformat())
        self.instance.report_runless_asset_event(materialization)
        for check in self.defs.resolve_asset_graph().asset_check_keys:
            if check.asset_key == INGESTED:
                evaluation = dg.AssetCheckEvaluation(INGESTED, check.name, passed, {})
                self.instance.report_runless_asset_event(evaluation)


def test_the_newest_partition_is_ingested_each_hour_and_once(lakehouse: Lakehouse) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        look = Evaluations(lakehouse.defs, instance)
        noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
        today = noon.date().isoformat()
        assert look.at(noon - timedelta(minutes=2)) == {}
        assert look.at(noon - timedelta(minutes=1)) == {}
        assert look.at(noon + timedelta(seconds=20)) == {INGESTED.to_user_string(): {today}}
        assert look.at(noon + timedelta(seconds=40)) == {}


def test_downstream_assets_follow_once_the_blocking_checks_have_passed(
    lakehouse: Lakehouse,
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        look = Evaluations(lakehouse.defs, instance)
        now = datetime.now(UTC).replace(hour=12, minute=20)
        today = now.date()
        look.at(now)
        look.ingest(today, passed=False)
        assert look.at(now + timedelta(seconds=30)) == {}
        look.ingest(today, passed=True)
        asked = look.at(now + timedelta(seconds=60))
        assert {name: asked[name] for name in DBT} == {name: {str(today)} for name in DBT}


def test_marts_follow_any_new_day_though_most_days_are_missing(lakehouse: Lakehouse) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        look = Evaluations(lakehouse.defs, instance)
        now = datetime.now(UTC).replace(hour=12, minute=20)
        look.at(now)
        for name in ("fct_glucose_readings", "fct_daily_glucose_metrics"):
            made = dg.AssetMaterialization(name, partition=str(now.date() - timedelta(days=9)))
            instance.report_runless_asset_event(made)
        assert set(look.at(now + timedelta(seconds=30))) == set(MARTS)


def test_the_schedule_runs_the_two_days_before_today_again() -> None:
    moment = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)
    request = daily_glucose(dg.build_schedule_context(scheduled_execution_time=moment))
    assert isinstance(request, dg.RunRequest)
    assert request.tags["dagster/asset_partition_range_start"] == "2026-03-07"
    assert request.tags["dagster/asset_partition_range_end"] == "2026-03-08"


def look_at_nightscout(cursor: str | None) -> Any:
    with dg.build_sensor_context(cursor=cursor) as context:
        return nightscout_readings(context, http=Http())


def test_the_sensor_asks_for_a_run_for_the_newest_reading_and_then_only_for_newer(
    lakehouse: Lakehouse,
) -> None:
    first = look_at_nightscout(None)
    (request,) = first.run_requests
    newest = lakehouse.http.get("/api/v1/entries.json", params={"count": 1}).json()[0]
    at = datetime.fromtimestamp(newest["date"] / 1000, UTC)
    assert request.run_key == at.isoformat()
    assert request.partition_key == str(at.date())
    again = look_at_nightscout(first.cursor)
    assert isinstance(again, dg.SkipReason)
    assert f"still that of {at:%H:%M:%S} UTC" in str(again.skip_message)


def test_the_sensor_names_a_source_out_of_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pipelines.raw.errors import SourceError

    monkeypatch.setenv("DAGDECK_NIGHTSCOUT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(SourceError, match=r"/api/v1/entries.json can't be reached"):
        look_at_nightscout(None)


def run_ops(lakehouse: Lakehouse, day: str) -> dg.ExecuteInProcessResult:
    config = dg.RunConfig(ops={"fetch_readings": {"config": {"day": day}}})
    return lakehouse.defs.resolve_job_def("glucose_day_by_ops").execute_in_process(
        run_config=config, raise_on_error=False
    )


def test_the_op_job_writes_the_same_rows_as_the_asset(lakehouse: Lakehouse) -> None:
    (day,) = settled_days(1)
    assert run_ops(lakehouse, str(day)).success
    by_ops = {row["_id"]: row["sgv"] for row in lakehouse.raw([day])}
    told = lakehouse.run(day, assets=INGEST).metadata("dlt_glucose_entries", day)
    assert told["rows_unchanged"] == len(by_ops) == len(lakehouse.readings(day))
    assert (told["rows_inserted"], told["rows_updated"]) == (0, 0)


def test_the_op_job_names_a_day_that_is_none(lakehouse: Lakehouse) -> None:
    result = run_ops(lakehouse, "2026-02-31")
    failed = next(event for event in result.all_events if event.is_step_failure)
    assert "No day '2026-02-31'" in str(failed.step_failure_data.user_failure_data)
    assert not any(event.is_step_up_for_retry for event in result.all_events)


def test_a_late_source_is_told_by_the_check_and_stops_nothing(lakehouse: Lakehouse) -> None:
    """Only an old day is stored: the ingestion is what is late."""
    (day,) = settled_days(1)
    outcome = lakehouse.run(day)
    assert outcome.success
    assert outcome.checks()["source_is_current"] is False


def test_a_day_in_another_unit_stops_what_is_downstream(lakehouse: Lakehouse) -> None:
    (day,) = settled_days(1)
    readings = lakehouse.readings(day)[:200]
    for reading in readings:
        lakehouse.correct(reading["_id"], 6)
    outcome = lakehouse.run(day)
    assert outcome.checks()["days_are_usable"] is False
    assert outcome.partitions("stg_glucose_entries") == []
    for reading in readings:
        lakehouse.correct(reading["_id"], reading["sgv"])


def test_trino_is_asked_for_nothing_before_a_query(
    lakehouse_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trino.exceptions import TrinoConnectionError

    monkeypatch.setenv("DAGDECK_TRINO_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("DAGDECK_HTTP_ATTEMPTS", "1")
    assert lakehouse_settings.trino_catalog == "lake"
    with Trino().connect() as connection:
        cursor = connection.cursor()
        with pytest.raises(TrinoConnectionError, match=r"127\.0\.0\.1"):
            cursor.execute("select 1")


def test_the_graph_is_the_texts_and_found_through_dbt(lakehouse: Lakehouse) -> None:
    graph = lakehouse.defs.resolve_asset_graph()

    def parents(name: str) -> set[str]:
        return {key.to_user_string() for key in graph.get(dg.AssetKey(name)).parent_keys}

    assert parents("stg_glucose_entries") == {"dlt_glucose_entries"}
    assert parents("stg_github_user_events") == {"dlt_github_user_events"}
    assert "stg_glucose_entries" in parents("fct_glucose_readings")
    assert "fct_daily_glucose_metrics" in parents("mrt_glucose_overview")
    assert "fct_daily_github_metrics" in parents("mrt_github_activity_overview")
    groups = {node.group_name for node in graph.asset_nodes if node.is_materializable}
    assert groups == {"nightscout", "github", "bronze", "silver", "gold", "marts"}


def test_every_table_has_a_freshness_policy(lakehouse: Lakehouse) -> None:
    nodes = lakehouse.defs.resolve_asset_graph().asset_nodes
    made = [node for node in nodes if node.is_materializable]
    assert len(made) >= 14
    assert [node.key for node in made if node.freshness_policy is None] == []
    assert [node.key for node in made if node.automation_condition is None] == []
