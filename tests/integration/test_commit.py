"""A merge is one commit, whatever it replaces."""

from __future__ import annotations

from pipelines.nightscout.columns import GLUCOSE_ENTRIES
from pipelines.nightscout.load import load_days
from pipelines.raw.iceberg import raw_table
from pipelines.resources.lake import load_catalog
from tests.integration.lakehouse import Lakehouse, settled_days


def commits(lakehouse: Lakehouse) -> int:
    """How many versions of the table's metadata there have been."""
    table = raw_table(load_catalog(lakehouse.settings), GLUCOSE_ENTRIES)
    return len(table.metadata.metadata_log)


def test_a_corrected_day_is_one_commit_and_its_figures_are_counted(lakehouse: Lakehouse) -> None:
    days = settled_days(2)
    load_days(lakehouse.settings, days, "first", lambda _line: None)
    before = commits(lakehouse)
    readings = lakehouse.readings(days[0])
    lakehouse.correct(readings[9]["_id"], 301)
    merged = load_days(lakehouse.settings, days, "second", lambda _line: None)
    lakehouse.correct(readings[9]["_id"], readings[9]["sgv"])
    assert commits(lakehouse) == before + 1
    assert (merged.day(days[0]).inserted, merged.day(days[0]).updated) == (0, 1)
    assert merged.day(days[0]).unchanged == len(readings) - 1
    changed = [row["sgv"] for row in lakehouse.raw(days) if row["ingested_by"] == "second"]
    assert changed == [301]
