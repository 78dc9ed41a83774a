"""The grid of a real Dagster with 50 assets × 3,017 days, beside Dagster's own web UI on the same.

Without a Chromium on the machine what is measured against the web UI is left out, and said so.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.benchmarks import chromium, keys, startup
from tests.benchmarks.big_rig import ASSETS, PARTITIONS, big_rig
from tests.benchmarks.measurement import Measurement, median_of
from tests.benchmarks.rig import Rig, first_asset
from tests.terminal.proxy import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.deployments import LiveDeployment

TIMES = 5
MOST_TIMES_THE_LEAST = 1.3
SHARE_OF_THE_PAGE = 0.5
SHARE_OF_REQUESTS = 0.1
SECONDS = 60.0
SHOWN = r"Materialized \(\d"
"""What the web UI's page of an asset's partitions says once it has counted them."""
LISTED = rf"{PARTITIONS:,} partitions"


def measure(_: Rig) -> Iterator[Measurement]:
    with big_rig() as live, tempfile.TemporaryDirectory(prefix="dagdeck-bench-") as folder:
        rig = Rig(live.url, Path(folder), first_asset(live.url))
        all_in_sight = replace(rig, rows=ASSETS, lines=ASSETS + 20)
        for one in _measured(rig, all_in_sight, live):
            yield one.named(f"{ASSETS} × {PARTITIONS:,}: {one.name}")


def _measured(rig: Rig, all_in_sight: Rig, live: LiveDeployment) -> Iterator[Measurement]:
    started, *others = startup.measure(all_in_sight, most=MOST_TIMES_THE_LEAST)
    yield from (started, *others)
    yield from keys.measure(rig)
    if chromium.found():
        yield _against_the_page(rig, started.value)
        yield from _idle_beside_the_catalog(rig, live)
    else:
        print(f"not measured against the web UI: {chromium.MISSING}", file=sys.stderr)


def _against_the_page(rig: Rig, grid: float) -> Measurement:
    page = median_of(TIMES, lambda: _page(rig))
    return Measurement(
        "start to painted grid, beside the web UI",
        grid,
        "s",
        SHARE_OF_THE_PAGE * page,
        page,
        "Chromium's start to the partitions of one asset",
    )


def _page(rig: Rig) -> float:
    with chromium.Chromium(f"{rig.url}/assets/{rig.asset}?view=partitions") as window:
        return window.wait_for(SHOWN) - window.started_at


def _idle_beside_the_catalog(rig: Rig, live: LiveDeployment) -> list[Measurement]:
    alone = _nobodys_minute(live)
    ours, web = _console_minute(rig, live), _catalog_minute(rig, live)
    what = "Dagster's catalog page, left alone"
    seconds = [max(one[2] - alone, 0.0) for one in (ours, web)]
    return [
        Measurement("idle minute, requests", ours[0], "", SHARE_OF_REQUESTS * web[0], web[0], what),
        Measurement("idle minute, bytes", ours[1], "B", web[1], web[1], what),
        Measurement(
            "idle minute, webserver's processor",
            seconds[0],
            "s",
            SHARE_OF_REQUESTS * seconds[1],
            seconds[1],
            f"{what}, both less the {alone:.2f} s it takes when nobody asks",
        ),
    ]


def _nobodys_minute(live: LiveDeployment) -> float:
    before = _webserver_seconds(live)
    time.sleep(SECONDS)
    return _webserver_seconds(live) - before


Minute = tuple[float, float, float]
"""Requests, bytes from Dagster and CPU seconds of its webserver."""


def _console_minute(rig: Rig, live: LiveDeployment) -> Minute:
    with Line(rig.port).restore() as line, rig.rested(line.url) as terminal:
        with _minute(line, live) as found:
            terminal.watch(SECONDS)
        return found[0]


def _catalog_minute(rig: Rig, live: LiveDeployment) -> Minute:
    with (
        Line(rig.port).restore() as line,
        chromium.Chromium(f"{line.url}/assets") as window,
    ):
        window.wait_for(LISTED)
        time.sleep(SETTLED_SECONDS)
        with _minute(line, live) as found:
            time.sleep(SECONDS)
        return found[0]


SETTLED_SECONDS = 5.0


@contextmanager
def _minute(line: Line, live: LiveDeployment) -> Iterator[list[Minute]]:
    """What passes over the line meanwhile; the list holds it at the end."""
    found: list[Minute] = []
    before = line.requests, line.bytes_received, _webserver_seconds(live)
    yield found
    after = line.requests, line.bytes_received, _webserver_seconds(live)
    found.append((after[0] - before[0], after[1] - before[1], after[2] - before[2]))


def _webserver_seconds(live: LiveDeployment) -> float:
    times = psutil.Process(live.pids()["webserver"]).cpu_times()
    return float(times.user + times.system)
