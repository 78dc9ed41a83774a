"""One distributed deployment for all tests of this folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import traversable
from tests.stack.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNNING = "DAGDECK_TEST_STACK"
"""The home of a deployment that runs already, for who tries a test many times; it is left running."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if running := os.environ.get(RUNNING):
        yield Stack(Path(running))
        return
    home = traversable(tmp_path_factory.mktemp("stack")) / "home"
    started = Stack(home)
    started.up()
    try:
        yield started
    finally:
        started.down()
