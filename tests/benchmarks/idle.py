"""What a console that nobody touches costs in a minute, and what it holds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import psutil

from tests.benchmarks import empty_app
from tests.benchmarks.measurement import Measurement
from tests.benchmarks.rig import COLUMNS, LINES, Rig
from tests.terminal.driver import Terminal
from tests.terminal.proxy import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 60.0
WEB_REQUESTS, WEB_BYTES = 88, 238_000
"""Dagster's own catalog page, left alone with 20 assets in sight, on 1.13.27; not measured anew."""
MOST_REQUESTS = 20
MOST_MEGABYTES = 120


def measure(rig: Rig) -> Iterator[Measurement]:
    with Line(rig.port).restore() as line, rig.rested(line.url) as terminal:
        requests, received = line.requests, line.bytes_received
        painted = terminal.watch(SECONDS)
        requests, received = line.requests - requests, line.bytes_received - received
        held = _megabytes(terminal)
    web = "Dagster's catalog page, left alone"
    yield Measurement("idle minute, to the terminal", painted, "B", limit=0)
    yield Measurement("idle minute, requests", requests, "", MOST_REQUESTS, WEB_REQUESTS, web)
    yield Measurement("idle minute, from Dagster", received, "B", WEB_BYTES, WEB_BYTES, web)
    with Terminal(
        [sys.executable, "-m", empty_app.__name__], columns=COLUMNS, lines=LINES
    ) as terminal:
        terminal.wait_for(empty_app.READY)
        empty = _megabytes(terminal)
    yield Measurement("memory", held, "MB", MOST_MEGABYTES, empty, "the empty app")


def _megabytes(terminal: Terminal) -> float:
    return float(psutil.Process(terminal.process.pid).memory_info().rss) / 1e6
