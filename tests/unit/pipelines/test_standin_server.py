"""The stand-in answers as a Nightscout server does."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from pipelines.standin import days
from pipelines.standin.nightscout import NightscoutServer, application
from pipelines.standin.store import EntryStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx import Response

NOW = datetime(2026, 5, 20, 15, 30, tzinfo=UTC)
DAY = date(2026, 5, 18)
ENTRIES = "/api/v1/entries.json"


def client_at(now: datetime, secret: str | None = None) -> TestClient:
    server = NightscoutServer(EntryStore(days=400, now=lambda: now), secret)
    return TestClient(application(server))


@pytest.fixture
def client() -> Iterator[TestClient]:
    with client_at(NOW) as client:
        yield client


def of_day(client: TestClient, day: date, **more: str | int) -> Response:
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    window = {"find[date][$gte]": start, "find[date][$lte]": start + 86_399_999, "count": 10_000}
    answer: Response = client.get(ENTRIES, params=window | more)
    return answer


def next_day(rule: str, before: date = DAY) -> date:
    """The last day before `before` that a rule of the stand-in holds for."""
    return next(
        day
        for day in (before - timedelta(days=i) for i in range(1, 100))
        if getattr(days, rule)(day) and not days.is_without_data(day)
    )


def test_a_question_without_count_gets_ten_newest_first(client: TestClient) -> None:
    entries = client.get(ENTRIES).json()
    moments = [entry["date"] for entry in entries]
    assert len(entries) == 10
    assert moments == sorted(moments, reverse=True)


def test_the_newest_reading_is_of_this_moment_and_none_is_later(client: TestClient) -> None:
    newest = client.get(ENTRIES, params={"count": 1}).json()[0]["date"] / 1000
    assert NOW.timestamp() - 7500 < newest <= NOW.timestamp()


def test_without_a_window_only_four_days_come_back(client: TestClient) -> None:
    oldest = client.get(ENTRIES, params={"count": 100_000}).json()[-1]["date"] / 1000
    assert oldest >= (NOW - timedelta(days=4)).timestamp()


def test_four_hundred_days_are_served(client: TestClient) -> None:
    first = NOW.date() - timedelta(days=400)
    found = [len(of_day(client, first + timedelta(days=i)).json()) for i in range(3)]
    assert max(found) >= 260
    assert of_day(client, first - timedelta(days=1)).json() == []


def test_date_strings_compare_as_text(client: TestClient) -> None:
    window = {
        "find[dateString][$gte]": f"{DAY}T00:00:00.000Z",
        "find[dateString][$lte]": f"{DAY}T23:59:59.999Z",
        "count": 10_000,
    }
    assert client.get(ENTRIES, params=window).json() == of_day(client, DAY).json()


def test_values_compare_as_numbers(client: TestClient) -> None:
    high = of_day(client, DAY, **{"find[sgv][$gte]": 100}).json()
    everything = of_day(client, DAY).json()
    assert high == [entry for entry in everything if entry["sgv"] >= 100]
    assert 0 < len(high) < len(everything)


def test_a_text_that_is_no_date_gets_an_error_that_names_it(client: TestClient) -> None:
    response = client.get(ENTRIES, params={"find[date][$gte]": "yesterday"})
    assert response.status_code == 500
    assert "yesterday" in response.json()["message"]


def test_an_unchanged_page_is_answered_with_304(client: TestClient) -> None:
    first = of_day(client, DAY)
    seen = {"If-Modified-Since": first.headers["last-modified"]}
    start = {"find[dateString][$gte]": f"{DAY}", "find[dateString][$lte]": f"{DAY}T99"}
    assert client.get(ENTRIES, params=start, headers=seen).status_code == 304
    earlier = {"If-Modified-Since": "Sun, 17 May 2026 00:00:00 GMT"}
    assert client.get(ENTRIES, params=start, headers=earlier).status_code == 200


def test_a_server_with_a_secret_lets_in_who_knows_it() -> None:
    with client_at(NOW, "open sesame") as client:
        assert client.get(ENTRIES).json() == {
            "status": 401,
            "message": "Unauthorized",
            "description": "Invalid/Missing",
        }
        digest = hashlib.sha1(b"open sesame").hexdigest()
        assert client.get(ENTRIES, headers={"api-secret": digest}).status_code == 200
        assert client.get(ENTRIES, params={"token": "open sesame"}).status_code == 200
        assert client.get("/api/v1/status.json").status_code == 401


def test_the_status_tells_the_servers_clock(client: TestClient) -> None:
    status = client.get("/api/v1/status.json").json()
    assert status["status"] == "ok"
    assert status["serverTimeEpoch"] == int(NOW.timestamp() * 1000)


def test_a_day_without_data_is_an_empty_list(client: TestClient) -> None:
    day = next(d for d in (DAY - timedelta(days=i) for i in range(31)) if days.is_without_data(d))
    assert of_day(client, day).json() == []


def test_a_late_morning_arrives_at_noon_of_the_next_day() -> None:
    day = next_day("is_late")
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days=1)
    with client_at(noon - timedelta(minutes=1)) as early, client_at(noon) as late:
        before, after = of_day(early, day).json(), of_day(late, day).json()
    assert before
    assert len(after) - len(before) > 40


def test_a_corrected_reading_keeps_its_id() -> None:
    day = next_day("is_corrected")
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days=1)
    with client_at(noon - timedelta(minutes=1)) as early, client_at(noon) as late:
        before = {e["_id"]: e["sgv"] for e in of_day(early, day).json()}
        after = {e["_id"]: e["sgv"] for e in of_day(late, day).json()}
    assert before.keys() <= after.keys()
    assert sum(after[key] != value for key, value in before.items()) == 1


def test_a_test_can_correct_a_reading(client: TestClient) -> None:
    entry = of_day(client, DAY).json()[7]
    client.post("/standin/corrections", json={"_id": entry["_id"], "sgv": 222})
    assert of_day(client, DAY).json()[7] == entry | {"sgv": 222}
    answer = client.post("/standin/corrections", json={"_id": "feed", "sgv": 1})
    assert answer.status_code == 404


def test_a_test_can_make_a_day_fail_and_mend_it(client: TestClient) -> None:
    client.post("/standin/faults", json={"day": DAY.isoformat(), "status": 503})
    assert of_day(client, DAY).status_code == 503
    assert of_day(client, DAY + timedelta(days=1)).status_code == 200
    client.delete("/standin/faults")
    assert of_day(client, DAY).status_code == 200


def test_a_fault_can_end_by_itself(client: TestClient) -> None:
    client.post("/standin/faults", json={"day": DAY.isoformat(), "status": 500, "times": 2})
    assert [of_day(client, DAY).status_code for _ in range(3)] == [500, 500, 200]
