"""What tests of several kinds share: one real deployment for the whole session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployments import LiveDeployment, free_ports


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDeployment]:
    """A deployment with its code location loaded; at the end no process of it may be left."""
    live = LiveDeployment(traversable(tmp_path_factory.mktemp("deployment")) / "home", free_ports())
    try:
        live.up("--wait")
        yield live
    finally:
        live.down()
        assert live.processes() == []


def traversable(folder: Path) -> Path:
    """Opens `folder` to others, as pytest does not: as root, Postgres runs as another user."""
    if os.geteuid() == 0:
        for parent in (folder, *folder.parents[:2]):
            parent.chmod(0o755)
    return folder
