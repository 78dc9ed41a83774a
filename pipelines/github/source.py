"""GitHub's events API as GitHub asks to be used: conditional requests, its limits, its poll interval."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.helpers.rest_client.exceptions import IgnoreResponseException
from dlt.sources.helpers.rest_client.paginators import HeaderLinkPaginator
from requests import JSONDecodeError, RequestException, Response

from pipelines.github.remembered import Answer, recall, remember
from pipelines.raw.http import cause_of, message_of
from pipelines.raw.ingest import SourceError
from pipelines.settings import Settings

PER_PAGE = 100
MOST_EVENTS = 300
WINDOW = timedelta(days=30)
POLL_SECONDS = 60
"""GitHub's own interval, for an answer that names none."""
HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "User-Agent": "dagdeck",
}


class NotModified(IgnoreResponseException):
    """The answer is the one whose ETag was sent."""


class Limited(Exception):
    """GitHub wants no more requests for `seconds`."""

    def __init__(self, seconds: float, words: str) -> None:
        super().__init__(words)
        self.seconds, self.words = seconds, words


def events_url(settings: Settings) -> str:
    return f"{settings.github_url.rstrip('/')}/users/{quote(settings.github_user)}/events"


def events(settings: Settings, log: Callable[[str], None]) -> Answer:
    """All events that GitHub still has of the user, newest first, each once.

    Asks at most once in a poll interval. Waits for a limit that ends within
    `http_longest_wait_seconds`; raises SourceError with one sentence otherwise.
    """
    url = events_url(settings)
    known = recall(settings, url)
    if known and known.is_current(datetime.now(UTC)):
        log(f"GitHub asks to wait {known.poll_seconds} s: its answer of a moment ago is used")
        return known
    for attempt in range(1, settings.http_attempts + 1):
        try:
            return _asked(settings, url, known, log)
        except Limited as limit:
            if attempt == settings.http_attempts:
                raise _too_long(settings, limit) from limit
            _wait(settings, limit, log)
    raise AssertionError("at least one attempt is made")


def reaches_back_to(answer: Answer) -> datetime:
    """The moment before which GitHub serves nothing any more: 30 days, or 300 events."""
    oldest = answer.seen_at - WINDOW
    if len(answer.events) < MOST_EVENTS:
        return oldest
    return max(oldest, datetime.fromisoformat(answer.events[-1]["created_at"]))


def _asked(
    settings: Settings, url: str, known: Answer | None, log: Callable[[str], None]
) -> Answer:
    now = datetime.now(UTC)
    try:
        answer = _paged(_client(settings), url, known.etag if known else None, now)
    except RequestException as error:
        raise _failure(url, error) from error
    if answer is None and known is not None:
        log(f"GitHub has nothing new: still {len(known.events)} events")
        answer = replace(known, seen_at=now)
    elif answer is not None:
        log(
            f"GitHub has {len(answer.events)} events back to {reaches_back_to(answer):%Y-%m-%d %H:%M} UTC"
        )
    else:
        raise SourceError(f"{url} answered 304 to a question without a condition", permanent=True)
    remember(settings, answer)
    return answer


def _client(settings: Settings) -> RESTClient:
    token = settings.github_token
    retried = Client(
        request_timeout=settings.http_timeout_seconds,
        request_max_attempts=settings.http_attempts,
        request_backoff_factor=settings.http_backoff_seconds,
        request_max_retry_delay=settings.http_longest_wait_seconds,
        status_codes=range(500, 600),
        raise_for_status=False,
    )
    return RESTClient(
        settings.github_url,
        headers=HEADERS,
        auth=BearerTokenAuth(token.get_secret_value()) if token else None,
        paginator=HeaderLinkPaginator(),
        data_selector="$",
        session=retried.session,
    )


def _paged(client: RESTClient, url: str, etag: str | None, now: datetime) -> Answer | None:
    """The pages together; None where GitHub says that its answer has not changed."""
    found: dict[str, dict[str, Any]] = {}
    first: Mapping[str, str] | None = None
    pages = client.paginate(
        url,
        params={"per_page": PER_PAGE},
        headers={"If-None-Match": etag} if etag else None,
        hooks={"response": [_judge]},
    )
    for page in pages:
        first = page.response.headers if first is None else first
        found |= {event["id"]: event for event in map(_complete, page)}
    if first is None:
        return None
    poll = first.get("x-poll-interval", "")
    newest_first = sorted(found.values(), key=lambda e: (e["created_at"], e["id"]), reverse=True)
    return Answer(
        url, first.get("etag"), now, int(poll) if poll.isdigit() else POLL_SECONDS, newest_first
    )


def _judge(response: Response, *_: Any, **__: Any) -> None:
    """Ends the paging at a 304, and raises HTTPError for a refusal: the client retries 5xx."""
    if response.status_code == 304:
        raise NotModified
    response.raise_for_status()


def _complete(event: Any) -> dict[str, Any]:
    try:
        moment = datetime.fromisoformat(event["created_at"])
        if moment.tzinfo is None or not event["id"]:
            raise ValueError
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(
            f"GitHub sent an event without an id or an aware created_at: {str(event)[:200]}",
            permanent=True,
        ) from error
    return dict(event)


def _failure(url: str, error: RequestException) -> Exception:
    if error.response is not None and error.response.status_code >= 400:
        return _refusal(url, error.response)
    if isinstance(error, JSONDecodeError):
        return SourceError(f"{url} answered something that is not JSON")
    return SourceError(f"{url} can't be reached ({cause_of(error)})")


def _refusal(url: str, response: Response) -> Exception:
    """Limited for a limit, else a SourceError that quotes GitHub."""
    words = f"{url} answered {response.status_code}: {message_of(response)}"
    if response.status_code in (403, 429):
        seconds = _seconds_to_wait(response.headers)
        if seconds is not None or response.status_code == 429:
            return Limited(POLL_SECONDS if seconds is None else seconds, words)
    return SourceError(words, permanent=400 <= response.status_code < 500)


def _seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """`retry-after`, or until the hour's quota is renewed; None where it is no limit."""
    after = headers.get("retry-after", "")
    if after.isdigit():
        return float(after)
    if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset"):
        return max(float(headers["x-ratelimit-reset"]) - time.time(), 0) + 1
    return None


def _wait(settings: Settings, limit: Limited, log: Callable[[str], None]) -> None:
    if limit.seconds > settings.http_longest_wait_seconds:
        raise _too_long(settings, limit) from limit
    log(f"{limit.words.rstrip(chr(46))}; asking again in {limit.seconds:.0f} s")
    time.sleep(limit.seconds)


def _too_long(settings: Settings, limit: Limited) -> SourceError:
    opens = datetime.now(UTC) + timedelta(seconds=limit.seconds)
    hint = (
        ""
        if settings.github_token
        else "; DAGDECK_GITHUB_TOKEN raises 60 requests an hour to 5,000"
    )
    return SourceError(
        f"{limit.words.rstrip('.')}; GitHub may be asked again at {opens:%H:%M:%S} UTC{hint}",
        permanent=True,
    )
