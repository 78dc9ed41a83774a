"""A proxy for HTTP that delays, drops and duplicates answers of the operations it is told to."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from enum import Enum
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Fault(Enum):
    """What happens to one request."""

    NONE = "answered"
    DROPPED_BEFORE = "dropped before it reached Dagster"
    DROPPED_AFTER = "dropped after Dagster took it"
    CUT = "answered by half"
    LATE_ANSWER = "answered when nobody waits any more"
    LATE_ARRIVAL = "held, and brought to Dagster when nobody waits any more"
    TWICE = "answered twice"
    GATEWAY = "taken, and answered with a gateway's error page"
    GARBAGE = "taken, and answered with something else"
    ERROR = "taken, and answered with an error of Dagster's"


class Proxy(ThreadingHTTPServer):
    """Listens on a port of its own. `faults` holds what befalls the next requests by operation."""

    daemon_threads = True

    def __init__(self, server_port: int, patience: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target, self.patience = server_port, patience
        self.faults: dict[str, list[Fault]] = {}
        self.held: list[threading.Thread] = []
        """Requests that are still to arrive."""
        self.seen: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def fault_of(self, operation: str) -> Fault:
        self.seen.append(operation)
        waiting = self.faults.get(operation)
        return waiting.pop(0) if waiting else Fault.NONE

    def hold(self, body: bytes) -> None:
        """Bring it to Dagster when nobody waits for its answer any more."""
        late = threading.Timer(self.patience * 2, _forward, (self.target, body))
        self.held.append(late)
        late.start()
        late.join()

    def settle(self) -> None:
        """Wait until all that was held has arrived."""
        for thread in self.held:
            thread.join(20)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        fault = self.server.fault_of(str(json.loads(body).get("operationName")))
        if fault is Fault.DROPPED_BEFORE:
            self._drop()
        elif fault is Fault.LATE_ARRIVAL:
            self.server.hold(body)
            self._drop()
        else:
            self._answer(fault, *_forward(self.server.target, body))

    def _answer(self, fault: Fault, status: int, answer: bytes) -> None:
        if fault is Fault.LATE_ANSWER:
            threading.Event().wait(self.server.patience * 2)
        instead = {
            Fault.GATEWAY: (502, b"<h1>Bad Gateway</h1>"),
            Fault.GARBAGE: (200, b"<h1>welcome</h1>"),
            Fault.ERROR: (200, _as_error(answer)),
        }
        most = {Fault.DROPPED_AFTER: 0, Fault.CUT: len(answer) // 2}.get(fault)
        if most != 0:
            self._send(*instead.get(fault, (status, answer)), most)
        if most is not None:
            self._drop()
        if fault is Fault.TWICE:
            self._send(status, answer)

    def _send(self, status: int, answer: bytes, most: int | None = None) -> None:
        with suppress(OSError):
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer[:most])

    def _drop(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def _forward(port: int, body: bytes) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/graphql", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _as_error(answer: bytes) -> bytes:
    """The same answer as if the server's work had ended in an error just after it was done."""
    fields = json.loads(answer).get("data") or {}
    error = {"__typename": "PythonError", "message": "the database went away", "className": "E"}
    return json.dumps({"data": dict.fromkeys(fields, error)}).encode()
