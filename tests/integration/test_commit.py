"""A merge reaches `main` in one commit, whatever it replaces."""

from __future__ import annotations

from pipelines.nightscout.load import load_days
from tests.integration.lakehouse import Lakehouse, settled_days


def test_a_corrected_day_is_one_commit_and_its_figures_are_counted(lakehouse: Lakehouse) -> None:
    days = settled_days(2)
    load_days(lakehouse.settings, days, "first", lambda _line: None)
    before = lakehouse.table().history()
    readings = lakehouse.readings(days[0])
    with lakehouse.wrong(readings[9], 301):
        merged = load_days(lakehouse.settings, days, "second", lambda _line: None)
    now = lakehouse.table().history()
    assert now[:-1] == before
    assert (merged.day(days[0]).inserted, merged.day(days[0]).updated) == (0, 1)
    assert merged.day(days[0]).unchanged == len(readings) - 1
    changed = [row["sgv"] for row in lakehouse.raw(days) if row["ingested_by"] == "second"]
    assert changed == [301]
