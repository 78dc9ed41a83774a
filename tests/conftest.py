"""What tests of several kinds share: one real deployment for the whole session."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import parts
from tests.clock import VARIABLE, MovedClock
from tests.deployments import LiveDeployment, free_ports
from tests.lakehouse_fixtures import lakehouse, lakehouse_settings, session_lakehouse
from tests.receivers import Receivers, listening

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["lakehouse", "lakehouse_settings", "session_lakehouse"]

OFTEN = {
    "DAGDECK_INGEST_CRON": "* * * * *",
    "DAGDECK_DAILY_CRON": "* * * * *",
    "DAGDECK_SENSOR_INTERVAL_SECONDS": "1",
}
"""What is automatic is off in tests; where a test switches it on, it needn't wait for an hour."""


settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
"""A test is right or wrong, however busy the machine is."""


def pytest_configure(config: pytest.Config) -> None:
    """Moves the clock before a test module is loaded, for what it reads then."""
    config.pluginmanager.register(parts)
    if wanted := os.environ.get(VARIABLE):
        config.pluginmanager.register(MovedClock(wanted))


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
        temporary = Path(tempfile.gettempdir())
        for parent in (folder, *folder.parents):
            if temporary in parent.parents:
                parent.chmod(0o755)
    return folder
