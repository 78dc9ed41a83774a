from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from console.api.client import Client
from tests.unit.console.fake_server import FakeServer


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
