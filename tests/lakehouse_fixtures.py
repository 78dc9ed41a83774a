"""One lakehouse a session, empty at the beginning of each test that asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.settings import Settings
    from tests.integration.lakehouse import Lakehouse


@pytest.fixture(scope="session")
def lakehouse_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    from pipelines.settings import Settings
    from tests.integration.processes import postgres, standin

    home = tmp_path_factory.mktemp("lakehouse")
    with (
        pytest.MonkeyPatch.context() as environment,
        postgres(home / "postgres") as database,
        standin() as nightscout,
    ):
        environment.setenv("DAGDECK_HOME", str(home))
        environment.setenv("DAGDECK_POSTGRES_URL", database)
        environment.setenv("DAGDECK_NIGHTSCOUT_URL", nightscout)
        environment.setenv("DAGDECK_GITHUB_URL", nightscout)
        environment.setenv("DAGDECK_HTTP_BACKOFF_SECONDS", "0.05")
        yield Settings()


@pytest.fixture(scope="session")
def session_lakehouse(lakehouse_settings: Settings) -> Lakehouse:
    from pipelines.transform.prepare import prepare
    from tests.integration.lakehouse import Lakehouse

    prepare(lakehouse_settings)
    return Lakehouse(lakehouse_settings)


@pytest.fixture
def lakehouse(session_lakehouse: Lakehouse) -> Lakehouse:
    session_lakehouse.forget()
    return session_lakehouse
