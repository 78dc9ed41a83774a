from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trustme

from tests.unit.console.fake_server import FakeServer, data

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def dagster() -> Iterator[FakeServer]:
    """Answers every question with a version."""
    server = FakeServer()
    server.start()
    server.answer("*", data({"version": "1.13.27"}))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def files(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`ca.pem`, `server.pem`, `other.pem` for another name, and `client.pem`."""
    folder = tmp_path_factory.mktemp("tls")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    for name, identity in (
        ("server", "localhost"),
        ("other", "elsewhere.example"),
        ("client", "me@example.org"),
    ):
        issued = authority.issue_cert(identity)
        issued.private_key_and_cert_chain_pem.write_to_path(str(folder / f"{name}.pem"))
    return folder
