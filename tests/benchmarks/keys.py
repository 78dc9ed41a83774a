"""Milliseconds and bytes for a step and for a page in the grid."""

from __future__ import annotations

import sys
import time
from itertools import cycle, islice
from typing import TYPE_CHECKING

from tests.benchmarks import empty_app
from tests.benchmarks.measurement import Measurement, median_and_p95
from tests.benchmarks.rig import COLUMNS, LINES, QUIET, SETTLED, Rig
from tests.terminal.driver import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMES = 30
STEP_BYTES, PAGE_BYTES = 2_048, 50_000
"""A step draws a few lines; a page the whole grid, 38 KB when equal neighbours are merged."""
MILLISECONDS = 100
"""What feels immediate, after Nielsen, Usability Engineering (1993), chapter 5."""
TIMES_EMPTY = 2
"""95 % of the keys are to come within this many times what the empty app's do."""


def measure(rig: Rig) -> Iterator[Measurement]:
    with Terminal(
        [sys.executable, "-m", empty_app.__name__], columns=COLUMNS, lines=LINES
    ) as terminal:
        terminal.wait_for(empty_app.READY)
        terminal.wait_until_quiet(SETTLED)
        empty = _keys(terminal, "right", "left")
    with rig.opened() as terminal:
        yield from _measurements("step", _keys(terminal, "left", "right"), empty, STEP_BYTES)
        page = _keys(terminal, *("pageup", "pageup", "pagedown", "pagedown"), every=2)
    yield from _measurements("page", page, empty, PAGE_BYTES)


def milliseconds_of(terminal: Terminal, times: int, *keys: str) -> list[float]:
    """Till each key's last byte."""
    return _keys(terminal, *keys, times=times)[0]


def _keys(
    terminal: Terminal, *keys: str, every: int = 1, times: int = TIMES
) -> tuple[list[float], list[float]]:
    """The milliseconds till a key's last byte, and all its bytes till all is quiet.

    Of the keys only each `every`th counts: of two pages the first stays in sight.
    """
    took, sizes = [], []
    for key in islice(cycle(keys), times * every):
        before, pressed = terminal.bytes_received, time.monotonic()
        terminal.press(key)
        terminal.wait_for_bytes(before)
        terminal.wait_until_quiet(QUIET)
        took.append((terminal.read_at - pressed) * 1000)
        terminal.wait_until_quiet(SETTLED)
        sizes.append(float(terminal.bytes_received - before))
    return took[every - 1 :: every], sizes[every - 1 :: every]


def _measurements(
    name: str,
    measured: tuple[list[float], list[float]],
    empty: tuple[list[float], list[float]],
    most_bytes: float,
) -> list[Measurement]:
    found = []
    for kind, unit, values, least, limit in (
        ("", "ms", measured[0], empty[0], MILLISECONDS),
        (" with its details", "B", measured[1], empty[1], most_bytes),
    ):
        for statistic, value, against in zip(
            ("median", "p95"), median_and_p95(values), median_and_p95(least), strict=True
        ):
            most = TIMES_EMPTY * against if (unit, statistic) == ("ms", "p95") else limit
            found.append(
                Measurement(
                    f"{name}{kind}, {statistic}", value, unit, most, against, "the empty app's key"
                )
            )
    return found
