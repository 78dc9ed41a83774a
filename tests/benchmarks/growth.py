"""How the console grows with assets and partitions, on fakes of nine sizes."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.benchmarks import plot, report
from tests.benchmarks.keys import milliseconds_of
from tests.benchmarks.measurement import Measurement, median_and_p95
from tests.benchmarks.rig import Rig, first_asset
from tests.benchmarks.wide_rig import ASSETS as WIDE
from tests.benchmarks.wide_rig import PARTITIONS as LONG
from tests.benchmarks.wide_rig import wide_rig
from tests.terminal.proxy import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.terminal.driver import Terminal

ASSETS = (50, 500, 2000)
PARTITIONS = (365, 3650, 36_500)
MOST_MEGABYTES = 200
PRESSES = 10
AFTER_STATUSES = b'"PartitionCounts"'
MOST_SECONDS = 120.0
PICTURE = Path("docs/benchmarks.svg")
WORDS = """The console in a terminal of 200×50 against a fake Dagster (`tests/fake_dagster`), which answers
from memory: the figures are the console's own. *First* is from the process's start till the first
row has its cells, *all* till every asset is read; then what went over the line till then, the
memory held some seconds later, while it reads what makes cells stale, and the milliseconds of a step in the grid (median)."""


@dataclass(frozen=True, slots=True)
class Point:
    """Seconds, counts, megabytes and milliseconds of one size."""

    assets: int
    partitions: int
    first: float
    everything: float
    requests: int
    kilobytes: float
    megabytes: float
    key: float


def measure(_: Rig) -> Iterator[Measurement]:
    points = [_point(assets, partitions) for assets in ASSETS for partitions in PARTITIONS]
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(_plot(points), encoding="utf-8")
    report.write("Growth", f"{WORDS}\n\n{_table(points)}\n\n![growth]({PICTURE.name})")
    large = next(p for p in points if (p.assets, p.partitions) == (WIDE, LONG))
    name = f"{large.assets:,} assets × {large.partitions:,}"
    yield Measurement(f"{name}, memory", large.megabytes, "MB", MOST_MEGABYTES)
    yield Measurement(f"{name}, first row painted", large.first, "s")
    yield Measurement(f"{name}, everything read", large.everything, "s")
    yield Measurement(f"{name}, a step", large.key, "ms")


def _point(assets: int, partitions: int) -> Point:
    print(f"  {assets:,} assets × {partitions:,} partitions", file=sys.stderr)
    with wide_rig(assets, partitions) as url, tempfile.TemporaryDirectory() as folder:
        rig = Rig(url, Path(folder), first_asset(url))
        with Line(rig.port).restore() as line, rig.open(line.url) as terminal:
            # The fake works each answer out once, so only the second time counts.
            _until_read(line, terminal)
        found = _opened(rig, assets, partitions)
        print(f"    {found}", file=sys.stderr)
        return found


def _opened(rig: Rig, assets: int, partitions: int) -> Point:
    with Line(rig.port).restore() as line, rig.open(line.url) as terminal:
        terminal.wait_for(rig.is_painted)
        first = terminal.read_at - terminal.started_at
        everything = _until_read(line, terminal) - terminal.started_at
        requests, kilobytes = line.requests, line.bytes_received / 1e3
        key = median_and_p95(milliseconds_of(terminal, PRESSES, "left", "right"))[0]
        megabytes = psutil.Process(terminal.process.pid).memory_info().rss / 1e6
    return Point(assets, partitions, first, everything, requests, kilobytes, megabytes, key)


def _until_read(line: Line, terminal: Terminal) -> float:
    """When every status was read: the console counts partitions as soon as it has them all."""
    deadline = time.monotonic() + MOST_SECONDS
    while not any(AFTER_STATUSES in bytes(sent) for sent in list(line.sent.values())):
        assert time.monotonic() < deadline, f"still reading after {MOST_SECONDS:g} s"
        terminal.watch(0.02)
    return time.monotonic()


def _table(points: list[Point]) -> str:
    head = ("assets", "partitions", "first", "all", "requests", "KB", "memory", "step")
    rows = [
        (
            f"{p.assets:,}",
            f"{p.partitions:,}",
            f"{p.first:.2f} s",
            f"{p.everything:.2f} s",
            f"{p.requests:,}",
            f"{p.kilobytes:,.0f}",
            f"{p.megabytes:,.0f} MB",
            f"{p.key:.0f} ms",
        )
        for p in points
    ]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ("--:",) * len(head), *rows))


def _plot(points: list[Point]) -> str:
    panels = {
        "start to the first row, s": "first",
        "start to everything read, s": "everything",
        "memory, MB": "megabytes",
        "a step in the grid, ms": "key",
    }
    return plot.svg(
        {
            title: {
                f"{partitions:,} partitions": [
                    (p.assets, getattr(p, name)) for p in points if p.partitions == partitions
                ]
                for partitions in PARTITIONS
            }
            for title, name in panels.items()
        },
        "assets",
    )


if __name__ == "__main__":
    print(astuple(_point(*(int(one) for one in sys.argv[1:]))))
