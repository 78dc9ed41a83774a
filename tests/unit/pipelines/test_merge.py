"""The upsert of readings: incoming wins, what is as stored is left alone, nothing is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from pipelines.nightscout.columns import GLUCOSE_ENTRIES
from pipelines.raw.merge import by_day, merge_day

if TYPE_CHECKING:
    from pipelines.raw.description import Row

AT = datetime(2026, 5, 1, tzinfo=UTC)
LATER = datetime(2026, 5, 2, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
readings = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(39, 400))


def rows(values: dict[str, int], at: datetime = AT, run_id: str = "first") -> list[Row]:
    return [
        GLUCOSE_ENTRIES.as_row(
            {"_id": key, "sgv": sgv, "date": 1_770_000_000_000 + ord(key)}, UTC_ZONE, at, run_id
        )
        for key, sgv in values.items()
    ]


@given(stored=readings, incoming=readings)
def test_after_a_merge_each_id_has_its_newest_value(
    stored: dict[str, int], incoming: dict[str, int]
) -> None:
    merged = merge_day(GLUCOSE_ENTRIES, rows(stored), rows(incoming))
    assert {row["_id"]: row["sgv"] for row in merged.rows} == stored | incoming
    assert len(merged.rows) == len(stored | incoming)


@given(stored=readings, incoming=readings)
def test_the_counts_tell_what_was_done(stored: dict[str, int], incoming: dict[str, int]) -> None:
    merged = merge_day(GLUCOSE_ENTRIES, rows(stored), rows(incoming))
    shared = stored.keys() & incoming.keys()
    assert merged.inserted == len(incoming.keys() - stored.keys())
    assert merged.updated == sum(stored[key] != incoming[key] for key in shared)
    assert merged.loaded == len(incoming)


@given(stored=readings)
def test_merging_the_same_again_changes_nothing(stored: dict[str, int]) -> None:
    merged = merge_day(GLUCOSE_ENTRIES, rows(stored), rows(stored, LATER, "second"))
    assert not merged.is_changed
    assert all(row["ingested_by"] == "first" for row in merged.rows)


def test_a_corrected_row_tells_the_run_that_corrected_it() -> None:
    merged = merge_day(
        GLUCOSE_ENTRIES, rows({"a": 100, "b": 100}), rows({"a": 111, "b": 100}, LATER, "second")
    )
    assert [(row["_id"], row["ingested_by"]) for row in merged.rows] == [
        ("a", "second"),
        ("b", "first"),
    ]


def test_an_id_that_comes_twice_counts_once() -> None:
    merged = merge_day(GLUCOSE_ENTRIES, [], rows({"a": 100}) + rows({"a": 120}))
    assert (merged.inserted, merged.rows[0]["sgv"]) == (1, 120)


def test_nothing_coming_deletes_nothing() -> None:
    assert len(merge_day(GLUCOSE_ENTRIES, rows({"a": 100}), []).rows) == 1


def test_the_order_of_arrival_does_not_show() -> None:
    there, back = rows({"a": 1, "b": 2, "c": 3}), rows({"c": 3, "b": 2, "a": 1})
    assert merge_day(GLUCOSE_ENTRIES, [], there).rows == merge_day(GLUCOSE_ENTRIES, [], back).rows


def test_a_reading_belongs_to_the_day_of_the_zone() -> None:
    late = {"_id": "a", "date": int(datetime(2026, 5, 1, 23, tzinfo=UTC).timestamp() * 1000)}
    row = GLUCOSE_ENTRIES.as_row(late, ZoneInfo("Europe/Berlin"), AT, "run")
    assert list(by_day([row])) == [date(2026, 5, 2)]
