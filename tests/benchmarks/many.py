"""`dagdeck status` of a real Dagster with 310 daily assets, fresh and warm, and of an unknown name."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import many_definitions as definitions
from tests.benchmarks.measurement import Measurement, median_of
from tests.deployments import LiveDeployment, free_ports
from tests.terminal.driver import DAGDECK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.rig import Rig

TIMES = 5
MOST_SECONDS = 2.0
ROOT = Path(__file__).parents[2]


def measure(_: Rig | None) -> Iterator[Measurement]:
    with tempfile.TemporaryDirectory(prefix="dagdeck-many-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        variables = {
            "DAGDECK_DEFINITIONS_MODULE": definitions.__name__,
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        }
        live = LiveDeployment(home / "deployment", free_ports(), variables)
        try:
            live.up("--wait")
            yield from _measured(live.url)
        finally:
            live.down()


def _measured(url: str) -> Iterator[Measurement]:
    name = f"{definitions.ASSETS} assets: dagdeck status"
    first = _seconds(url)
    warm = median_of(TIMES, lambda: _seconds(url))
    unknown = median_of(TIMES, lambda: _seconds(url, "nosuch", expected=2))
    yield Measurement(name, warm, "s", MOST_SECONDS, first, "the first on a fresh server")
    yield Measurement(f"{name} of an unknown name", unknown, "s", MOST_SECONDS, warm, "of all")


def _seconds(url: str, *arguments: str, expected: int = 0) -> float:
    started = time.monotonic()
    done = subprocess.run(
        [DAGDECK, "status", *arguments, "--url", url],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == expected
    return time.monotonic() - started
