"""What tests of several kinds share: one real deployment for the whole session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployments import LiveDeployment, free_ports
from tests.receivers import Receivers, listening

OFTEN = {
    "DAGDECK_INGEST_CRON": "* * * * *",
    "DAGDECK_DAILY_CRON": "* * * * *",
    "DAGDECK_SENSOR_INTERVAL_SECONDS": "1",
}
"""What is automatic is off in tests; where a test switches it on, it needn't wait for an hour."""


@pytest.fixture(scope="session")
def receivers() -> Iterator[Receivers]:
    """Servers that speak as Slack and as a mail server do."""
    with listening() as servers:
        yield servers


@pytest.fixture(scope="session")
def deployment(
    tmp_path_factory: pytest.TempPathFactory, receivers: Receivers
) -> Iterator[LiveDeployment]:
    """A deployment with its code location loaded; at the end no process of it may be left."""
    home = traversable(tmp_path_factory.mktemp("deployment")) / "home"
    live = LiveDeployment(home, free_ports(), {**OFTEN, **receivers.variables})
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
