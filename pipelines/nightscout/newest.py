"""The newest reading that Nightscout has: one small request, answered with 304 where nothing is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from pipelines.nightscout.records import CLOCK_TOLERANCE, moment, moment_of
from pipelines.nightscout.source import entries_url
from pipelines.raw.errors import SourceError
from pipelines.raw.http import Asker
from pipelines.settings import Settings

LOOKED_AT = timedelta(days=4)
"""The newest reading is looked for this far back, as Nightscout itself does."""
ASKED_FOR = 10
"""Some, for a server that takes no heed of the latest moment may send some of the future first."""


@dataclass(frozen=True)
class Newest:
    """The moment of the newest reading (aware, UTC); `last_modified` goes into the next request."""

    at: datetime
    last_modified: str | None
    is_news: bool = True


def newest_reading(
    nightscout: Asker, settings: Settings, known: Newest | None = None
) -> Newest | None:
    """None where there is none of the last 4 days; `is_news` tells whether it is newer than `known`.

    A reading in the future is none. Raises SourceError with one sentence.
    """
    now = datetime.now(UTC)
    wanted: dict[str, str | int] = {
        "find[date][$gte]": _milliseconds(now - LOOKED_AT),
        "find[date][$lte]": _milliseconds(now + CLOCK_TOLERANCE),
        "count": ASKED_FOR,
    }
    modified = known.last_modified if known else None
    headers = {"if-modified-since": modified} if modified else {}
    answer = nightscout.get(entries_url(settings), wanted, headers)
    if answer.status_code == 304 and known:
        return Newest(known.at, known.last_modified, is_news=False)
    return _read(entries_url(settings), answer, known, now)


def _read(url: str, answer: httpx.Response, known: Newest | None, now: datetime) -> Newest | None:
    try:
        entries = answer.json()
    except ValueError as error:
        raise SourceError(f"{url} answered something that is not JSON") from error
    if not isinstance(entries, list):
        raise SourceError(f"{url} answered no list of readings", permanent=True)
    at = _newest(entries, now)
    if at is None:
        return None
    return Newest(at, answer.headers.get("last-modified"), is_news=known is None or at > known.at)


def _newest(entries: list[Any], now: datetime) -> datetime | None:
    moments = (moment_of(entry) for entry in entries if isinstance(entry, dict))
    earliest, latest = _milliseconds(now - LOOKED_AT), _milliseconds(now + CLOCK_TOLERANCE)
    return max((moment(at) for at in moments if at and earliest <= at <= latest), default=None)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
