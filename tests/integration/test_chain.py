"""The chain on real input, from the API to the marts."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from threading import Timer
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.nightscout.source import address
from pipelines.settings import Settings
from tests.integration.lakehouse import (
    DBT,
    INGEST,
    Lakehouse,
    days_around_an_empty_one,
    settled_days,
)
from tests.integration.recomputed import Figures, hourly, overview, profile, values_of, windows

if TYPE_CHECKING:
    from collections.abc import Sequence


def assert_same_figures(published: Sequence[dict[str, Any]], expected: Sequence[Figures]) -> None:
    assert len(published) == len(expected)
    for row, figures in zip(published, expected, strict=True):
        assert row == pytest.approx(figures, rel=1e-12, abs=1e-12)


def test_the_marts_hold_exactly_the_figures_recomputed_from_the_readings(
    lakehouse: Lakehouse,
) -> None:
    days = days_around_an_empty_one()
    assert lakehouse.run(days[0], days[-1]).success
    readings = {day: lakehouse.readings(day) for day in days}
    assert [day for day in days if not readings[day]] == [days[4]]
    published = lakehouse.postgres("select * from marts.mrt_glucose_overview order by reading_date")
    assert_same_figures(published, overview(readings))
    patterns = lakehouse.postgres(
        "select * from marts.mrt_glucose_hourly_patterns order by day_of_week, hour_of_day"
    )
    for row in patterns:
        assert row.pop("day_name") == date(2024, 1, row["day_of_week"]).strftime("%A")
    assert_same_figures(patterns, hourly(readings, lakehouse.settings.zone))
    of_windows = "select * from marts.mrt_glucose_windows order by reading_date, window_days"
    assert_same_figures(lakehouse.postgres(of_windows), windows(readings))
    by_time = "select * from marts.mrt_glucose_agp order by minute_of_day"
    expected = profile(readings, lakehouse.settings.zone)
    assert_same_figures(lakehouse.postgres(by_time), expected)


def test_a_run_tells_for_each_day_what_it_loaded(lakehouse: Lakehouse) -> None:
    first, last = settled_days(2)
    outcome = lakehouse.run(first, last, INGEST)
    for day in (first, last):
        told = outcome.metadata("dlt_glucose_entries", day)
        assert told["rows_loaded"] == told["rows_inserted"] == len(lakehouse.readings(day))
        assert told["rows_updated"] == 0
        assert told["seconds"] > 0
    settled = outcome.checks()
    del settled["source_is_current"]
    assert len(settled) == 8
    assert all(settled.values())


def test_a_day_loaded_again_writes_nothing(lakehouse: Lakehouse) -> None:
    (day,) = settled_days(1)
    first = lakehouse.run(day, assets=INGEST).metadata("dlt_glucose_entries", day)
    again = lakehouse.run(day, assets=INGEST).metadata("dlt_glucose_entries", day)
    assert again["rows_unchanged"] == first["rows_inserted"] > 0
    assert (again["rows_inserted"], again["rows_updated"]) == (0, 0)
    assert again["snapshot_id"] == first["snapshot_id"]


def test_a_corrected_reading_updates_its_row_and_the_marts(lakehouse: Lakehouse) -> None:
    (day,) = settled_days(1)
    lakehouse.run(day)
    reading = lakehouse.readings(day)[40]
    lakehouse.correct(reading["_id"], 390)
    outcome = lakehouse.run(day)
    told = outcome.metadata("dlt_glucose_entries", day)
    assert (told["rows_inserted"], told["rows_updated"]) == (0, 1)
    rows = {row["_id"]: row["sgv"] for row in lakehouse.raw([day])}
    assert rows == {entry["_id"]: entry["sgv"] for entry in lakehouse.readings(day)}
    assert rows[reading["_id"]] == 390
    published = lakehouse.postgres("select * from marts.mrt_glucose_overview")
    assert_same_figures(published, overview({day: lakehouse.readings(day)}))


def test_a_day_without_answers_deletes_nothing(lakehouse: Lakehouse) -> None:
    """A reading the server no longer has stays in the raw table."""
    from pipelines.nightscout.columns import GLUCOSE_ENTRIES
    from pipelines.raw.publish import merge
    from pipelines.resources.lake import load_catalog

    ancient = lakehouse.settings.first_day - timedelta(days=30)
    moment = int(datetime(ancient.year, ancient.month, ancient.day, 12, tzinfo=UTC).timestamp())
    entry = {"_id": "a" * 24, "sgv": 111, "date": moment * 1000, "device": "old"}
    row = GLUCOSE_ENTRIES.as_row(entry, lakehouse.settings.zone, datetime.now(UTC), "before")
    merge(load_catalog(lakehouse.settings), GLUCOSE_ENTRIES, [row], "before")
    assert lakehouse.readings(ancient) == []
    from pipelines.nightscout.load import load_days

    load_days(lakehouse.settings, [ancient], "after", lambda _line: None)
    assert [stored["ingested_by"] for stored in lakehouse.raw([ancient])] == ["before"]


def test_a_failing_day_is_named_and_the_other_days_are_loaded(lakehouse: Lakehouse) -> None:
    first, broken, last = settled_days(3)
    lakehouse.http.post("/standin/faults", json={"day": str(broken), "status": 500})
    started = time.monotonic()
    outcome = lakehouse.run(first, last)
    assert time.monotonic() - started < 15
    assert not outcome.success
    error = outcome.error("dlt_glucose_entries")
    assert f"Nightscout failed for {broken}: " in error
    assert "answered 500: made to fail by a test" in error
    assert "max_retries" not in error
    assert outcome.partitions("dlt_glucose_entries") == [str(first), str(last)]
    told = outcome.metadata("dlt_glucose_entries", last)
    assert told["rows_loaded"] == len(lakehouse.readings(last))
    assert lakehouse.raw([broken]) == []
    assert outcome.partitions("fct_glucose_readings") == []


def test_a_fault_that_passes_is_got_over_by_trying_again(lakehouse: Lakehouse) -> None:
    (day,) = settled_days(1)
    lakehouse.http.post("/standin/faults", json={"day": str(day), "status": 503, "times": 2})
    assert lakehouse.run(day, assets=INGEST).success
    assert len(lakehouse.raw([day])) == len(lakehouse.readings(day))


def test_a_refused_key_fails_at_once(lakehouse: Lakehouse) -> None:
    (day,) = settled_days(1)
    lakehouse.http.post("/standin/faults", json={"day": str(day), "status": 401})
    outcome = lakehouse.run(day, assets=INGEST)
    assert "answered 401" in outcome.error("dlt_glucose_entries")
    assert not any(event.is_step_up_for_retry for event in outcome.result.all_events)


def test_the_secret_is_sent_as_its_digest_and_shown_nowhere(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGDECK_NIGHTSCOUT_SECRET", "a s3cret of twelve")
    digest = hashlib.sha1(b"a s3cret of twelve").hexdigest()
    assert address(Settings()).headers == {"api-secret": digest}
    (day,) = settled_days(1)
    good = lakehouse.run(day, assets=INGEST)
    lakehouse.http.post("/standin/faults", json={"day": str(day), "status": 401})
    bad = lakehouse.run(day, assets=INGEST)
    assert good.success
    assert not bad.success
    for outcome in (good, bad):
        assert "s3cret" not in outcome.log
        assert digest not in outcome.log


def test_an_implausible_reading_is_set_apart_with_the_reason(lakehouse: Lakehouse) -> None:
    (day,) = settled_days(1)
    reading = lakehouse.readings(day)[5]
    lakehouse.correct(reading["_id"], 13)
    outcome = lakehouse.run(day)
    assert outcome.success
    assert outcome.checks()["nothing_is_set_apart"] is False
    assert lakehouse.warehouse(
        "select entry_id, glucose_mg_dl, reason from bronze.stg_glucose_entries_rejected"
    ) == [(reading["_id"], 13, "below 20 mg/dL")]
    count = lakehouse.warehouse("select reading_count from gold.fct_daily_glucose_metrics")
    assert count == [(len(values_of(lakehouse.readings(day))),)]
    lakehouse.correct(reading["_id"], reading["sgv"])


def test_a_day_with_much_set_apart_stops_what_is_downstream(lakehouse: Lakehouse) -> None:
    (day,) = settled_days(1)
    with lakehouse.spoiled(day):
        outcome = lakehouse.run(day)
    assert not outcome.success
    assert outcome.checks()["days_are_usable"] is False
    assert outcome.partitions("dlt_glucose_entries") == [str(day)]
    assert outcome.partitions("stg_glucose_entries") == []


def test_no_rows_keep_the_published_mart_and_fail_loudly(lakehouse: Lakehouse) -> None:
    (day,) = settled_days(1)
    assert lakehouse.run(day).success
    before = lakehouse.everything()
    lakehouse.warehouse("delete from gold.fct_daily_glucose_metrics")
    outcome = lakehouse.publish()
    assert not outcome.success
    assert "is kept as it was: its source has no rows" in outcome.error("mrt_glucose_overview")
    after = lakehouse.everything()
    assert after["mrt_glucose_overview"] == before["mrt_glucose_overview"] != []


def test_the_models_tests_are_asset_checks(lakehouse: Lakehouse) -> None:
    (day,) = settled_days(1)
    checks = lakehouse.run(day).checks()
    assert checks["unique_fct_glucose_readings_entry_id"] is True
    assert checks["not_null_fct_daily_glucose_metrics_gmi_pct"] is True
    assert len(checks) > 20
    assert set(DBT) <= {key.to_user_string() for key in lakehouse.defs.resolve_all_asset_keys()}


def test_a_source_out_of_reach_is_named_with_the_cause(lakehouse: Lakehouse) -> None:
    from pipelines.nightscout.load import load_days

    (day,) = settled_days(1)
    nowhere = lakehouse.settings.model_copy(update={"nightscout_url": "http://127.0.0.1:1"})
    loaded = load_days(nowhere, [day], "run", lambda _line: None)
    assert "http://127.0.0.1:1/api/v1/entries.json can't be reached" in str(loaded.errors[day])
    assert "Connection refused" in str(loaded.errors[day])


def test_a_failing_model_keeps_the_rows_of_before(lakehouse: Lakehouse) -> None:
    """The window's rows are deleted in the transaction that would have brought the new ones."""
    (day,) = settled_days(1)
    assert lakehouse.run(day).success
    lakehouse.warehouse("alter table silver.fct_glucose_readings rename column trend to bent")
    lakehouse.warehouse("alter table silver.fct_glucose_readings alter bent set not null")
    before = lakehouse.warehouse("select count(*) from silver.fct_glucose_readings")
    outcome = lakehouse.run(day)
    error = outcome.error("dbt_models")
    assert f"dbt failed for {day} to {day}: fct_glucose_readings" in error
    assert lakehouse.warehouse("select count(*) from silver.fct_glucose_readings") == before
    assert outcome.partitions("fct_daily_glucose_metrics") == []


def test_a_mart_waits_for_whoever_has_the_database_open(lakehouse: Lakehouse) -> None:
    """Another process writes; publishing ends when it has let go."""
    (day,) = settled_days(1)
    assert lakehouse.run(day).success
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    command = [sys.executable, "-c", hold, str(lakehouse.settings.duckdb_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        Timer(1.0, holder.communicate, ["go\n"]).start()
        assert lakehouse.publish().success
