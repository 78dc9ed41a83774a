"""A server that sends what uploaders really send, however odd, as Nightscout and GitHub would."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Headers = Mapping[str, str]
Answer = tuple[int, Headers, bytes]


@dataclass(frozen=True)
class Question:
    path: str
    query: Mapping[str, str]
    headers: Headers


@dataclass(frozen=True)
class Sent:
    """A record, and the epoch millisecond by which the server finds it."""

    at: int
    record: Any


@dataclass
class Entries:
    """The readings a server has, and how it heeds what it is asked."""

    sent: list[Sent] = field(default_factory=list)
    most: int | None = None
    """The server cuts its answers to so many."""
    heeds_dates: bool = True

    def __call__(self, question: Question) -> Answer:
        first = int(question.query.get("find[date][$gte]", 0))
        last = int(question.query.get("find[date][$lte]", 2**62))
        within = [each for each in self.sent if not self.heeds_dates or first <= each.at <= last]
        newest = sorted(within, key=lambda each: each.at, reverse=True)
        count = min(int(question.query.get("count", 10)), self.most or 2**62)
        return as_json([each.record for each in newest[:count]])


def as_json(body: Any, status: int = 200, headers: Headers | None = None) -> Answer:
    text = json.dumps(body).encode()
    return status, {"content-type": "application/json", **(headers or {})}, text


class OddServer:
    """Answers by a function that a test chooses, and keeps what it was asked."""

    def __init__(self, answer: Callable[[Question], Answer]) -> None:
        self.answer = answer
        self.asked: list[Question] = []
        self.trickle_seconds = 0.0
        """The pause before each byte of a body."""
        self.url = ""


@contextmanager
def serving(answer: Callable[[Question], Answer]) -> Iterator[OddServer]:
    """The server, on a port of its own, for as long as the block lasts."""
    odd = OddServer(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(split.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            question = Question(split.path, query, headers)
            odd.asked.append(question)
            status, told, body = odd.answer(question)
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **told}.items():
                self.send_header(name, value)
            self.end_headers()
            self._write(body)

        def _write(self, body: bytes) -> None:
            if not odd.trickle_seconds:
                self.wfile.write(body)
                return
            try:
                for byte in body:
                    time.sleep(odd.trickle_seconds)
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
            except OSError:
                return

        def log_message(self, format: str, *arguments: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    odd.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield odd
    finally:
        server.shutdown()
        server.server_close()
