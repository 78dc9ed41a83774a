"""A proxy as it stands before a Dagster: it really forwards, demands, redirects and refuses."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request

LOGIN_PAGE = "<html><title>Acme Log in</title><form>password</form></html>"


@dataclass
class Rules:
    """What the proxy demands; nothing of it by default."""

    prefix: str = ""
    """Dagster stands under this path and nowhere else."""
    headers: dict[str, Callable[[], str]] = field(default_factory=dict)
    """Without these, with the values that they have at the time, it answers `refusal`."""
    refusal: int = 401
    login: str = ""
    """Instead of a refusal, where it sends people; `page` for a page of its own."""
    moved_to: str = ""
    """Answers 301 to this address for everything."""
    most_bytes: int = 1_000_000
    gateway_faults: list[int] = field(default_factory=list)
    """The statuses of the next answers, in place of Dagster's."""
    retry_after: str = ""
    nulls: tuple[str, ...] = ()
    """Fields of Dagster's answers that are null, as where a hosted service has no such thing."""
    too_slow_about: bytes = b""
    """Questions that hold this text are never answered in time."""


@dataclass(frozen=True)
class Tls:
    """Files in PEM form; `clients` is the authority that clients' certificates must be of."""

    certificate: Path
    clients: Path | None = None


class Proxy:
    """Listens on 127.0.0.1 before the server at `behind`."""

    def __init__(self, behind: str, rules: Rules | None = None, tls: Tls | None = None) -> None:
        self.rules = rules or Rules()
        self.seen: list[dict[str, str]] = []
        """The headers of each request that came in."""
        self.sent: list[bytes] = []
        self._behind = httpx.Client(base_url=behind, timeout=60)
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        route = Route("/{path:path}", self._respond, methods=["GET", "POST"])
        config = uvicorn.Config(
            Starlette(routes=[route]),
            log_level="critical",
            ssl_certfile=tls.certificate if tls else None,
            ssl_ca_certs=str(tls.clients) if tls and tls.clients else None,
            ssl_cert_reqs=ssl.CERT_REQUIRED if tls and tls.clients else ssl.CERT_NONE,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://localhost:{self.port}"

    def __enter__(self) -> Proxy:
        self._thread.start()
        deadline = time.monotonic() + 30
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._behind.close()

    async def _respond(self, request: Request) -> Response:
        body = await request.body()
        self.seen.append(dict(request.headers))
        self.sent.append(body)
        return self._refusal(request, body) or self._forward(request, body)

    def _refusal(self, request: Request, body: bytes) -> Response | None:
        rules, path = self.rules, request.url.path
        if rules.moved_to:
            return Response(status_code=301, headers={"location": rules.moved_to + path})
        if any(request.headers.get(name) != value() for name, value in rules.headers.items()):
            if rules.login == "page":
                return Response(LOGIN_PAGE, media_type="text/html")
            if rules.login:
                return Response(status_code=302, headers={"location": rules.login})
            return Response("<h1>no</h1>", rules.refusal, media_type="text/html")
        if len(body) > rules.most_bytes:
            return Response("<h1>413</h1>", 413, media_type="text/html")
        if rules.gateway_faults:
            status = rules.gateway_faults.pop(0)
            headers = {"retry-after": rules.retry_after} if rules.retry_after else {}
            return Response("<h1>proxy</h1>", status, headers, media_type="text/html")
        if rules.too_slow_about and rules.too_slow_about in body:
            return Response("<h1>504</h1>", 504, media_type="text/html")
        if not path.startswith(rules.prefix + "/"):
            return Response("<h1>404</h1>", 404, media_type="text/html")
        return None

    def _forward(self, request: Request, body: bytes) -> Response:
        path = request.url.path.removeprefix(self.rules.prefix)
        if path == "/server_info":
            return Response('{"dagster_webserver_version": "1.13"}', media_type="application/json")
        if path != "/graphql" or request.method != "POST":
            return Response("<h1>405</h1>", 405, media_type="text/html")
        answer = self._behind.post(path, content=body)
        content = _without(answer.content, self.rules.nulls) if self.rules.nulls else answer.content
        return Response(content, answer.status_code, media_type="application/json")


def _without(content: bytes, fields: tuple[str, ...]) -> bytes:
    def emptied(found: dict[str, object]) -> dict[str, object]:
        return {name: None if name in fields else value for name, value in found.items()}

    return json.dumps(json.loads(content, object_hook=emptied)).encode()
