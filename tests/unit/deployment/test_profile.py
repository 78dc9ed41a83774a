"""A home has one profile, that of its first start."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from pipelines.deployment.errors import DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout
from pipelines.deployment.start import of_home
from pipelines.deployment.state import State
from pipelines.settings import Settings
from pipelines.stack.parts import NAMES

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 1, 1)


def test_a_new_home_is_embedded_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert of_home(Settings(), Home(tmp_path), State()).lakehouse == "embedded"
    assert of_home(Settings(lakehouse="stack"), Home(tmp_path), State()).lakehouse == "stack"


def test_a_home_keeps_the_profile_that_it_has(tmp_path: Path) -> None:
    kept = State(first_day=DAY, lakehouse="stack")
    assert of_home(Settings(), Home(tmp_path), kept).lakehouse == "stack"


@pytest.mark.parametrize("kept", ["stack", None])
def test_another_profile_for_a_home_is_refused(tmp_path: Path, kept: str | None) -> None:
    state = State.model_validate({"first_day": DAY, "lakehouse": kept})
    asked = Settings(lakehouse="embedded" if kept else "stack")
    with pytest.raises(DeploymentError, match="set DAGDECK_HOME to another folder"):
        of_home(asked, Home(tmp_path), state)


def test_the_servers_of_the_lake_are_parts_of_the_distributed_profile_alone(
    tmp_path: Path,
) -> None:
    embedded = Layout(Settings(), Home(tmp_path), {}, DAY)
    assert not set(NAMES) & set(embedded.names)
    distributed = Layout(Settings(lakehouse="stack"), Home(tmp_path), {}, DAY)
    assert set(NAMES) < set(distributed.names)
    assert distributed.url("trino") is None
