"""What becomes of rows that move, leave, come back or are of another day, and of days that are wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.nightscout.load import load_days
from pipelines.operations import accepting, set_apart
from pipelines.raw.ingest import Loaded
from pipelines.raw.zone import ZoneChangedError, zone_path
from pipelines.settings import Settings
from tests.deployments import free_ports
from tests.integration.lakehouse import INGEST, RECENT, Lakehouse
from tests.sources.readings import midnight, reading, sent, whole_day
from tests.sources.server import Entries, Sent, serving

ASSET = "dlt_glucose_entries"
FIRST, SECOND = RECENT - timedelta(days=5), RECENT - timedelta(days=4)
LAST = 287


@dataclass
class Source:
    """A lakehouse whose Nightscout a test makes odd."""

    lakehouse: Lakehouse
    entries: Entries
    settings: Settings

    def serve(self, *days: list[Sent]) -> None:
        self.entries.sent = [each for day in days for each in day]

    def load(self, *days: date, settings: Settings | None = None) -> Loaded:
        return load_days(settings or self.settings, days, "run", lambda _line: None)

    def stored(self, day: date) -> dict[str, Any]:
        return {row["_id"]: row for row in self.lakehouse.raw([day])}

    def counts(self) -> dict[date, int]:
        query = "select reading_date, reading_count from gold.fct_daily_glucose_metrics"
        return dict(self.lakehouse.warehouse(query))


@pytest.fixture
def source(lakehouse: Lakehouse) -> Iterator[Source]:
    entries = Entries()
    with serving(entries) as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("DAGDECK_NIGHTSCOUT_URL", server.url)
        yield Source(lakehouse, entries, Settings())


def after_midnight(entry_id: str) -> Sent:
    at = midnight(SECOND) + 60_000
    return Sent(at, reading(SECOND, 0) | {"_id": entry_id, "date": at})


def test_an_id_that_moves_to_the_next_day_is_stored_once_and_marks_the_day_it_left(
    source: Source,
) -> None:
    source.serve(whole_day(FIRST), whole_day(SECOND))
    assert source.lakehouse.run(FIRST, SECOND).success
    moved = reading(FIRST, LAST)["_id"]
    source.serve(
        whole_day(FIRST, {LAST: None}), whole_day(SECOND, {0: None}), [after_midnight(moved)]
    )
    outcome = source.lakehouse.run(SECOND)
    assert outcome.success, outcome.why()
    assert moved not in source.stored(FIRST)
    assert moved in source.stored(SECOND)
    assert outcome.metadata(ASSET, FIRST)["rows_left"] == 1
    assert source.lakehouse.run(FIRST).success
    assert source.counts() == {FIRST: 287, SECOND: 288}
    assert source.lakehouse.warehouse(
        "select count(*), count(distinct entry_id) from bronze.stg_glucose_entries"
    ) == [(575, 575)]


def test_a_day_that_is_wrong_in_the_models_stops_no_other_day(source: Source) -> None:
    source.serve(whole_day(FIRST), whole_day(SECOND))
    assert source.lakehouse.run(FIRST).success
    for table in ("bronze.stg_glucose_entries", "silver.fct_glucose_readings"):
        source.lakehouse.warehouse(f"insert into {table} select * from {table}")
    outcome = source.lakehouse.run(SECOND)
    assert outcome.success, outcome.why()
    assert source.lakehouse.run(FIRST).success
    assert source.counts() == {FIRST: 288, SECOND: 288}


def test_a_reading_gone_from_the_source_is_deleted_softly_and_comes_back(source: Source) -> None:
    source.serve(whole_day(FIRST))
    source.load(FIRST)
    gone = reading(FIRST, 9)["_id"]
    source.serve(whole_day(FIRST, {9: None}))
    outcome = source.lakehouse.run(FIRST)
    assert outcome.success, outcome.why()
    told = outcome.metadata(ASSET, FIRST)
    assert (told["rows_deleted"], told["rows_stored"], told["rows_published"]) == (1, 288, 287)
    assert source.stored(FIRST)[gone]["deleted_at"] is not None
    assert source.counts() == {FIRST: 287}
    source.serve(whole_day(FIRST))
    assert source.load(FIRST).day(FIRST).updated == 1
    assert source.stored(FIRST)[gone]["deleted_at"] is None


def test_more_than_a_tenth_of_a_day_gone_is_not_believed(source: Source) -> None:
    source.serve(whole_day(FIRST))
    source.load(FIRST)
    source.serve(whole_day(FIRST, dict.fromkeys(range(29))))
    outcome = source.lakehouse.run(FIRST, assets=INGEST)
    told = outcome.metadata(ASSET, FIRST)
    assert (told["rows_deleted"], told["rows_gone_but_kept"]) == (0, 29)
    assert "29 of 288 rows are gone from the source, which is too many" in outcome.log
    assert not [row for row in source.stored(FIRST).values() if row["deleted_at"]]


def test_a_server_that_heeds_no_dates_deletes_nothing(source: Source) -> None:
    source.serve(whole_day(FIRST), whole_day(SECOND))
    source.load(FIRST, SECOND)
    source.entries.heeds_dates = False
    source.serve(whole_day(FIRST, {9: None}), whole_day(SECOND))
    assert source.load(FIRST).day(FIRST).deleted == 0
    assert len(source.stored(SECOND)) == 288
    assert source.lakehouse.quarantine() == []


def test_a_good_reading_that_turns_bad_is_set_apart_and_one_that_turns_good_is_published(
    source: Source,
) -> None:
    bad = {3: reading(FIRST, 3) | {"sgv": None}}
    source.serve(whole_day(FIRST))
    source.load(FIRST)
    source.serve(whole_day(FIRST, bad))
    assert source.load(FIRST).day(FIRST).left == 1
    (row,) = source.lakehouse.quarantine()
    assert (row["key"], row["reason"]) == (bad[3]["_id"], "no value")
    assert row["key"] not in source.stored(FIRST)
    source.serve(whole_day(FIRST))
    source.load(FIRST)
    assert source.lakehouse.quarantine() == []
    assert len(source.stored(FIRST)) == 288


def test_a_reading_in_the_future_is_set_apart_until_it_has_happened(source: Source) -> None:
    today = datetime.now(UTC).date()
    at = int((datetime.now(UTC) + timedelta(minutes=11)).timestamp() * 1000)
    day = datetime.fromtimestamp(at / 1000, UTC).date()
    record = reading(today, 0) | {"date": at}
    source.serve([Sent(at, record)])
    source.load(day)
    assert source.stored(day) == {}
    assert [row["reason"] for row in source.lakehouse.quarantine()] == ["in the future"]
    earlier = record | {"date": at - 120_000}
    source.serve([Sent(at - 120_000, earlier)])
    source.load(day)
    assert list(source.stored(day)) == [record["_id"]]


def mostly_null(day: date) -> list[Sent]:
    return whole_day(day, {n: reading(day, n) | {"sgv": None} for n in range(20)})


def accept(lakehouse: Lakehouse, **config: Any) -> dg.ExecuteInProcessResult:
    run_config = dg.RunConfig(ops={"accept": {"config": config}})
    return lakehouse.defs.resolve_job_def("accept_day").execute_in_process(
        run_config=run_config, raise_on_error=False
    )


def test_a_day_with_much_set_apart_is_held_back_until_somebody_accepts_it(source: Source) -> None:
    source.serve(mostly_null(FIRST), whole_day(SECOND))
    held = source.load(FIRST, SECOND).merge.held
    assert held[FIRST].reasons == ("days_are_usable: 20 of 288 are set apart (20 no value)",)
    assert source.stored(FIRST) == {}
    assert len(source.stored(SECOND)) == 288
    why = "the phone was in the sea"
    assert accept(source.lakehouse, day=str(FIRST), why=why).success
    outcome = source.lakehouse.run(FIRST)
    assert outcome.success, outcome.why()
    assert source.counts() == {FIRST: 268}
    (kept,) = source.lakehouse.postgres("select source, day, why from ingestion.accepted_days")
    assert kept == {"source": "glucose_entries", "day": FIRST, "why": why}


def test_the_records_of_a_day_that_is_held_back_are_shown_by_a_command(
    source: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    source.serve(mostly_null(FIRST))
    assert source.load(FIRST).merge.held
    capsys.readouterr()
    assert set_apart.main([str(FIRST)]) == 0
    shown = capsys.readouterr()
    reasons, records = zip(*(line.split("\t") for line in shown.out.splitlines()), strict=True)
    assert Counter(reasons) == {"no value": 20}
    assert [json.loads(record)["sgv"] for record in records] == [None] * 20
    assert f"20 records of {FIRST} are set apart." in shown.err
    with pytest.raises(SystemExit):
        set_apart.main(["2026-02-31"])
    assert "no day '2026-02-31'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"day": "2026-02-31", "why": "x"}, "no day '2026-02-31'"),
        ({"day": str(FIRST), "why": " "}, "no reason is given"),
        ({"day": str(FIRST), "why": "x", "asset": "glucose"}, "no ingested asset 'glucose'"),
    ],
)
def test_a_day_that_cannot_be_accepted_is_told_in_a_sentence(
    lakehouse: Lakehouse, config: Mapping[str, Any], words: str
) -> None:
    result = accept(lakehouse, **config)
    failed = next(event for event in result.all_events if event.is_step_failure)
    assert words in str(failed.step_failure_data.user_failure_data)


def test_a_range_goes_on_downstream_without_the_day_that_is_held_back(source: Source) -> None:
    source.serve(mostly_null(FIRST), whole_day(SECOND))
    outcome = source.lakehouse.run(FIRST, SECOND)
    assert outcome.success, outcome.why()
    assert outcome.checks()["days_are_usable"] is False
    assert outcome.metadata(ASSET, FIRST)["held_back_branch"] == f"failed-{FIRST}"
    assert source.counts() == {SECOND: 288}


def test_a_setting_names_the_device_that_counts(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [sent(FIRST, n, reading(FIRST, n, "xdrip", 9000, sgv=200)) for n in range(200)]
    source.serve([*whole_day(FIRST), *others])
    query = "select device, count(*) from silver.fct_glucose_readings group by 1 order by 1"
    assert source.lakehouse.run(FIRST).success
    assert source.lakehouse.warehouse(query) == [("dexcom", 288)]
    monkeypatch.setenv("DAGDECK_NIGHTSCOUT_DEVICE", "xdrip")
    assert source.lakehouse.run(FIRST).success
    assert source.lakehouse.warehouse(query) == [("dexcom", 88), ("xdrip", 200)]
    duplicates = "select count(*) from silver.fct_glucose_duplicates"
    assert source.lakehouse.warehouse(duplicates) == [(200,)]


def test_low_and_high_are_kept_and_marked(source: Source) -> None:
    marked = {4: reading(FIRST, 4) | {"sgv": 39}, 5: reading(FIRST, 5) | {"sgv": 401}}
    source.serve(whole_day(FIRST, marked))
    assert source.lakehouse.run(FIRST).success
    assert source.lakehouse.warehouse(
        "select glucose_mg_dl, sensor_limit from silver.fct_glucose_readings "
        "where sensor_limit is not null order by 1"
    ) == [(39, "LOW"), (401, "HIGH")]


def test_the_whole_record_is_kept_beside_the_columns(source: Source) -> None:
    odd = reading(FIRST, 8) | {"sgv": 120.7, "mills": 1, "nested": {"a": [1]}}
    source.serve(whole_day(FIRST, {8: odd}))
    source.load(FIRST)
    row = source.stored(FIRST)[odd["_id"]]
    assert row["sgv"] == 121
    assert json.loads(row["record"]) == odd


def test_a_zone_that_changes_on_a_home_with_data_is_refused(source: Source) -> None:
    source.serve(whole_day(FIRST))
    source.load(FIRST)
    assert zone_path(source.settings).read_text() == "UTC\n"
    moved = source.settings.model_copy(update={"timezone": "Europe/Berlin"})
    with pytest.raises(
        ZoneChangedError, match=r"are those of 'UTC': set it back, or move the days"
    ):
        source.load(FIRST, settings=moved)
    zone_path(source.settings).write_text("Europe/Berlin\n")
    try:
        outcome = source.lakehouse.run(FIRST)
    finally:
        zone_path(source.settings).unlink()
    assert "DAGDECK_TIMEZONE='UTC', and the days in" in outcome.error(ASSET)
    assert not any(event.is_step_up_for_retry for event in outcome.result.all_events)
    assert len(source.stored(FIRST)) == 288


def test_rows_get_the_days_of_another_zone_and_keep_their_moments(source: Source) -> None:
    from pipelines.operations.rezone import rezone

    source.serve(whole_day(FIRST), whole_day(SECOND))
    source.load(FIRST, SECOND)
    before = {row["_id"]: row["date"] for row in source.lakehouse.raw([])}
    moved = source.settings.model_copy(update={"timezone": "Asia/Tokyo"})
    try:
        told = rezone(moved)
        assert told[0] == "raw.glucose_entries: 216 rows are of another day"
        assert told[-1].endswith(f"run all of them again, {FIRST} to {SECOND + timedelta(days=1)}.")
        rows = source.lakehouse.raw([])
        assert {row["_id"]: row["date"] for row in rows} == before
        assert Counter(row["partition_day"] for row in rows) == {
            FIRST: 180,
            SECOND: 288,
            SECOND + timedelta(days=1): 108,
        }
        assert source.load(SECOND, settings=moved).day(SECOND).unchanged == 288
    finally:
        zone_path(source.settings).unlink()


def test_a_day_is_accepted_by_a_typed_command_too(
    lakehouse: Lakehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    assert accepting.main([str(FIRST), "--why", "a new sensor"]) == 0
    assert f"{FIRST} of raw.glucose_entries is accepted" in capsys.readouterr().out
    (kept,) = lakehouse.postgres("select day, why, run_id from ingestion.accepted_days")
    assert (kept["day"], kept["why"]) == (FIRST, "a new sensor")
    assert kept["run_id"].startswith("by ")
    assert accepting.main(["2026-02-31", "--why", "x"]) == 2
    assert "no day '2026-02-31'" in capsys.readouterr().err


@pytest.mark.parametrize("command", [accepting.main, set_apart.main])
def test_a_command_whose_postgres_does_not_run_says_so(
    command: Callable[[list[str]], int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("DAGDECK_POSTGRES_URL", raising=False)
    monkeypatch.setenv("DAGDECK_HOME", str(tmp_path))
    words = [str(FIRST)] if command is set_apart.main else [str(FIRST), "--why", "x"]
    assert command(words) == 1
    assert f"{tmp_path} has no deployment" in capsys.readouterr().err
    state = json.dumps({"ports": {"postgres": free_ports()["postgres"]}})
    (tmp_path / "state.json").write_text(state)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "password").write_text("secret")
    assert command(words) == 3
    assert capsys.readouterr().err == (
        f"The Postgres of {tmp_path} doesn't run; `dagdeck up` starts it.\n"
    )
