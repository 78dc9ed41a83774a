"""The stand-in answers as GitHub's events API does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pipelines.standin.github import MOST_EVENTS, GithubServer, routes
from pipelines.standin.github_events import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx import Response

EVENTS = "/users/demo/events"


class Clock:
    """A moment that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 5, 20, 15, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def client_of(server: GithubServer) -> TestClient:
    return TestClient(Starlette(routes=routes(server)))


@pytest.fixture
def client(clock: Clock) -> Iterator[TestClient]:
    with client_of(GithubServer(now=clock)) as client:
        yield client


def page(client: TestClient, number: int, size: int = 100) -> list[dict[str, Any]]:
    answer = client.get(EVENTS, params={"page": number, "per_page": size})
    answer.raise_for_status()
    events: list[dict[str, Any]] = answer.json()
    return events


def everything(client: TestClient) -> list[dict[str, Any]]:
    return [event for number in (1, 2, 3) for event in page(client, number)]


def test_a_page_has_thirty_events_and_at_most_a_hundred(client: TestClient) -> None:
    assert len(client.get(EVENTS).json()) == 30
    assert len(page(client, 1, size=1000)) == 100


def test_events_come_newest_first_each_with_an_id_of_its_own(client: TestClient) -> None:
    events = everything(client)
    moments = [event["created_at"] for event in events]
    assert moments == sorted(moments, reverse=True)
    assert len({event["id"] for event in events}) == len(events) > 100


def test_nothing_is_older_than_thirty_days_or_later_than_now(
    client: TestClient, clock: Clock
) -> None:
    moments = [datetime.fromisoformat(event["created_at"]) for event in everything(client)]
    assert clock() - timedelta(days=30) <= min(moments) < clock() - timedelta(days=28)
    assert max(moments) <= clock()


def test_a_busy_user_has_three_hundred_events_and_no_fourth_page(clock: Clock) -> None:
    with client_of(GithubServer(now=clock, a_workday=40)) as client:
        assert len(everything(client)) == MOST_EVENTS
        assert client.get(EVENTS, params={"page": 4, "per_page": 100}).status_code == 422


def test_links_lead_to_the_next_and_the_last_page(client: TestClient) -> None:
    answer = client.get(EVENTS, params={"per_page": 100})
    assert set(answer.links) == {"next", "last"}
    assert page(client, 2) == client.get(answer.links["next"]["url"]).json()
    last = client.get(answer.links["last"]["url"])
    assert "next" not in last.links
    assert set(last.links) == {"prev", "first"}


def test_an_answer_seen_before_is_304_and_costs_no_quota(client: TestClient) -> None:
    first = client.get(EVENTS)
    again = client.get(EVENTS, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["x-ratelimit-used"] == first.headers["x-ratelimit-used"] == "1"
    other = client.get(EVENTS, headers={"If-None-Match": 'W/"other"'})
    assert (other.status_code, other.headers["x-ratelimit-used"]) == (200, "2")


def test_a_new_event_changes_the_etag(client: TestClient, clock: Clock) -> None:
    before = client.get(EVENTS).headers["etag"]
    wanted = {"created_at": clock().isoformat(), "type": "WatchEvent"}
    client.post("/standin/github", json={"event": wanted}).raise_for_status()
    assert client.get(EVENTS).headers["etag"] != before
    assert page(client, 1)[0]["type"] == "WatchEvent"


def token(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def remaining(answer: Response) -> int:
    return int(answer.headers["x-ratelimit-remaining"])


def test_sixty_requests_an_hour_without_a_token_and_five_thousand_with_one(
    client: TestClient, clock: Clock
) -> None:
    assert remaining(client.get(EVENTS)) == 59
    assert remaining(client.get(EVENTS, headers=token("any"))) == 4999
    for _ in range(59):
        client.get(EVENTS)
    refused = client.get(EVENTS)
    assert refused.status_code == 403
    assert "rate limit exceeded" in refused.json()["message"]
    reset = datetime.fromtimestamp(int(refused.headers["x-ratelimit-reset"]), UTC)
    assert clock() < reset <= clock() + timedelta(hours=1)
    assert client.get(EVENTS, headers=token("any")).status_code == 200
    clock.at = reset
    assert remaining(client.get(EVENTS)) == 59


def test_a_poll_interval_is_asked_for(client: TestClient) -> None:
    assert client.get(EVENTS).headers["x-poll-interval"] == "60"


def test_a_test_can_have_requests_refused_for_a_while(client: TestClient) -> None:
    refusal = {"status": 429, "times": 2, "retry_after": 7}
    client.post("/standin/github", json={"refuse": refusal}).raise_for_status()
    answers = [client.get(EVENTS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "7"


def test_a_test_can_exhaust_the_quota_and_have_it_back(client: TestClient) -> None:
    client.post("/standin/github", json={"exhaust": True}).raise_for_status()
    assert client.get(EVENTS).status_code == 403
    client.delete("/standin/github")
    assert client.get(EVENTS).status_code == 200


def test_a_wrong_token_and_an_unknown_user_are_refused(clock: Clock) -> None:
    with client_of(GithubServer(now=clock, token="right")) as client:
        assert client.get(EVENTS, headers=token("wrong")).status_code == 401
        assert client.get(EVENTS, headers=token("right")).status_code == 200
        assert client.get("/users/nobody/events").json()["message"] == "Not Found"


def test_in_a_year_every_type_comes_and_an_unknown_one_too(clock: Clock) -> None:
    seen: set[str] = set()
    for month in range(12):
        clock.at += timedelta(days=30 * month)
        seen |= {event["type"] for event in GithubServer(now=clock, a_workday=30).served()}
    assert seen == set(WEIGHTS)
    assert len(seen) == 17


def test_only_what_belongs_to_an_organization_names_one(client: TestClient) -> None:
    for event in everything(client):
        assert ("org" in event) == (not event["repo"]["name"].startswith("demo/"))
        assert event["actor"]["login"] == "demo"


def test_a_push_says_what_github_still_says_of_one(client: TestClient) -> None:
    push = next(event for event in everything(client) if event["type"] == "PushEvent")
    assert set(push["payload"]) == {"repository_id", "push_id", "ref", "head", "before"}
