"""What is found wrong with stored readings, and whose lateness it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from pipelines.nightscout.lateness import Stored, lateness
from pipelines.nightscout.quality import Reading, faults, findings
from pipelines.raw.description import DAY
from pipelines.raw.strange import shown

DAY_BEFORE, TODAY = date(2026, 3, 1), date(2026, 3, 2)
LATER = datetime(2026, 3, 9, tzinfo=UTC)
LATE, BEHIND = timedelta(minutes=30), timedelta(hours=2)


def readings(day: date, count: int, sgv: int | None = 110) -> list[Reading]:
    """One each 5 minutes from midnight on; more than 288 are spread over the day evenly."""
    step = min(timedelta(minutes=5), timedelta(days=1) / count)
    midnight = datetime.combine(day, time(), UTC)
    moments = [midnight + i * step for i in range(count)]
    return [
        {"_id": f"{day}-{i}", "sgv": sgv, "date": int(at.timestamp() * 1000), DAY: day}
        for i, at in enumerate(moments)
    ]


def wrong(stored: list[Reading], now: datetime = LATER) -> dict[str, list[str]]:
    """What is found of TODAY, by check."""
    found = findings(stored, {TODAY}, now)
    return {finding.check: list(finding.wrong) for finding in found if finding.wrong}


def test_good_days_have_no_findings() -> None:
    assert wrong(readings(DAY_BEFORE, 280) + readings(TODAY, 288)) == {}


def test_a_reading_that_is_stored_twice_is_named() -> None:
    good = readings(TODAY, 280)
    assert wrong([*good, good[7]]) == {"readings_are_unique": [f"{TODAY}-7"]}


def test_a_fault_of_the_day_before_does_not_count_against_this_day() -> None:
    twice = readings(DAY_BEFORE, 288)
    assert wrong([*twice, twice[3], *readings(TODAY, 288)]) == {}


def test_a_day_of_few_readings_and_one_of_two_devices_are_told() -> None:
    assert wrong(readings(TODAY, 201)) == {"days_are_complete": [f"{TODAY}: 201 of 288"]}
    own, other = readings(TODAY, 288), readings(TODAY, 288)[:40]
    shared = [*own, *(each | {"_id": f"{each['_id']}-b", "device": "b"} for each in other)]
    assert wrong(shared) == {"one_device_a_day": [f"{TODAY}: 288 of no device, 40 of b"]}


def test_only_what_blocks_keeps_a_day_from_being_published() -> None:
    odd = readings(TODAY, 101)
    assert faults(readings(DAY_BEFORE, 288) + odd, TODAY, LATER) == []
    spoiled = [*odd, odd[0]]
    assert faults(spoiled, TODAY, LATER) == [f"readings_are_unique: 1 wrong, the first {TODAY}-0"]
    assert faults(spoiled, DAY_BEFORE, LATER) == []


def test_a_day_of_ten_times_the_readings_blocks_and_one_of_half_is_told() -> None:
    flood = wrong(readings(DAY_BEFORE, 288) + readings(TODAY, 2881))
    assert flood["row_count_is_believable"] == [f"{TODAY}: 2881 readings, 288 the day before"]
    fewer = wrong(readings(DAY_BEFORE, 288) + readings(TODAY, 143))
    assert list(fewer) == ["row_count_is_like_the_day_before", "days_are_complete"]


def test_a_day_after_a_silent_one_and_a_device_that_reads_each_minute_do_not_block() -> None:
    after_silence = wrong(readings(DAY_BEFORE, 3) + readings(TODAY, 288))
    assert list(after_silence) == ["row_count_is_like_the_day_before"]
    each_minute = wrong(readings(DAY_BEFORE, 200) + readings(TODAY, 1440))
    assert list(each_minute) == ["row_count_is_like_the_day_before"]


def test_a_day_that_is_not_over_is_compared_with_the_same_part_of_the_day_before() -> None:
    morning = datetime.combine(TODAY, time(6), UTC)
    assert wrong(readings(DAY_BEFORE, 288) + readings(TODAY, 72), morning) == {}
    assert wrong(readings(DAY_BEFORE, 288) + readings(TODAY, 20), morning) != {}


def test_a_silent_source_is_the_sources_lateness_not_ours() -> None:
    newest = LATER - timedelta(hours=3)
    found = lateness(newest, Stored(newest, LATER), LATER)
    assert found.words(LATE, BEHIND) == "The source is late: its newest reading is 3 h old."
    assert found.metadata()["source_lag_seconds"].value == 3 * 3600
    assert found.metadata()["ingestion_lag_seconds"].value == 0


def test_an_ingestion_that_stopped_is_ours() -> None:
    newest = LATER - timedelta(minutes=4)
    stored = Stored(LATER - timedelta(hours=5), LATER - timedelta(hours=5))
    found = lateness(newest, stored, LATER)
    assert found.words(LATE, BEHIND) == "Ingestion is late: it is 4 h behind the source."


def test_nothing_at_the_source_or_nothing_stored_is_said() -> None:
    assert "no reading of the last 4 days" in lateness(None, None, LATER).words(LATE, BEHIND)
    assert "nothing of the last 4 days is stored" in lateness(LATER, None, LATER).words(
        LATE, BEHIND
    )


def test_both_current_is_nobodys_fault() -> None:
    newest = LATER - timedelta(minutes=5)
    ours = Stored(newest - timedelta(minutes=50), LATER)
    assert lateness(newest, ours, LATER).words(LATE, BEHIND) == ""


def test_a_sources_own_words_are_shown_short_and_printable() -> None:
    assert shown("xDrip-DexcomG6") == "xDrip-DexcomG6"
    assert shown("a\0b\n") == "a\\x00b\\n"
    assert shown("x" * 70_000) == "x" * 39 + "…"
