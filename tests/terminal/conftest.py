"""The console in a real terminal, over a line that can be cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.terminal.driver import Terminal, open_console
from tests.terminal.proxy import Line

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deployments import LiveDeployment

OpenConsole = Callable[..., Terminal]


@pytest.fixture
def console(tmp_path: Path) -> Iterator[OpenConsole]:
    """Opens consoles that are gone when the test ends: `console("--url", …, columns=…)`."""
    with ExitStack() as opened:
        yield lambda *arguments, **options: opened.enter_context(
            open_console(*arguments, home=tmp_path, **options)
        )


@pytest.fixture
def line(deployment: LiveDeployment) -> Iterator[Line]:
    """A line to the deployment's webserver; cut at first."""
    with Line(deployment.ports["webserver"]) as made:
        yield made
