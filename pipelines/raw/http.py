"""Requests to a source over HTTP: within a time limit, repeated where that can help, with secrets sent to the source alone."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType

import httpx

from pipelines.raw.address import Address
from pipelines.raw.errors import LimitedError, SourceError
from pipelines.settings import Settings

ASKED_AGAIN = {408, 425, 429, *range(500, 600)}
"""The statuses that may change a moment later; all others from 400 on are final."""
LIMITS = {403, 429, 503}
"""What a server says that wants to be left alone for a while, where it says for how long."""
MOST_REDIRECTS = 5

# httpx logs every URL, and a token may be in it.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def retry_after(response: httpx.Response) -> float | None:
    """The seconds that `retry-after` asks to wait, from a number or a date; None without one."""
    text = str(response.headers.get("retry-after", "")).strip()
    if text.isdecimal():
        return float(text)
    try:
        return max((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None


class Asker:
    """Asks one server, with credentials that go nowhere else; to be used in a `with` block."""

    def __init__(
        self,
        name: str,
        address: Address,
        settings: Settings,
        log: Callable[[str], None] = lambda _line: None,
        wait_of: Callable[[httpx.Response], float | None] = retry_after,
    ) -> None:
        self._name, self._address, self._settings = name, address, settings
        self._log, self._wait_of = log, wait_of
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(timeout=None, headers={"user-agent": "dagdeck"})

    def __enter__(self) -> Asker:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def get(
        self,
        url: str,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The answer, if it is 2xx or 304; `url` is without credentials, which are added.

        Asks `http_attempts` times where that can help. Raises LimitedError for a server that asks
        to wait longer than `http_longest_wait_seconds`, SourceError for all else, in one sentence.
        """
        for attempt in range(1, self._settings.http_attempts + 1):
            last = attempt == self._settings.http_attempts
            try:
                response = self._whole(url, parameters or {}, headers or {})
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
                if last:
                    raise SourceError(self._out_of_reach(url, error)) from error
                self._pause(url, self._backoff(attempt), self._cause(error))
                continue
            if response.is_success or response.status_code == 304:
                return response
            self._refuse_or_pause(url, response, attempt, last)
        raise AssertionError("at least one attempt is made")

    def _refuse_or_pause(
        self, url: str, response: httpx.Response, attempt: int, last: bool
    ) -> None:
        status = response.status_code
        words = self._address.scrubbed(f"{url} answered {status}: {message_of(response)}")
        asked = self._wait_of(response) if status in LIMITS else None
        if asked is not None and (last or asked > self._settings.http_longest_wait_seconds):
            raise LimitedError(self._limited(words, asked))
        if asked is None and (last or status not in ASKED_AGAIN):
            raise SourceError(words, permanent=400 <= status < 500 and status not in ASKED_AGAIN)
        self._pause(words, self._backoff(attempt) if asked is None else asked)

    def _limited(self, words: str, seconds: float) -> str:
        opens = datetime.now(UTC) + timedelta(seconds=seconds)
        days = f"{opens:%Y-%m-%d} " if opens.date() != datetime.now(UTC).date() else ""
        return f"{words.rstrip('.')}; {self._name} may be asked again at {days}{opens:%H:%M:%S} UTC"

    def _backoff(self, attempt: int) -> float:
        settings = self._settings
        wait = settings.http_backoff_seconds * 2.0 ** (attempt - 1)
        return min(wait, settings.http_longest_wait_seconds)

    def _pause(self, words: str, seconds: float, cause: str = "") -> None:
        problem = f"{words} ({cause})" if cause else words.rstrip(".")
        self._log(f"{problem}; asking again in {seconds:.3g} s")
        time.sleep(seconds)

    def _out_of_reach(self, url: str, error: Exception) -> str:
        return f"{url} can't be reached ({self._cause(error)})"

    def _cause(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return f"no whole answer within {self._settings.http_timeout_seconds:g} s"
        return self._address.scrubbed(cause_of(error))

    def _whole(
        self, url: str, parameters: Mapping[str, str | int], headers: Mapping[str, str]
    ) -> httpx.Response:
        return self._runner.run(self._within_time(url, parameters, headers))

    async def _within_time(
        self, url: str, parameters: Mapping[str, str | int], headers: Mapping[str, str]
    ) -> httpx.Response:
        async with asyncio.timeout(self._settings.http_timeout_seconds):
            return await self._followed(httpx.URL(url).copy_merge_params(dict(parameters)), headers)

    async def _followed(self, url: httpx.URL, headers: Mapping[str, str]) -> httpx.Response:
        """The answer at the end of the redirects; credentials go to the address's own server alone."""
        for _ in range(MOST_REDIRECTS + 1):
            trusted = self._address.trusts(str(url))
            secret = self._address.headers if trusted else {}
            signed = url.copy_merge_params(dict(self._address.parameters)) if trusted else url
            response = await self._client.get(signed, headers={**headers, **secret})
            if not response.has_redirect_location:
                return response
            url = url.join(response.headers["location"])
        raise httpx.TooManyRedirects(f"more than {MOST_REDIRECTS} redirects")


def message_of(response: httpx.Response) -> str:
    """The server's own words, where its body has any."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and body.get("message"):
        return str(body["message"])[:400]
    return response.reason_phrase or "no reason given"


def cause_of(error: BaseException) -> str:
    """The innermost cause."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error) or type(error).__name__
