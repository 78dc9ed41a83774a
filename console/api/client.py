"""Sends one document and returns one answer or raises one clear error."""

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
"""The questions asked at once; one server process answers all, so more would only wait there."""
SLOW_SECONDS = 2.0
"""A question that takes longer gives up its slot, so that others can be asked."""
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""The errors without a connection, so that nothing was sent."""
LONGEST_PAUSE = 30.0
LEAST_PAUSE = 0.5
SECONDS_BETWEEN_INTRODUCTIONS = 60.0
READ_ONLY = "the console is read-only"
_INVALID = re.compile(
    r"Cannot query field|Unknown (argument|type|fragment|directive)|is not defined"
)


class Client:
    """Talks to one Dagster webserver and counts requests and bytes."""

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
        """The console's reason why no mutation may be sent; empty where it may."""
        self.server_rule = ""
        """The server's reason why no mutation may be sent; empty where it may."""
        self.requests = 0
        self.life = SignsOfLife()
        self.clock_ahead: float | None = None
        """The least seconds that the server's clock is ahead of this one; None where it is unknown."""
        self.address = urlsplit(self.url)._replace(netloc=self.place).geturl()
        """The URL without name and password, which identifies the deployment in files."""
        self.server: Server | None = None
        """The server's description; None before the first question."""
        self._servers = servers
        self._meeting = asyncio.Lock()
        self._not_met: tuple[float, ApiError] | None = None
        """The last failure to reach it: its time by `time.monotonic()`, and the error."""
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
        """The webserver's root, without name and password; the web UI's addresses begin with it."""
        return urlsplit(self.url)._replace(netloc=self.place).geturl().removesuffix(GRAPHQL)

    @property
    def place(self) -> str:
        """`host:port`, for sentences, without name and password."""
        return self._line.place

    @property
    def notice(self) -> str:
        """A sentence to show once; empty when there is none."""
        return self._line.notice

    @property
    def bytes_received(self) -> int:
        return self._line.bytes_received

    @property
    def why_read_only(self) -> str:
        """The reason why no mutation may be sent; the console's rule comes first."""
        return self.own_rule or self.server_rule

    @property
    def read_only(self) -> bool:
        return bool(self.why_read_only)

    @property
    def is_sending(self) -> bool:
        """Whether a mutation is under way."""
        return self._under_way > 0

    async def close(self) -> None:
        """Closes the connection, after the answer to any mutation under way."""
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

        A question is asked again once after a proxy's failure; if that fails too while others
        are answered, it raises Slow. It is also asked again once after a dropped connection,
        since the webserver closes a connection after an error, with the next question on it.
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
        """The `data` of a mutation, which is recorded before and after.

        Raises OutcomeUnknown if it was sent without a readable answer, else the ApiError that
        tells why it changed nothing.
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
            error_for_caller = _as_answer_to_a_mutation(error)
            self._record(mutation, variables, f"error: {error_for_caller}")
            if error_for_caller is error:
                raise
            raise error_for_caller from error
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
        """Whether a server of this version has other parts than the known server.

        Raises ApiError.
        """
        async with self._meeting:
            before = self.server
            if self._servers is None or before is None or before.version == version:
                return False
            return (await self._ask_itself()).lacking != before.lacking

    async def _met(self) -> Server:
        """The server's description, from the file of known servers or from the server itself.

        Callers who waited during a failure get the same error.
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
        """The answer to a question without the fields that the server's schema lacks."""
        server = await self._met()
        try:
            return await self._send(self._document(name, server), variables, timeout)
        except BadDocument:
            if not await self._is_another_than(server):
                raise
        return await self._send(self._document(name, await self._met()), variables, timeout)

    async def _is_another_than(self, server: Server) -> bool:
        """Whether the server now has other parts, after an update or because the kept ones were old."""
        async with self._meeting:
            if self.server == server and self._may_ask_itself():
                await self._ask_itself()
            return self.server != server

    def _may_ask_itself(self) -> bool:
        since = time.monotonic() - self._asked_itself_at
        return self._servers is not None and since > SECONDS_BETWEEN_INTRODUCTIONS

    def _document(self, name: str, server: Server) -> Document:
        """The document without what the server lacks; raises Lacking where nothing is left."""
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
        """The response's data; notes it as a sign of life, unless it is a proxy's failure."""
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
        """Checks whether the server answers, outside the slots of other questions."""
        with self.life.waiting():
            try:
                await self._line.knock(timeout)
            except ApiError as error:
                self._note_failure(error)
                return
        self.life.answered()

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """One of the slots for questions; a slow question gives it up early."""
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
        """The answer's data by its body, not its HTTP status, as 500 may come with a full answer."""
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
        message = _first_error(answer)
        kind = BadDocument if _INVALID.search(message) else ServerError
        raise kind(f"Dagster at {self.place}: {message}")


def _as_answer_to_a_mutation(error: ApiError) -> ApiError:
    """The error, or OutcomeUnknown if the mutation was sent without a readable answer."""
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
