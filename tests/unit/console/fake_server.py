"""A local HTTP server that speaks Dagster's protocol and misbehaves when told to."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

Json = dict[str, Any]
Reply = Response | Callable[[Json], Response]


def data(value: object, status: int = 200) -> Response:
    """An answer with this `data`, with any HTTP status."""
    return Response(json.dumps({"data": value}), status, media_type="application/json")


def page(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type="text/html")


def as_dagster_writes(value: object) -> Response:
    """As the webserver encodes it: a lone surrogate costs the whole answer, and the connection."""
    body = json.dumps({"data": value}, ensure_ascii=False).encode()
    return Response(body, media_type="application/json")


class FakeServer:
    """Answers each operation as it was told to; what it was asked is in `asked`."""

    def __init__(self) -> None:
        self.asked: list[Json] = []
        self.silent = False
        """Takes requests and never answers."""
        self.wait_for = 1
        """Answers nobody before so many requests were under way together."""
        self.most_at_once = 0
        self._under_way = 0
        self._replies: dict[str, Reply] = {}
        self._socket = socket.create_server(("127.0.0.1", 0))
        app = Starlette(
            routes=[
                Route("/graphql", self._answer, methods=["POST"]),
                Route("/graphql", self._knocked, methods=["GET"]),
            ]
        )
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def operations(self) -> list[str]:
        return [str(body["operationName"]) for body in self.asked]

    @property
    def mutations(self) -> list[Json]:
        return [body for body in self.asked if str(body["query"]).startswith("mutation")]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.silent = False
        self._server.should_exit = True
        self._thread.join(10)

    def forget(self) -> None:
        self.asked, self._replies, self.silent = [], {}, False
        self.wait_for, self.most_at_once = 1, 0

    def answer(self, operation: str, reply: Reply) -> None:
        """The reply to an operation, or to all others with the name `*`."""
        self._replies[operation] = reply

    async def _answer(self, request: Request) -> Response:
        body: Json = json.loads(await request.body())
        self.asked.append(body)
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            await self._hold(request)
            reply = self._replies.get(str(body["operationName"])) or self._replies["*"]
            return reply if isinstance(reply, Response) else reply(body)
        finally:
            self._under_way -= 1

    async def _knocked(self, request: Request) -> Response:
        while self.silent and not await request.is_disconnected():
            await asyncio.sleep(0.01)
        return data({"__typename": "Query"})

    async def _hold(self, request: Request) -> None:
        def held() -> bool:
            return self.silent or self.most_at_once < self.wait_for

        while held() and not await request.is_disconnected():
            await asyncio.sleep(0.01)


def refused_url() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"
