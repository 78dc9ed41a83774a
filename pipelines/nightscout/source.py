"""The Nightscout API: a day's records over HTTP, to their end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

from pipelines.nightscout.records import moment_of
from pipelines.partitions import day_window
from pipelines.raw.address import Address, address_of
from pipelines.raw.errors import SourceError
from pipelines.raw.http import Asker
from pipelines.raw.set_apart import as_sent
from pipelines.settings import Settings

COUNT = 10_000
"""Readings asked for at once; the server's own default of 10 would lose nearly all of a day."""
MOST_PAGES = 1000
"""More than a reading each minute needs of a server that answers ten at a time."""


def address(settings: Settings) -> Address:
    """Nightscout's address, with the secret's digest, the token, and the credentials in its URL."""
    headers, parameters = {}, {}
    if settings.nightscout_secret is not None:
        secret = settings.nightscout_secret.get_secret_value()
        headers["api-secret"] = hashlib.sha1(secret.encode()).hexdigest()
    if settings.nightscout_token is not None:
        parameters["token"] = settings.nightscout_token.get_secret_value()
    return address_of(settings.nightscout_url, headers, parameters)


def asker(settings: Settings, log: Callable[[str], None] = lambda _line: None) -> Asker:
    """Asks Nightscout; to be used in a `with` block."""
    return Asker("Nightscout", address(settings), settings, log)


def entries_url(settings: Settings) -> str:
    """The URL of the entries, without credentials."""
    return f"{address(settings).shown}/api/v1/entries.json"


def fetch_day(nightscout: Asker, settings: Settings, day: date) -> list[Any]:
    """The day's records as they are sent, newest first; raises SourceError with one sentence.

    A server that cuts its answer short is asked again for what is before the oldest record, until
    nothing new comes.
    """
    first, last = day_window(day, settings.zone).milliseconds
    records: dict[str, Any] = {}
    longest = 1
    for _ in range(MOST_PAGES):
        page = _page(nightscout, settings, first, last)
        new = {as_sent(record): record for record in page if as_sent(record) not in records}
        records |= new
        longest = max(longest, len(page))
        oldest = min(filter(None, map(_moment, page)), default=first)
        # A page that is full of what is known may hide what is before it.
        if oldest <= first or (not new and (len(page) < longest or oldest > last)):
            return list(records.values())
        last = min(oldest, last) if new else oldest - 1
    raise SourceError(f"{entries_url(settings)} has no end of readings of {day}", permanent=True)


def _page(nightscout: Asker, settings: Settings, first: int, last: int) -> list[Any]:
    url = entries_url(settings)
    wanted: dict[str, str | int] = {
        "find[type]": "sgv",
        "find[date][$gte]": first,
        "find[date][$lte]": last,
        "count": COUNT,
    }
    response = nightscout.get(url, wanted)
    try:
        entries = response.json()
    except ValueError as error:
        raise SourceError(f"{url} answered something that is not JSON") from error
    if not isinstance(entries, list):
        raise SourceError(f"{url} answered no list of readings", permanent=True)
    return entries


def _moment(record: Any) -> int | None:
    return moment_of(record) if isinstance(record, dict) else None
