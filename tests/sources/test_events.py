"""What GitHub really sends: each odd event costs itself, and each unusual one is good."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.github.columns import GITHUB_USER_EVENTS
from pipelines.github.records import judged
from tests.integration.lakehouse import RECENT
from tests.sources.server import as_json, serving

if TYPE_CHECKING:
    from tests.integration.lakehouse import Lakehouse

DAY = RECENT
ASSET = "dlt_github_user_events"


def event(number: int, **changed: Any) -> dict[str, Any]:
    made = {
        "id": str(50_000_000_000 + number),
        "type": "PushEvent",
        "actor": {"id": 1, "login": "demo"},
        "repo": {"id": 2, "name": "demo/one"},
        "payload": {"ref": "refs/heads/main", "head": "a" * 40, "before": "b" * 40},
        "public": True,
        "created_at": f"{DAY}T00:00:{number:02}Z",
    }
    return made | changed


GOOD: list[dict[str, Any]] = [
    event(1),
    event(2, payload=None),
    event(3, type="NovelEvent", payload={}),
    event(4, type="PullRequestEvent", payload={"action": "opened", "pull_request": {"id": 1}}),
    event(5, org={"id": 3, "login": "org"}),
    event(6, public=None),
    event(7, repo={"id": "no number", "name": "demo/two"}),
    event(8, payload={"text": "whole \U0001f600"}),
    event(9, beta={"a": 1}, public="yes"),
]
BAD: dict[str, list[Any]] = {
    "no actor": [event(11, actor={}), event(12, actor=None), event(13, actor={"login": 7})],
    "no repository": [event(14, repo={"id": 2})],
    "no id": [{name: value for name, value in event(15).items() if name != "id"}],
    "no type": [event(16, type=None)],
    "no moment with a zone": [
        event(17, created_at=f"{DAY}T00:00:17"),
        event(18, created_at=None),
        event(19, created_at="soon"),
    ],
    "broken text": [event(20, payload={"text": "\ud83d"}), event(21, payload={"a\0": 1})],
    "in the future": [event(22, created_at="2161-01-01T00:00:00Z")],
    "not a record": [42, None],
}


def test_each_odd_event_costs_itself_and_each_unusual_one_is_good(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [*GOOD, *(each for events in BAD.values() for each in events)]
    with serving(lambda _question: as_json(sent)) as server:
        monkeypatch.setenv("DAGDECK_GITHUB_URL", server.url)
        for _ in range(2):
            outcome = lakehouse.run_github(DAY)
            assert outcome.success, outcome.why()
    rows = lakehouse.raw([], GITHUB_USER_EVENTS)
    assert {row["id"] for row in rows} == {each["id"] for each in GOOD}
    apart = Counter(row["reason"] for row in lakehouse.quarantine("github_user_events"))
    assert apart == {reason: len(events) for reason, events in BAD.items()}
    counted = lakehouse.postgres("select event_count from marts.mrt_github_activity_overview")
    assert counted == [{"event_count": len(GOOD)}]
    assert outcome.metadata(ASSET, DAY)["rows_set_apart"] == apart.total()
    assert outcome.checks()["no_event_is_set_apart"] is False
    checks = {each.check_name: each for each in outcome.result.get_asset_check_evaluations()}
    fields = checks["fields_are_known"]
    assert (fields.passed, fields.severity.value) == (False, "WARN")
    named: Any = fields.metadata["which"].value
    assert sorted(named) == ["beta (object): 1 times", "public (text): 1 times"]


def test_an_event_without_a_moment_is_of_the_day_it_was_seen_on_and_of_no_other() -> None:
    seen_at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    days = [seen_at.date(), seen_at.date().replace(day=1)]
    answered = judged([event(1, created_at=None)], days, seen_at, ZoneInfo("UTC"))
    assert [len(answered[day].apart) for day in days] == [1, 0]
