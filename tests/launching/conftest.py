"""One webserver for all tests of launching, and time-outs that a test can wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.api.client import Client
from console.headless import backfill, watching
from console.store.planning import launcher
from tests.launching.proxy import Proxy
from tests.launching.webserver import Webserver, webserver

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 1.0
"""Seconds that the console waits for the answer to a mutation."""


@pytest.fixture(scope="session")
def dagster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webserver]:
    with webserver(tmp_path_factory.mktemp("dagster")) as served:
        yield served


@pytest.fixture
def proxy(dagster: Webserver) -> Iterator[Proxy]:
    with Proxy(dagster.port, PATIENCE) as line:
        yield line


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """All waits are short, in the proportions that they have."""
    monkeypatch.setattr(Client._send, "__defaults__", (PATIENCE,))
    monkeypatch.setattr(launcher, "FIND_SECONDS", 0.1)
    monkeypatch.setattr(launcher, "ABSENT_SECONDS", 3 * PATIENCE)
    monkeypatch.setattr(backfill, "PATIENCE_SECONDS", 6 * PATIENCE)
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.1)
