"""A line to a server that can be cut, go silent and come back: a plain TCP proxy."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self

CHUNK = 65536


class Line:
    """Carries bytes from a port of its own to a server's. Begins cut; `restore` opens it.

    Counts what passes: `requests` (of HTTP, each a POST) and bytes both ways.
    """

    def __init__(self, server_port: int) -> None:
        self._server = ("127.0.0.1", server_port)
        self._listener: socket.socket | None = None
        self._sockets: list[socket.socket] = []
        self._flows = threading.Event()
        self._flows.set()
        self.port = _free_port()
        self.sent: dict[socket.socket, bytearray] = {}
        """All that went to the server, by connection."""
        self.requests = 0
        self.bytes_sent = 0
        self.bytes_received = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def restore(self) -> Self:
        """Connections are taken and what is sent arrives."""
        self._flows.set()
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        return self

    def cut(self) -> None:
        """What is open breaks; nobody answers at the port."""
        listener, self._listener = self._listener, None
        for one in (*([listener] if listener else []), *self._sockets):
            _close(one)
        self._sockets.clear()
        self._flows.set()

    def silence(self) -> None:
        """Connections stay open and are taken, but nothing passes any more, their end included."""
        self._flows.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self._server)
            except OSError:
                return
            self._sockets += [near, far]
            for source, target in ((near, far), (far, near)):
                threading.Thread(
                    target=self._carry, args=(source, target, source is near), daemon=True
                ).start()

    def _carry(self, source: socket.socket, target: socket.socket, upward: bool) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                self._flows.wait()
                self._count(data, source if upward else None)
                target.sendall(data)
        self._flows.wait()
        _close(source)
        _close(target)

    def _count(self, data: bytes, asker: socket.socket | None) -> None:
        if asker is not None:
            self.sent.setdefault(asker, bytearray()).extend(data)
            self.requests += data.count(b"POST /")
            self.bytes_sent += len(data)
        else:
            self.bytes_received += len(data)


def _close(one: socket.socket) -> None:
    """`shutdown` first: it wakes the thread that waits in `recv` or `accept`."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port
