"""The port that each part listens on, chosen once and then kept."""

from __future__ import annotations

import socket
import time
from collections.abc import Container, Iterator
from contextlib import suppress

import psutil

from pipelines.deployment.errors import DeploymentError
from pipelines.settings import Settings

HOST = "127.0.0.1"
PREFERRED = {
    "webserver": 3000,
    "code-server": 4266,
    "nightscout": 1337,
    "postgres": 54321,
    "s3": 7070,
    "nessie": 19120,
    "nessie-management": 19200,
    "trino": 8080,
}
TRIED = 100
WAIT_SECONDS = 0.05
CLOSING_SECONDS = 5.0
"""How long a port may stay taken though nobody listens: a process of many threads that was
stopped lets go of its sockets a moment after it counts as ended."""


def setting_of(part: str) -> str:
    return f"DAGDECK_{part.replace('-', '_').upper()}_PORT"


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), timeout=0.3):
        return True
    return False


def await_code_server() -> None:
    """Waits until the code server answers or `start_seconds` have passed."""
    settings = Settings()
    deadline = time.monotonic() + settings.start_seconds
    while settings.code_server_port and not answers(settings.code_server_port):
        if time.monotonic() > deadline:
            return
        time.sleep(WAIT_SECONDS)


def first_free(part: str, taken: Container[int]) -> int:
    """The preferred port of `part`, or the next one that is free and not in `taken`."""
    start = PREFERRED.get(part, PREFERRED["trino"])
    for port in range(start, start + TRIED):
        if port not in taken and is_free(port):
            return port
    raise DeploymentError(
        f"No port from {start} to {start + TRIED - 1} is free for the {part}; "
        f"set {setting_of(part)} to one that is."
    )


def demand_free(part: str, port: int) -> None:
    """Raises DeploymentError, saying who holds the port, unless it is free or let go of soon."""
    deadline = time.monotonic() + CLOSING_SECONDS
    while not is_free(port):
        if list(_listeners(port)) or time.monotonic() > deadline:
            raise DeploymentError(
                f"Port {port} for the {part} is in use by {holder(port)}; "
                f"stop that, or set {setting_of(part)} to a free port."
            )
        time.sleep(WAIT_SECONDS)


def holder(port: int) -> str:
    """The process that listens on `port`, in words; another user's can't always be named."""
    with suppress(psutil.Error):
        for pid in _listeners(port):
            if pid:
                return f"{psutil.Process(pid).name()} (pid {pid})"
    return "another program"


def _listeners(port: int) -> Iterator[int | None]:
    """The pid of each process that listens on `port`; None for another user's."""
    for connection in psutil.net_connections("tcp"):
        listens = connection.status == psutil.CONN_LISTEN
        if listens and connection.laddr and connection.laddr.port == port:
            yield connection.pid
