from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from console.api.client import Client
from tests.unit.console.fake_server import FakeServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture(scope="session")
def running_server() -> Iterator[FakeServer]:
    server = FakeServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(running_server: FakeServer) -> FakeServer:
    """A server that was told nothing yet."""
    running_server.forget()
    return running_server


@pytest.fixture
async def client(server: FakeServer) -> AsyncIterator[Client]:
    """A client of the server."""
    made = Client(server.url)
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def no_mistakes(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The console goes on after a mistake of its own; a test does not."""
    yield
    mistakes = [
        record
        for record in caplog.get_records("call")
        if record.name.startswith("console") and record.levelno >= logging.ERROR
    ]
    assert not mistakes, [record.exc_text or record.getMessage() for record in mistakes]
