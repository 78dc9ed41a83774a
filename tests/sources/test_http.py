"""How sources are asked: within a time, again where that helps, and secrets to them alone."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from pipelines.github.source import address as github_address
from pipelines.nightscout.newest import newest_reading
from pipelines.nightscout.source import asker, fetch_day
from pipelines.raw.errors import SourceError
from pipelines.raw.http import Asker
from pipelines.settings import Settings, WrongSettingsError
from tests.sources.readings import reading, whole_day
from tests.sources.server import Answer, Entries, OddServer, Question, Sent, as_json, serving

DAY = date(2026, 3, 2)
SECRET = "a s3cret of twelve"
DIGEST = hashlib.sha1(SECRET.encode()).hexdigest()


def settings_of(url: str, **changed: Any) -> Settings:
    quick = {"http_timeout_seconds": 2.0, "http_backoff_seconds": 0.01, "http_attempts": 3}
    return Settings(nightscout_url=url, github_url=url, home=Path("unused"), **quick | changed)


def fetched(settings: Settings) -> list[Any]:
    with asker(settings) as nightscout:
        return fetch_day(nightscout, settings, DAY)


def refused(settings: Settings) -> str:
    with pytest.raises(SourceError) as caught:
        fetched(settings)
    return str(caught.value)


@contextmanager
def two_servers() -> Iterator[tuple[OddServer, OddServer]]:
    """A server that redirects everything to the other, which has a day."""
    with ExitStack() as stack:
        other = stack.enter_context(serving(Entries(whole_day(DAY))))

        def redirect(question: Question) -> Answer:
            return 302, {"location": f"{other.url}{question.path}"}, b""

        yield stack.enter_context(serving(redirect)), other


def test_no_credential_follows_a_redirect_to_another_server() -> None:
    with two_servers() as (first, other):
        settings = settings_of(
            first.url.replace("http://", "http://me:hunter2@"),
            nightscout_secret=SecretStr(SECRET),
            nightscout_token=SecretStr("reader-0123"),
        )
        fetched(settings)
        assert first.asked[0].headers["api-secret"] == DIGEST
        assert first.asked[0].headers["authorization"].startswith("Basic ")
        assert first.asked[0].query["token"] == "reader-0123"
    assert other.asked
    for question in other.asked:
        assert not {"api-secret", "authorization"} & question.headers.keys()
        assert "token" not in question.query


def test_githubs_token_follows_no_redirect_to_another_server_either() -> None:
    with two_servers() as (first, other):
        settings = settings_of(first.url, github_token=SecretStr("ghp_1"))
        with Asker("GitHub", github_address(settings), settings) as github:
            github.get(f"{first.url}/users/demo/events")
    assert first.asked[0].headers["authorization"] == "Bearer ghp_1"
    assert "authorization" not in other.asked[0].headers


def test_a_redirect_within_the_server_keeps_the_credentials() -> None:
    entries = Entries(whole_day(DAY))

    def moved(question: Question) -> Answer:
        if question.path.startswith("/new"):
            return entries(question)
        query = "&".join(f"{name}={value}" for name, value in question.query.items())
        return 307, {"location": f"/new{question.path}?{query}"}, b""

    with serving(moved) as server:
        assert len(fetched(settings_of(server.url, nightscout_secret=SecretStr(SECRET)))) == 288
    assert server.asked[1].headers["api-secret"] == DIGEST


def test_redirects_without_end_are_a_sentence() -> None:
    with serving(lambda _question: (302, {"location": "/round"}, b"")) as server:
        assert "can't be reached (more than 5 redirects)" in refused(settings_of(server.url))


def test_credentials_in_the_url_are_sent_and_never_shown() -> None:
    with serving(lambda _question: as_json({"message": "token reader-0123 is wrong"}, 401)) as odd:
        url = odd.url.replace("http://", "http://me:hunter2@") + "/site/?token=reader-0123"
        words = refused(settings_of(url))
    assert odd.asked[0].path == "/site/api/v1/entries.json"
    assert odd.asked[0].query["token"] == "reader-0123"
    assert f"{odd.url}/site/api/v1/entries.json answered 401: token … is wrong" == words
    assert len(odd.asked) == 1


def test_a_wrong_url_with_a_password_in_it_is_named_but_not_quoted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DAGDECK_NIGHTSCOUT_URL", "ftp://me:hunter2@host/?token=reader-0123")
    with pytest.raises(WrongSettingsError) as caught:
        Settings()
    assert "hunter2" not in str(caught.value)
    assert "reader-0123" not in str(caught.value)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_limit_that_lasts_fails_at_once_with_when_it_ends(form: str) -> None:
    opens = datetime.now(UTC) + timedelta(hours=1)
    after = "3600" if form == "seconds" else format_datetime(opens, usegmt=True)
    with serving(lambda _question: as_json({}, 429, {"retry-after": after})) as server:
        words = refused(settings_of(server.url))
    assert len(server.asked) == 1
    assert "answered 429: Too Many Requests; Nightscout may be asked again at" in words
    assert f"{opens:%H:%M}" in words


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_passing_http_error_is_asked_again(status: int) -> None:
    entries = Entries(whole_day(DAY))
    left = [status, status]

    def at_first(question: Question) -> Answer:
        return as_json({}, left.pop()) if left else entries(question)

    with serving(at_first) as server:
        assert len(fetched(settings_of(server.url))) == 288
    assert left == []


def test_a_short_limit_is_waited_for() -> None:
    entries = Entries(whole_day(DAY))
    left = [as_json({}, 429, {"retry-after": "1"})]
    started = time.monotonic()
    with serving(lambda question: left.pop() if left else entries(question)) as server:
        assert len(fetched(settings_of(server.url))) == 288
    assert time.monotonic() - started >= 1


def test_a_trickle_ends_with_the_time_for_a_question() -> None:
    with serving(Entries(whole_day(DAY))) as server:
        server.trickle_seconds = 0.1
        started = time.monotonic()
        words = refused(settings_of(server.url, http_timeout_seconds=0.5, http_attempts=2))
    assert time.monotonic() - started < 5
    assert "can't be reached (no whole answer within 0.5 s)" in words


@pytest.mark.parametrize("most", [1, 7, 100, 287, 288])
def test_a_server_that_cuts_its_answers_is_asked_until_nothing_new_comes(most: int) -> None:
    day = whole_day(DAY, {5: None, 6: None})
    with serving(Entries(day, most=most)) as server:
        assert len(fetched(settings_of(server.url))) == 286


def test_an_answer_that_is_no_list_is_a_sentence() -> None:
    with serving(lambda _question: as_json({"status": "ok"})) as server:
        assert refused(settings_of(server.url)).endswith("answered no list of readings")
    with serving(lambda _question: (200, {}, b"<html>")) as server:
        assert refused(settings_of(server.url)).endswith("answered something that is not JSON")


@pytest.mark.parametrize("heeds_dates", [True, False])
def test_a_reading_of_the_year_2161_is_not_the_newest(heeds_dates: bool) -> None:
    now = int(datetime.now(UTC).timestamp() * 1000)
    far = 6_027_000_000_000
    today = datetime.now(UTC).date()
    sent = [Sent(at, reading(today, n) | {"date": at}) for n, at in enumerate([now - 60_000, far])]
    with serving(Entries(sent, heeds_dates=heeds_dates)) as server:
        settings = settings_of(server.url)
        with asker(settings) as nightscout:
            newest = newest_reading(nightscout, settings)
    assert newest is not None
    assert int(newest.at.timestamp() * 1000) == now - 60_000
