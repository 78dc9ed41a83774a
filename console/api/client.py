"""Transport: one document out, one answer or one clear error back."""

from __future__ import annotations

import asyncio
import json
import re
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from console.api.clock import nearest, seconds_ahead
from console.api.documents import document
from console.api.door import OPEN, TIMEOUT_SECONDS
from console.api.line import GRAPHQL, Line, graphql_url
from console.api.server import EVERYTHING, introduction, read_introduction
from console.api.signs_of_life import SignsOfLife
from console.domain.errors import (
    ApiError,
    BadAnswer,
    BadDocument,
    Dropped,
    Lacking,
    OutcomeUnknown,
    Passing,
    Refused,
    ServerError,
    Slow,
    Unreachable,
)
from console.domain.text import cut

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from console.api.documents import Document
    from console.api.door import Door
    from console.api.journal import Journal
    from console.api.server import KnownServers, Server

__all__ = ["IN_FLIGHT", "TIMEOUT_SECONDS", "Client", "graphql_url"]

IN_FLIGHT = 2
"""One Python process answers everything, so more at once only wait there."""
SLOW_SECONDS = 2.0
"""A question that takes longer lets others be asked beside it."""
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""There was no connection to send anything over."""
LONGEST_PAUSE = 30.0
LEAST_PAUSE = 0.5
SECONDS_BETWEEN_INTRODUCTIONS = 60.0
READ_ONLY = "the console is read-only"
_INVALID = re.compile(
    r"Cannot query field|Unknown (argument|type|fragment|directive)|is not defined"
)


class Client:
    """Speaks to one Dagster webserver. Counts what it sends and receives."""

    def __init__(
        self,
        url: str,
        *,
        read_only: bool = False,
        journal: Journal | None = None,
        door: Door = OPEN,
        servers: KnownServers | None = None,
    ) -> None:
        self._line = Line(url, door)
        self.own_rule = READ_ONLY if read_only else ""
        """Who says here that no mutation may be sent, in words; empty where it may."""
        self.server_rule = ""
        """What the server says of it."""
        self.requests = 0
        self.life = SignsOfLife()
        self.clock_ahead: float | None = None
        """How many seconds at least the server's clock is ahead of this one; None where it isn't told."""
        self.address = urlsplit(self.url)._replace(netloc=self.place).geturl()
        """The URL without a name and password: what the deployment is known by in files."""
        self.server: Server | None = None
        """None before it was met. Without `servers` it is taken to have everything."""
        self._servers = servers
        self._meeting = asyncio.Lock()
        self._not_met: tuple[float, ApiError] | None = None
        """When it could not be met last, by `time.monotonic()`, and why."""
        self._asked_itself_at = -SECONDS_BETWEEN_INTRODUCTIONS
        self._journal = journal
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._under_way = 0

    @property
    def url(self) -> str:
        return self._line.url

    @url.setter
    def url(self, url: str) -> None:
        self._line.url = url

    @property
    def base(self) -> str:
        """The webserver's root, without a name and password: what the web UI's addresses begin with."""
        return urlsplit(self.url)._replace(netloc=self.place).geturl().removesuffix(GRAPHQL)

    @property
    def place(self) -> str:
        """`host:port`, for sentences; a name and password before it stay out."""
        return self._line.place

    @property
    def notice(self) -> str:
        """A sentence that is worth saying once; empty when there is none."""
        return self._line.notice

    @property
    def bytes_received(self) -> int:
        return self._line.bytes_received

    @property
    def why_read_only(self) -> str:
        """Who says that no mutation may be sent: the strictest rule wins."""
        return self.own_rule or self.server_rule

    @property
    def read_only(self) -> bool:
        return bool(self.why_read_only)

    @property
    def is_sending(self) -> bool:
        """Whether a mutation is under way."""
        return self._under_way > 0

    async def close(self) -> None:
        """A mutation that is under way is waited for: what it started has to be known."""
        while self._under_way:
            await asyncio.sleep(0.05)
        await self._line.close()

    async def ask(
        self,
        name: str,
        variables: dict[str, Any] | None = None,
        *,
        timeout: float = TIMEOUT_SECONDS,
    ) -> dict[str, Any]:
        """The `data` of a query; `timeout` is in seconds. Raises ApiError.

        A proxy's failure is asked over once; is it the same again, though others were answered
        meanwhile, the question is slow. After a failure of its own the webserver closes the
        connection, on which the next question may be under way by then: a query that is dropped
        is asked over once too.
        """
        query = document(name)
        if query.is_mutation:
            raise Refused(f"{query.name} is a mutation, asked as a query")
        asked = time.monotonic()
        try:
            return await self._answer(name, variables or {}, timeout)
        except Dropped:
            pass
        except Passing as error:
            if error.wait > LONGEST_PAUSE:
                raise
            await asyncio.sleep(max(error.wait, LEAST_PAUSE))
        try:
            return await self._answer(name, variables or {}, timeout)
        except Passing as error:
            raise Slow(str(error)) if self.life.answered_after(asked) else error from None

    async def command(self, name: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The `data` of a mutation, recorded before and after.

        Raises OutcomeUnknown where it was sent and no answer came that can be read, else the
        ApiError that tells why it changed nothing.
        """
        mutation = document(name)
        if self.why_read_only:
            raise Refused(f"{mutation.name} was not sent: {self.why_read_only}")
        await self._met()
        self._record(mutation, variables, "sent")
        try:
            async with self._waited_for():
                data = await self._answer(name, variables)
        except ApiError as error:
            told = _as_answer_to_a_mutation(error)
            self._record(mutation, variables, f"error: {told}")
            if told is error:
                raise
            raise told from error
        self._record(mutation, variables, data)
        return data

    @asynccontextmanager
    async def _waited_for(self) -> AsyncIterator[None]:
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def _record(self, mutation: Document, variables: dict[str, Any], outcome: object) -> None:
        if self._journal is None:
            return
        try:
            self._journal.write(self.address, mutation.name, variables, outcome)
        except OSError as error:
            if outcome == "sent":
                raise Refused(
                    f"{mutation.name} was not sent: it can't be recorded in {self._journal.path} ({error.strerror})"
                ) from error

    async def version_told(self, version: str) -> bool:
        """Whether a server of this version has other parts than it was taken to have.

        Raises ApiError.
        """
        async with self._meeting:
            before = self.server
            if self._servers is None or before is None or before.version == version:
                return False
            return (await self._ask_itself()).lacking != before.lacking

    async def _met(self) -> Server:
        """The kept description of the server serves until the server turns out to be another.

        Those who waited while it could not be met are told the same.
        """
        since = time.monotonic()
        async with self._meeting:
            if self.server is None:
                if self._not_met is not None and self._not_met[0] >= since:
                    raise type(self._not_met[1])(str(self._not_met[1]))
                kept = self._servers.read(self.address) if self._servers else EVERYTHING
                try:
                    self.server = kept or await self._ask_itself()
                except ApiError as error:
                    self._not_met = (time.monotonic(), error)
                    raise
            return self.server

    async def _ask_itself(self) -> Server:
        data = await self._send(introduction(), {})
        self.server = read_introduction(data, self.place)
        self._asked_itself_at = time.monotonic()
        if self._servers is not None:
            self._servers.keep(self.address, self.server)
        return self.server

    async def _answer(
        self, name: str, variables: dict[str, Any], timeout: float = TIMEOUT_SECONDS
    ) -> dict[str, Any]:
        """A field that the server's schema lacks is left out of the question."""
        server = await self._met()
        try:
            return await self._send(self._document(name, server), variables, timeout)
        except BadDocument:
            if not await self._is_another_than(server):
                raise
        return await self._send(self._document(name, await self._met()), variables, timeout)

    async def _is_another_than(self, server: Server) -> bool:
        """Whether it has other parts by now: it was updated, or what was kept of it is old."""
        async with self._meeting:
            if self.server == server and self._may_ask_itself():
                await self._ask_itself()
            return self.server != server

    def _may_ask_itself(self) -> bool:
        since = time.monotonic() - self._asked_itself_at
        return self._servers is not None and since > SECONDS_BETWEEN_INTRODUCTIONS

    def _document(self, name: str, server: Server) -> Document:
        """Raises Lacking where nothing of it can be asked there."""
        query = document(name, server.lacking)
        if not query.text:
            raise Lacking(f"Dagster {server.version} at {self.place} can't be asked {query.name}")
        return query

    async def _send(
        self, query: Document, variables: dict[str, Any], timeout: float = TIMEOUT_SECONDS
    ) -> dict[str, Any]:
        body = {"query": query.text, "variables": variables, "operationName": query.name}
        content = json.dumps(body, separators=(",", ":")).encode()
        async with self._slot():
            asked = time.time()
            with self.life.waiting() as sent:
                try:
                    response = await self._line.post(content, timeout)
                except Unreachable as error:
                    raise self._unreachable(error, sent) from error.__cause__
        ahead = seconds_ahead(response.headers.get("date"), asked, time.time())
        self.clock_ahead = nearest(self.clock_ahead, ahead)
        self.requests += 1
        return self._heard(response)

    def _heard(self, response: httpx.Response) -> dict[str, Any]:
        """A proxy that got no answer is no sign of the server's life."""
        try:
            data = self._data(response)
        except Passing:
            self.life.refused()
            raise
        except ApiError:
            self.life.answered()
            raise
        self.life.answered()
        return data

    async def knock(self, timeout: float) -> None:
        """Ask nothing, only whether somebody is there, beside all other questions."""
        with self.life.waiting():
            try:
                await self._line.knock(timeout)
            except ApiError as error:
                self._note_failure(error)
                return
        self.life.answered()

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """A place among those asked at once, given up early by a question that is slow."""
        await self._slots.acquire()
        given_up = False

        def give_up() -> None:
            nonlocal given_up
            if not given_up:
                given_up = True
                self._slots.release()

        slow = asyncio.get_running_loop().call_later(SLOW_SECONDS, give_up)
        try:
            yield
        finally:
            slow.cancel()
            give_up()

    def _unreachable(self, error: Unreachable, sent: float) -> Unreachable:
        self._note_failure(error)
        cause = error.__cause__
        if isinstance(cause, httpx.ReadTimeout) and self.life.answered_after(sent):
            return Slow(str(error))
        dropped = isinstance(cause, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError)
        return Dropped(str(error)) if dropped else error

    def _note_failure(self, error: ApiError) -> None:
        if not isinstance(error.__cause__, httpx.TimeoutException):
            self.life.refused()

    def _data(self, response: httpx.Response) -> dict[str, Any]:
        """The body decides, not the HTTP status: 500 may come with a full answer."""
        try:
            answer = json.loads(response.content)
        except (ValueError, RecursionError):
            raise self._line.fault(response) from None
        if not isinstance(answer, dict) or not ("data" in answer or "errors" in answer):
            raise self._line.fault(response)
        if isinstance(answer.get("data"), dict):
            data: dict[str, Any] = answer["data"]
            return data
        if "errors" not in answer or (response.status_code in (401, 403) and not _errors(answer)):
            raise self._line.fault(response)
        said = _first_error(answer)
        kind = BadDocument if _INVALID.search(said) else ServerError
        raise kind(f"Dagster at {self.place}: {said}")


def _as_answer_to_a_mutation(error: ApiError) -> ApiError:
    """The error of an unread answer: the mutation was sent and may have worked."""
    broken = isinstance(error.__cause__, httpx.HTTPError)
    unread = isinstance(error, Unreachable | BadAnswer) or broken
    if unread and not isinstance(error.__cause__, NEVER_SENT):
        return OutcomeUnknown(f"sent, no answer: {error}")
    return error


def _errors(answer: dict[str, Any]) -> list[Any]:
    errors = answer.get("errors")
    return errors if isinstance(errors, list) else []


def _first_error(answer: dict[str, Any]) -> str:
    first: object = next(iter(_errors(answer)), {})
    message = first.get("message") if isinstance(first, dict) else None
    return cut(str(message or "an error without a message"), 300)
