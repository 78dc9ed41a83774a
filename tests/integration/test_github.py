"""GitHub's chain, from the API to the mart, within what GitHub serves and allows."""

from __future__ import annotations

import json
import random
import time
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from pipelines.github.columns import GITHUB_USER_EVENTS
from pipelines.github.load import load_days
from tests.integration.events_recomputed import of_day, overview
from tests.integration.lakehouse import (
    GITHUB_MARTS,
    GITHUB_TABLES,
    RECENT,
    Lakehouse,
)

ASSET = "dlt_github_user_events"
INGEST = [ASSET]
ANCIENT = RECENT - timedelta(days=45)
TOKEN = "ghp_" + "s3cret" * 6


def last_days(count: int) -> list[date]:
    """The last days before today."""
    return [RECENT - timedelta(days=i) for i in range(count, 0, -1)]


def busy_day(lakehouse: Lakehouse) -> date:
    return next(day for day in last_days(9)[::-1] if own(lakehouse, day))


def own(lakehouse: Lakehouse, day: date) -> list[dict[str, Any]]:
    return of_day(lakehouse.events(), day, lakehouse.settings.zone)


def silent(_line: str) -> None:
    pass


def store_an_ancient_event(lakehouse: Lakehouse) -> None:
    """An event of a day that GitHub has no more, from when it had."""
    from pipelines.raw.publish import merge
    from pipelines.resources.lake import load_catalog

    at = datetime(ANCIENT.year, ANCIENT.month, ANCIENT.day, 12, tzinfo=lakehouse.settings.zone)
    record = {"id": "1", "type": "PushEvent", "actor": '{"login": "demo"}', "created_at": at}
    record |= {"repo": '{"id": 1, "name": "demo/old"}', "public": True}
    row = GITHUB_USER_EVENTS.as_row(record, lakehouse.settings.zone, at, "before")
    merge(load_catalog(lakehouse.settings), GITHUB_USER_EVENTS, [row], "before")


def test_the_mart_holds_exactly_the_figures_recomputed_from_the_events(
    lakehouse: Lakehouse,
) -> None:
    days = last_days(20)
    assert lakehouse.run_github(days[0], days[-1]).success
    published = lakehouse.postgres(
        "select * from marts.mrt_github_activity_overview order by event_date"
    )
    expected = overview(lakehouse.events(), days, lakehouse.settings.zone)
    assert len(published) == len(expected) >= 15
    for row, figures in zip(published, expected, strict=True):
        assert row == pytest.approx(figures, rel=1e-12)


def test_a_day_stores_its_own_events_whole_and_no_others(lakehouse: Lakehouse) -> None:
    day = busy_day(lakehouse)
    outcome = lakehouse.run_github(day, assets=INGEST)
    expected = {event["id"]: event for event in own(lakehouse, day)}
    around = [day + timedelta(days=i) for i in (-1, 0, 1)]
    rows = {row["id"]: row for row in lakehouse.raw(around, GITHUB_USER_EVENTS)}
    assert rows.keys() == expected.keys()
    for key, event in expected.items():
        assert rows[key]["created_at"] == datetime.fromisoformat(event["created_at"])
        for nested in ("actor", "repo", "payload"):
            assert json.loads(rows[key][nested]) == event[nested]
        assert (rows[key]["org"] is None) == ("org" not in event)
    assert outcome.metadata(ASSET, day)["rows_inserted"] == len(expected)


def test_a_day_loaded_again_within_the_poll_interval_asks_nothing(lakehouse: Lakehouse) -> None:
    day = busy_day(lakehouse)
    lakehouse.run_github(day, assets=INGEST)
    before = lakehouse.control_github()["used"]
    again = lakehouse.run_github(day - timedelta(days=1), assets=INGEST)
    assert again.success
    assert lakehouse.control_github()["used"] == before
    assert "GitHub asks to wait 60 s" in again.log


def test_an_unchanged_answer_costs_no_quota_and_serves_any_day(lakehouse: Lakehouse) -> None:
    first, second = last_days(2)
    lakehouse.run_github(first, assets=INGEST)
    before = lakehouse.control_github()["used"]
    lakehouse.let_poll_interval_pass()
    outcome = lakehouse.run_github(second, assets=INGEST)
    assert lakehouse.control_github()["used"] == before
    assert "GitHub has nothing new" in outcome.log
    assert len(lakehouse.raw([second], GITHUB_USER_EVENTS)) == len(own(lakehouse, second))


def test_an_unknown_type_is_kept_and_counted_as_other(lakehouse: Lakehouse) -> None:
    (day,) = last_days(1)
    lakehouse.control_github(event={"created_at": f"{day}T13:00:00Z", "type": "NovelEvent"})
    assert lakehouse.run_github(day).success
    assert lakehouse.warehouse(
        "select event_category from silver.fct_github_user_events where event_type = 'NovelEvent'"
    ) == [("other",)]
    found = lakehouse.warehouse("select other_event_count from gold.fct_daily_github_metrics")
    assert found[0][0] >= 1


def test_a_day_before_the_window_without_rows_fails_and_says_so(lakehouse: Lakehouse) -> None:
    outcome = lakehouse.run_github(ANCIENT, assets=INGEST)
    assert not outcome.success
    error = outcome.error(ASSET)
    assert f"GitHub failed for {ANCIENT}: GitHub serves 30 days and at most 300 events" in error
    assert outcome.partitions(ASSET) == []
    assert not any(event.is_step_up_for_retry for event in outcome.result.all_events)


def test_a_day_before_the_window_keeps_its_rows_and_says_so(lakehouse: Lakehouse) -> None:
    store_an_ancient_event(lakehouse)
    outcome = lakehouse.run_github(ANCIENT)
    assert outcome.success
    told = outcome.metadata(ASSET, ANCIENT)
    assert told["note"] == "GitHub no longer serves this day; the 1 rows of it are kept"
    assert told["rows_loaded"] == 0
    assert [r["ingested_by"] for r in lakehouse.raw([ANCIENT], GITHUB_USER_EVENTS)] == ["before"]
    assert lakehouse.warehouse("select event_count from gold.fct_daily_github_metrics") == [(1,)]


def test_days_beyond_three_hundred_events_fail_and_the_others_are_loaded(
    lakehouse: Lakehouse,
) -> None:
    lakehouse.control_github(a_workday=60)
    days = last_days(14)
    outcome = lakehouse.run_github(days[0], days[-1], assets=INGEST)
    oldest = datetime.fromisoformat(lakehouse.events()[-1]["created_at"]).date()
    assert days[0] < oldest < days[-1]
    assert outcome.partitions(ASSET) == [str(day) for day in days if day >= oldest]
    assert f"GitHub failed for {days[0]}" in outcome.error(ASSET)
    assert "GitHub serves this day from" in outcome.metadata(ASSET, oldest)["note"]


def test_a_limit_that_ends_soon_is_waited_for(lakehouse: Lakehouse) -> None:
    (day,) = last_days(1)
    lakehouse.control_github(refuse={"status": 429, "retry_after": 1})
    started = time.monotonic()
    outcome = lakehouse.run_github(day, assets=INGEST)
    assert outcome.success
    assert time.monotonic() - started >= 1
    assert "asking again in 1 s" in outcome.log


@pytest.mark.parametrize(
    "limit", [{"exhaust": True}, {"refuse": {"status": 403, "retry_after": 3000}}]
)
def test_a_limit_that_lasts_fails_at_once_with_when_it_ends(
    lakehouse: Lakehouse, limit: dict[str, Any]
) -> None:
    (day,) = last_days(1)
    settings = lakehouse.settings.model_copy(update={"http_longest_wait_seconds": 0.0})
    lakehouse.control_github(**limit)
    started = time.monotonic()
    error = str(load_days(settings, [day], "run", silent).errors[day])
    assert time.monotonic() - started < 5
    assert "answered 403" in error
    assert "GitHub may be asked again at" in error
    assert "DAGDECK_GITHUB_TOKEN raises 60 requests an hour to 5,000" in error


def test_a_server_in_trouble_is_asked_again(lakehouse: Lakehouse) -> None:
    (day,) = last_days(1)
    lakehouse.control_github(refuse={"status": 502, "times": 2})
    assert lakehouse.run_github(day, assets=INGEST).success


def test_the_token_is_sent_and_shown_nowhere(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGDECK_GITHUB_TOKEN", TOKEN)
    (day,) = last_days(1)
    good = lakehouse.run_github(day, assets=INGEST)
    assert TOKEN in lakehouse.control_github()["used"]
    lakehouse.let_poll_interval_pass()
    lakehouse.control_github(refuse={"status": 401, "times": 9})
    bad = lakehouse.run_github(day, assets=INGEST)
    assert "answered 401" in bad.error(ASSET)
    for outcome in (good, bad):
        assert TOKEN not in outcome.log
    assert TOKEN not in repr(
        lakehouse.settings.model_copy(update={"github_token": SecretStr(TOKEN)})
    )


def test_github_out_of_reach_holds_the_readings_back_from_nothing(lakehouse: Lakehouse) -> None:
    day = RECENT - timedelta(days=3)
    lakehouse.control_github(refuse={"status": 404, "times": 9})
    outcome = lakehouse.run_both(day)
    assert not outcome.success
    assert outcome.partitions(ASSET) == outcome.partitions("fct_github_user_events") == []
    assert outcome.partitions("fct_daily_glucose_metrics") == [str(day)]


@pytest.mark.parametrize("actor", [None, {}])
def test_an_event_without_its_actor_is_set_apart_and_costs_no_other(
    lakehouse: Lakehouse, actor: dict[str, Any] | None
) -> None:
    day = busy_day(lakehouse)
    good = len(own(lakehouse, day))
    lakehouse.control_github(
        event={"created_at": f"{day}T12:00:00Z", "type": "PushEvent", "actor": actor}
    )
    outcome = lakehouse.run_github(day)
    assert outcome.success
    assert outcome.checks()["no_event_is_set_apart"] is False
    assert len(lakehouse.raw([day], GITHUB_USER_EVENTS)) == good
    (row,) = lakehouse.quarantine("github_user_events")
    assert (row["reason"], row["partition_day"]) == ("no actor", day)


@pytest.mark.parametrize("seed", [1])
def test_any_order_of_days_gives_the_tables_of_one_run(lakehouse: Lakehouse, seed: int) -> None:
    days = last_days(3)
    dice = random.Random(seed)
    order = dice.sample(days, len(days))
    for day in [*order, dice.choice(order)]:
        assert lakehouse.run_github(day).success
    shuffled = lakehouse.everything(GITHUB_TABLES, GITHUB_MARTS)
    lakehouse.forget()
    assert lakehouse.run_github(days[0], days[-1]).success
    assert lakehouse.everything(GITHUB_TABLES, GITHUB_MARTS) == shuffled
