"""The newest reading that Nightscout has: one small request, answered with 304 where nothing is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from pipelines.nightscout.source import credentials
from pipelines.raw.ingest import SourceError
from pipelines.settings import Settings


@dataclass(frozen=True)
class Newest:
    """When the newest reading was read (aware, UTC); `last_modified` is what to ask with next."""

    at: datetime
    last_modified: str | None
    is_news: bool = True


def newest_reading(
    client: httpx.Client, settings: Settings, known: Newest | None = None
) -> Newest | None:
    """None where there is none of the last 4 days; `is_news` tells whether it is newer than `known`.

    Raises SourceError with one sentence.
    """
    url = f"{settings.nightscout_url.rstrip('/')}/api/v1/entries.json"
    headers = credentials(settings)
    if known and known.last_modified:
        headers["if-modified-since"] = known.last_modified
    try:
        answer = client.get(url, params={"count": "1"}, headers=headers)
    except httpx.HTTPError as error:
        raise SourceError(f"{url} can't be reached ({error})") from error
    if answer.status_code == 304 and known:
        return Newest(known.at, known.last_modified, is_news=False)
    return _read(url, answer, known)


def _read(url: str, answer: httpx.Response, known: Newest | None) -> Newest | None:
    if answer.status_code != 200:
        raise SourceError(f"{url} answered {answer.status_code} {answer.reason_phrase}".strip())
    try:
        entries = answer.json()
        moments = [datetime.fromtimestamp(entry["date"] / 1000, UTC) for entry in entries]
    except (ValueError, TypeError, KeyError) as error:
        raise SourceError(f"{url} answered something that is no list of readings") from error
    if not moments:
        return None
    at = max(moments)
    return Newest(at, answer.headers.get("last-modified"), is_news=known is None or at > known.at)
