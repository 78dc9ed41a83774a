"""Transport: one document out, one answer or one clear error back."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from console.api.documents import document
from console.api.errors import ApiError, BadAnswer, Refused, ServerError, Unreachable
from console.domain.text import cut

if TYPE_CHECKING:
    from console.api.documents import Document
    from console.api.journal import Journal

IN_FLIGHT = 2
"""One Python process answers everything, so more at once only wait there."""
TIMEOUT_SECONDS = 30.0
CONNECT_SECONDS = 5.0


def graphql_url(url: str) -> str:
    """The address of the API for what a person types; raises ValueError with a sentence."""
    full = url if "://" in url else f"http://{url}"
    if not _is_address(full):
        raise ValueError(
            f"`{url}` is no address of a Dagster webserver; http://host:port is expected"
        )
    base = full.rstrip("/")
    return base if base.endswith("/graphql") else f"{base}/graphql"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = httpx.URL(url).host if parts.port != 0 else ""
        host.encode("idna")
    except (ValueError, httpx.InvalidURL):
        return False
    return parts.scheme in ("http", "https") and bool(host) and not set(host) & set(" %")


class Client:
    """Speaks to one Dagster webserver. Counts what it sends and receives."""

    def __init__(
        self, url: str, *, read_only: bool = False, journal: Journal | None = None
    ) -> None:
        self.url = graphql_url(url)
        self.read_only = read_only
        self.requests = 0
        self.bytes_received = 0
        self._journal = journal
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._http = httpx.AsyncClient(verify=self.url.startswith("https"))

    @property
    def place(self) -> str:
        """`host:port`, for sentences; a name and password before it stay out."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def address(self) -> str:
        """The URL without a name and password: what the deployment is known by in files."""
        return urlsplit(self.url)._replace(netloc=self.place).geturl()

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(
        self,
        name: str,
        variables: dict[str, Any] | None = None,
        *,
        timeout: float = TIMEOUT_SECONDS,
    ) -> dict[str, Any]:
        """The `data` of a query; `timeout` is in seconds. Raises ApiError."""
        query = document(name)
        if query.is_mutation:
            raise Refused(f"{query.name} is a mutation, asked as a query")
        return await self._send(query, variables or {}, timeout)

    async def command(self, name: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The `data` of a mutation, recorded before and after. Raises ApiError."""
        mutation = document(name)
        if self.read_only:
            raise Refused(f"{mutation.name} was not sent: the console is read-only")
        self._record(mutation, variables, "sent")
        try:
            data = await self._send(mutation, variables)
        except ApiError as error:
            self._record(mutation, variables, f"error: {error}")
            raise
        self._record(mutation, variables, data)
        return data

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

    async def _send(
        self, query: Document, variables: dict[str, Any], timeout: float = TIMEOUT_SECONDS
    ) -> dict[str, Any]:
        body = {"query": query.text, "variables": variables, "operationName": query.name}
        content = json.dumps(body).encode()
        async with self._slots:
            try:
                response = await self._http.post(
                    self.url,
                    content=content,
                    headers={"content-type": "application/json"},
                    timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS),
                )
            except httpx.HTTPError as error:
                raise Unreachable(f"Dagster at {self.place} {_why(error, timeout)}") from error
        self.requests += 1
        self.bytes_received += response.num_bytes_downloaded
        return self._data(response)

    def _data(self, response: httpx.Response) -> dict[str, Any]:
        """The body decides, not the HTTP status: 500 may come with a full answer."""
        try:
            answer = json.loads(response.content)
        except (ValueError, RecursionError) as error:
            raise self._no_answer(response) from error
        if not isinstance(answer, dict) or not ("data" in answer or "errors" in answer):
            raise self._no_answer(response)
        if isinstance(answer.get("data"), dict):
            data: dict[str, Any] = answer["data"]
            return data
        raise ServerError(f"Dagster at {self.place}: {_first_error(answer)}")

    def _no_answer(self, response: httpx.Response) -> ApiError:
        if response.status_code in (502, 503, 504):
            return Unreachable(
                f"Dagster at {self.place} is not up behind its proxy (HTTP {response.status_code})"
            )
        if response.status_code in (401, 403):
            return Refused(f"{self.place} refuses entry (HTTP {response.status_code})")
        return BadAnswer(
            f"{self.place} answers HTTP {response.status_code}, not as Dagster's GraphQL API does"
        )


def _first_error(answer: dict[str, Any]) -> str:
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    message = first.get("message") if isinstance(first, dict) else None
    return cut(str(message or "an error without a message"), 300)


def _why(error: httpx.HTTPError, timeout: float) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return f"did not accept a connection within {CONNECT_SECONDS:.0f} s"
    if isinstance(error, httpx.TimeoutException):
        return f"did not answer within {timeout:.0f} s"
    if isinstance(error, httpx.ConnectError):
        return (
            "does not accept connections"
            if "refused" in str(error) or "attempts failed" in str(error)
            else f"can't be reached ({cut(str(error), 80)})"
        )
    return f"dropped the connection ({type(error).__name__})"
