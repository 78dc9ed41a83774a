"""What a run fails with: one sentence, with its root's type and place, and no attempts in vain."""

from __future__ import annotations

import dagster as dg
import psycopg
import pytest
from pyiceberg.types import StringType

from pipelines.nightscout.columns import GLUCOSE_ENTRIES
from pipelines.raw import iceberg
from tests.integration.lakehouse import INGEST, Lakehouse, Outcome, settled_days

ASSET = "dlt_glucose_entries"


def failure(outcome: Outcome, step: str = ASSET) -> tuple[str, str]:
    """The sentence that a step failed with, and its whole traceback."""
    failed = next(e for e in outcome.result.all_events if e.is_step_failure and e.step_key == step)
    data = failed.step_failure_data
    assert data.user_failure_data is not None
    assert data.error is not None
    assert data.error.cause is None, "a cause would be shown in place of the sentence"
    kept = data.user_failure_data.metadata["traceback"].value
    return data.user_failure_data.description or "", str(kept)


def attempts(outcome: Outcome) -> int:
    kinds = [event.event_type for event in outcome.result.all_events]
    return 1 + kinds.count(dg.DagsterEventType.STEP_RESTARTED)


def test_a_file_of_the_lake_that_is_gone_is_named_with_its_type_and_place(
    lakehouse: Lakehouse,
) -> None:
    (day,) = settled_days(1)
    assert lakehouse.run(day, assets=INGEST).success
    lake = lakehouse.settings.warehouse_path
    moved = lake.rename(lake.with_name("lake-elsewhere"))
    try:
        outcome = lakehouse.run(day, assets=INGEST)
    finally:
        if lake.exists():
            lake.rmdir()
        moved.rename(lake)
    said, whole = failure(outcome)
    assert said.startswith(f"raw.glucose_entries for {day}: FileNotFoundError: ")
    assert "(at pipelines/raw/" in said or "(at pipelines/resources/lake.py:" in said
    assert "`dagdeck down` and `dagdeck up`" in said
    assert "Traceback" not in said
    assert whole.rstrip().splitlines()[-1].startswith("FileNotFoundError")
    assert attempts(outcome) == 1
    assert outcome.log.count("rows into raw.glucose_entries") == 1, "merged in vain again"


def test_a_description_that_would_lose_values_fails_at_once_with_the_column(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = settled_days(2)
    assert lakehouse.run(first, assets=INGEST).success
    monkeypatch.setitem(iceberg.ICEBERG_TYPES, "double", StringType())
    outcome = lakehouse.run(first, last, INGEST)
    said, _ = failure(outcome)
    assert said.startswith(
        f"raw.glucose_entries for {first} to {last}: raw.glucose_entries: column"
    )
    assert "is double and can't become string" in said
    assert attempts(outcome) == 1


def test_a_lock_of_another_is_waited_for_and_tried_again(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may pass by itself is tried again by Dagster, and then told by its root."""
    (day,) = settled_days(1)

    def away(*_: object) -> None:
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr("pipelines.raw.load.merge", away)
    outcome = lakehouse.run(day, assets=INGEST)
    assert attempts(outcome) == 3
    said, _ = failure(outcome)
    assert said.startswith(f"{GLUCOSE_ENTRIES.identifier} for {day}: OperationalError: connection")
    assert "`dagdeck ps`" in said


def test_a_mart_that_a_view_holds_is_told_by_the_views_name(lakehouse: Lakehouse) -> None:
    (day,) = settled_days(1)
    assert lakehouse.run(day).success
    with psycopg.connect(lakehouse.settings.database_url) as connection:
        table = "marts.mrt_glucose_overview"
        connection.execute(f"ALTER TABLE {table} ADD COLUMN former text")
        connection.execute(f"CREATE VIEW marts.my_report AS SELECT former FROM {table}")
    said, _ = failure(lakehouse.publish(), "mrt_glucose_overview")
    assert said.startswith("marts.mrt_glucose_overview is kept as it was: column former")
    assert "my_report" in said
