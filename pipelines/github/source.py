"""GitHub's events API as GitHub asks to be used: conditional requests, its limits, its poll interval."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from pipelines.github.records import aware_moment_of
from pipelines.github.response_cache import Answer, recall, remember
from pipelines.raw.address import Address, address_of
from pipelines.raw.errors import LimitedError, SourceError
from pipelines.raw.http import Asker, retry_after
from pipelines.raw.set_apart import as_sent
from pipelines.settings import Settings

PER_PAGE = 100
MOST_EVENTS = 300
WINDOW = timedelta(days=30)
POLL_SECONDS = 60
"""GitHub's own interval, for an answer that names none."""
MOST_PAGES = 100
HEADERS = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
HINT = "DAGDECK_GITHUB_TOKEN raises 60 requests an hour to 5,000"


def address(settings: Settings) -> Address:
    """GitHub's address, with the token and the credentials in its URL."""
    token = settings.github_token
    signed = {"authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    return address_of(settings.github_url, signed)


def events_url(settings: Settings) -> str:
    """The URL of the user's events, without credentials."""
    return f"{address(settings).shown}/users/{quote(settings.github_user)}/events"


def events(settings: Settings, log: Callable[[str], None]) -> Answer:
    """All events that GitHub still has of the user, as it sends them, newest first, each once.

    Asks at most once in a poll interval. Waits for a limit that ends within
    `http_longest_wait_seconds`; raises SourceError with one sentence otherwise.
    """
    url = events_url(settings)
    cached = recall(settings, url)
    if cached and cached.is_current(datetime.now(UTC)):
        log(f"GitHub asks to wait {cached.poll_seconds} s: its answer of a moment ago is used")
        return cached
    try:
        with Asker("GitHub", address(settings), settings, log, _limit_of) as github:
            return _asked(github, settings, url, cached, log)
    except LimitedError as error:
        hint = "" if settings.github_token else f"; {HINT}"
        raise SourceError(f"{error}{hint}", permanent=True) from error


def reaches_back_to(answer: Answer) -> datetime:
    """The moment before which GitHub serves nothing any more: 30 days, or 300 events."""
    oldest = answer.seen_at - WINDOW
    if len(answer.events) < MOST_EVENTS:
        return oldest
    moments = [moment for moment in map(aware_moment_of, answer.events) if moment]
    return max(oldest, min(moments, default=oldest))


def _asked(
    github: Asker, settings: Settings, url: str, cached: Answer | None, log: Callable[[str], None]
) -> Answer:
    answer = _paged(github, url, cached.etag if cached else None)
    if answer is None and cached is not None:
        log(f"GitHub has nothing new: still {len(cached.events)} events")
        answer = replace(cached, seen_at=datetime.now(UTC))
    elif answer is not None:
        reach = reaches_back_to(answer)
        log(f"GitHub has {len(answer.events)} events back to {reach:%Y-%m-%d %H:%M} UTC")
    else:
        raise SourceError(f"{url} answered 304 to a question without a condition", permanent=True)
    remember(settings, answer)
    return answer


def _paged(github: Asker, url: str, etag: str | None) -> Answer | None:
    """The pages together; None where GitHub says that its answer has not changed."""
    now = datetime.now(UTC)
    conditional = {**HEADERS, "if-none-match": etag} if etag else HEADERS
    first = page = github.get(url, {"per_page": PER_PAGE}, conditional)
    if first.status_code == 304:
        return None
    by_identity: dict[str, Any] = {}
    for _ in range(MOST_PAGES):
        by_identity |= {_identity(event): event for event in _events(url, page)}
        following = page.links.get("next", {}).get("url")
        if not following:
            break
        page = github.get(following, headers=HEADERS)
    poll = first.headers.get("x-poll-interval", "")
    newest_first = sorted(by_identity.values(), key=_moment_and_id, reverse=True)
    seconds = int(poll) if poll.isdecimal() else POLL_SECONDS
    return Answer(url, first.headers.get("etag"), now, seconds, newest_first)


def _events(url: str, page: httpx.Response) -> list[Any]:
    try:
        events = page.json()
    except ValueError as error:
        raise SourceError(f"{url} answered something that is not JSON") from error
    if not isinstance(events, list):
        raise SourceError(f"{url} answered no list of events", permanent=True)
    return events


def _identity(event: Any) -> str:
    event_id = event.get("id") if isinstance(event, dict) else None
    return event_id if isinstance(event_id, str) and event_id else as_sent(event)


def _moment_and_id(event: Any) -> tuple[datetime, str]:
    return aware_moment_of(event) or datetime.min.replace(tzinfo=UTC), _identity(event)


def _limit_of(response: httpx.Response) -> float | None:
    """`retry-after`, or until the hour's quota is renewed; None where it is no limit."""
    after = retry_after(response)
    if after is not None:
        return after
    reset = response.headers.get("x-ratelimit-reset", "")
    if response.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(float(reset) - time.time(), 0) + 1
    return POLL_SECONDS if response.status_code == 429 else None
