"""Seconds that the commands without a screen take."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.benchmarks.measurement import Measurement, median_of
from tests.terminal.driver import DAGDECK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.rig import Rig

TIMES = 5
PHLO_DRY_RUN = 2.6
"""`phlo backfill --dry-run` took 2.6 to 2.9 s; a given figure, not measured anew here."""
DAYS = "[2026-10-01...2026-10-31]"


def measure(rig: Rig) -> Iterator[Measurement]:
    status = median_of(TIMES, lambda: _seconds(rig, "status", "--json"))
    listed = median_of(1, _dagster)
    yield Measurement("dagdeck status --json", status, "s", listed, listed, "dagster asset list")
    plan = median_of(
        TIMES, lambda: _seconds(rig, "plan", rig.asset, "--partitions", DAYS, "--downstream")
    )
    yield Measurement(
        "dagdeck plan of 31 days", plan, "s", PHLO_DRY_RUN, PHLO_DRY_RUN, "phlo backfill --dry-run"
    )


def _seconds(rig: Rig, *arguments: str) -> float:
    started = time.monotonic()
    subprocess.run([DAGDECK, *arguments, "--url", rig.url], stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - started


def _dagster() -> float:
    """Dagster's own command line loads the definitions to list the assets, without states."""
    command = [sys.executable, "-m", "dagster", "asset", "list", "-m", "pipelines.definitions"]
    started = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.monotonic() - started
