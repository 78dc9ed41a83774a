"""What uploaders really send: each kind on a day of its own, all of them in one run to the marts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from tests.integration.lakehouse import RECENT, Lakehouse, Outcome
from tests.sources.readings import Missing, midnight, reading, sent, whole_day
from tests.sources.server import Entries, Sent, serving

ASSET = "dlt_glucose_entries"
Made = Callable[[date], list[Sent]]


def odd(**changed: Any) -> Made:
    """A day whose reading 100 is sent with other fields."""

    def made(day: date) -> list[Sent]:
        kept = {name: value for name, value in changed.items() if value is not Missing}
        gone = changed.keys() - kept.keys()
        whole = reading(day, 100) | kept
        return whole_day(day, {100: {name: whole[name] for name in whole.keys() - gone}})

    return made


@dataclass(frozen=True)
class Case:
    """A day that is sent, and what becomes of its rows."""

    made: Made
    raw: int = 288
    gold: int = 288
    apart: dict[str, int] = field(default_factory=dict)


def two_uploaders(later: int) -> Made:
    def made(day: date) -> list[Sent]:
        others = [sent(day, n, reading(day, n, "xdrip", later)) for n in range(288)]
        return whole_day(day) + others

    return made


def every_fourth_is_a_code(day: date) -> list[Sent]:
    code = {"sgv": 10, "direction": "NOT COMPUTABLE", "trend": 8}
    return whole_day(day, {n: reading(day, n) | code for n in range(0, 288, 4)})


def with_records_of_other_types(day: date) -> list[Sent]:
    others = [reading(day, n, "meter", 1000, type="mbg", mbg=99, sgv=Missing) for n in range(20)]
    others += [reading(day, n, "cal", 2000, type="cal", slope=800) for n in range(20)]
    return whole_day(day) + [sent(day, n, record) for n, record in enumerate(others)]


def each_minute(day: date) -> list[Sent]:
    records = [reading(day, n // 5, "libre", 60_000 * (n % 5), sgv=120) for n in range(1440)]
    return [sent(day, n // 5, record | {"_id": f"{day}-{n}"}) for n, record in enumerate(records)]


def with_a_stray(day: date) -> list[Sent]:
    old = reading(day - timedelta(days=200), 7)
    return [*whole_day(day), sent(day, 9, old)]


def renamed(name: str, value: Callable[[int], Any]) -> Made:
    def made(day: date) -> list[Sent]:
        at = midnight(day) + 100 * 300_000 + 20_000
        return whole_day(day, {100: reading(day, 100) | {name: value(at)}})

    return made


ONE_APART = {"raw": 287, "gold": 287}
CASES: dict[str, Case] = {
    "a good day": Case(whole_day),
    "a date with a fraction": Case(renamed("date", lambda at: at + 0.616)),
    "a date that is a text": Case(renamed("date", str)),
    "no date but a whole dateString": Case(odd(date=Missing)),
    "a date of zero but a whole dateString": Case(odd(date=0)),
    "no date at all": Case(odd(date=None, dateString="yesterday"), 287, 287, {"no date": 1}),
    "a date beyond all calendars": Case(
        odd(date=10**30, dateString=Missing), 287, 287, {"no date": 1}
    ),
    "a value of Null": Case(odd(sgv="Null"), 287, 287, {"value is no number": 1}),
    "a value that is true": Case(odd(sgv=True), 287, 287, {"value is no number": 1}),
    "a value of null": Case(odd(sgv=None), 287, 287, {"no value": 1}),
    "no value": Case(odd(sgv=Missing), 287, 287, {"no value": 1}),
    "a value with a fraction": Case(odd(sgv=120.7)),
    "a value that is a text": Case(odd(sgv="120")),
    "a value of 1e30": Case(odd(sgv=1e30), 287, 287, {"above 600 mg/dL": 1}),
    "a value of 2^63": Case(odd(sgv=2**63), 287, 287, {"above 600 mg/dL": 1}),
    "a trend of 2^63": Case(odd(trend=2**63)),
    "a trend of 2^40": Case(odd(trend=2**40)),
    "texts of any length and character": Case(
        odd(device="a\0b" * 20_000, direction="'\";\n{{x}}%s")
    ),
    "half a surrogate pair in the device": Case(odd(device="\ud83d")),
    "half a surrogate pair in the id": Case(odd(_id="\ud83d"), 287, 287, {"no _id": 1}),
    "a record that is no record": Case(
        lambda day: whole_day(day, {100: 42}), 287, 287, {"not a record": 1}
    ),
    "records of other types": Case(with_records_of_other_types, apart={"of another type": 40}),
    "a record of another day": Case(with_a_stray, apart={"outside the day asked for": 1}),
    "error codes of the sensor": Case(every_fourth_is_a_code, 216, 216, {"sensor error code": 72}),
    "a second uploader at once": Case(two_uploaders(0), raw=576),
    "a second uploader 9 s later": Case(two_uploaders(9000), raw=576),
    "a reading each minute": Case(each_minute, raw=1440),
    "fields and types that no column has": Case(odd(mills=1, noise="Clean")),
}
DAYS = {
    name: RECENT - timedelta(days=3 + number) for number, name in enumerate(reversed(list(CASES)))
}


@dataclass(frozen=True)
class Told:
    """What the one run made of each day."""

    outcome: Outcome
    raw: Counter[date]
    apart: dict[date, Counter[str]]
    gold: dict[date, int]
    mart: dict[date, int]


@pytest.fixture(scope="module")
def told(session_lakehouse: Lakehouse) -> Told:
    lakehouse = session_lakehouse
    lakehouse.forget()
    entries = Entries([each for name, day in DAYS.items() for each in CASES[name].made(day)])
    with serving(entries) as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("DAGDECK_NIGHTSCOUT_URL", server.url)
        outcome = lakehouse.run(min(DAYS.values()), max(DAYS.values()))
    assert outcome.success, outcome.why()
    apart: dict[date, Counter[str]] = {}
    for row in lakehouse.quarantine():
        apart.setdefault(row["partition_day"], Counter())[row["reason"]] += 1
    counts = "select reading_date, reading_count from gold.fct_daily_glucose_metrics"
    mart = lakehouse.postgres("select reading_date, reading_count from marts.mrt_glucose_overview")
    return Told(
        outcome,
        Counter(row["partition_day"] for row in lakehouse.raw([])),
        apart,
        dict(lakehouse.warehouse(counts)),
        {row["reading_date"]: row["reading_count"] for row in mart},
    )


@pytest.mark.parametrize("name", CASES)
def test_each_kind_has_its_right_count_in_raw_quarantine_gold_and_mart(
    told: Told, name: str
) -> None:
    day, case = DAYS[name], CASES[name]
    assert told.raw[day] == case.raw
    assert told.apart.get(day, Counter()) == case.apart
    assert told.gold[day] == told.mart[day] == case.gold


@pytest.mark.parametrize("name", CASES)
def test_the_metadata_of_each_day_adds_up(told: Told, name: str) -> None:
    case, metadata = CASES[name], told.outcome.metadata(ASSET, DAYS[name])
    assert metadata["rows_expected"] == 288
    assert metadata["rows_stored"] == metadata["rows_published"] == case.raw
    assert metadata["rows_set_apart"] == sum(case.apart.values())
    assert metadata["rows_fetched"] == case.raw + sum(case.apart.values())
    assert metadata.get("set_apart", {}) == case.apart


def test_checks_warn_of_what_is_set_apart_of_shared_days_and_of_unknown_fields(told: Told) -> None:
    checks = {
        check.check_name: check for check in told.outcome.result.get_asset_check_evaluations()
    }
    for name in ("nothing_is_set_apart", "one_device_a_day", "fields_are_known"):
        assert not checks[name].passed
        assert checks[name].severity.value == "WARN"
    which: Any = checks["one_device_a_day"].metadata["which"].value
    assert f"{DAYS['a second uploader at once']}: 288 of dexcom, 288 of xdrip" in which
    fields: Any = checks["fields_are_known"].metadata["which"].value
    assert {"mills (whole number): 1 times", "noise (text): 1 times"} <= set(fields)
