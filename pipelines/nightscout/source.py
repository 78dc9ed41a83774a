"""The Nightscout API: a day's readings over HTTP, with retries; a day that fails stops no other."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from dlt.sources.helpers.requests import Client
from requests import RequestException, Response

from pipelines.partitions import day_window
from pipelines.raw.http import cause_of, message_of
from pipelines.raw.ingest import Fetched, SourceError
from pipelines.settings import Settings

COUNT = 10_000
"""Readings asked for at once; the server's own default of 10 would lose nearly all of a day."""


def http_client(settings: Settings) -> Client:
    """dlt's client: waits at most `http_timeout_seconds`, tries again with backoff."""
    return Client(
        request_timeout=settings.http_timeout_seconds,
        request_max_attempts=settings.http_attempts,
        request_backoff_factor=settings.http_backoff_seconds,
        request_max_retry_delay=settings.http_longest_wait_seconds,
        raise_for_status=False,
    )


def credentials(settings: Settings) -> dict[str, str]:
    if settings.nightscout_secret is None:
        return {}
    secret = settings.nightscout_secret.get_secret_value()
    return {"api-secret": hashlib.sha1(secret.encode()).hexdigest()}


def fetch_day(client: Client, settings: Settings, day: date) -> list[dict[str, Any]]:
    """The readings of a day, newest first; raises SourceError with one sentence."""
    first, last = day_window(day, settings.zone).milliseconds
    url = f"{settings.nightscout_url.rstrip('/')}/api/v1/entries.json"
    wanted: dict[str, str | int] = {
        "find[type]": "sgv",
        "find[date][$gte]": first,
        "find[date][$lte]": last,
        "count": COUNT,
    }
    try:
        response = client.get(url, params=wanted, headers=credentials(settings))
    except RequestException as error:
        if error.response is None:
            raise SourceError(f"{url} can't be reached ({cause_of(error)})") from error
        response = error.response
    return _readings(url, response)


def _readings(url: str, response: Response) -> list[dict[str, Any]]:
    if response.status_code != 200:
        permanent = 400 <= response.status_code < 500 and response.status_code != 429
        raise SourceError(
            f"{url} answered {response.status_code}: {message_of(response)}", permanent=permanent
        )
    try:
        entries = response.json()
    except ValueError as error:
        raise SourceError(f"{url} answered something that is not JSON") from error
    if not isinstance(entries, list):
        raise SourceError(f"{url} answered no list of readings", permanent=True)
    if len(entries) >= COUNT:
        raise SourceError(f"{url} has more than {COUNT} readings a day", permanent=True)
    return [_complete(url, entry) for entry in entries]


def _complete(url: str, entry: Any) -> dict[str, Any]:
    if (
        not isinstance(entry, dict)
        or not entry.get("_id")
        or not isinstance(entry.get("date"), int)
    ):
        raise SourceError(f"{url} sent a reading without _id or date: {entry}", permanent=True)
    return entry


def readings_of_days(
    settings: Settings, days: Sequence[date], fetched: Fetched, log: Callable[[str], None]
) -> Iterator[list[dict[str, Any]]]:
    """The readings of each day; what failed is left in `fetched`, not raised."""
    client = http_client(settings)
    for day in days:
        started = time.monotonic()
        try:
            entries = fetch_day(client, settings, day)
        except SourceError as error:
            fetched.errors[day] = error
            log(f"{day}: {error}")
        else:
            fetched.seconds[day] = time.monotonic() - started
            log(f"{day}: {len(entries)} readings fetched in {fetched.seconds[day]:.2f} s")
            yield entries
