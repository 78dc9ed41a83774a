"""Seconds from the process's start to the painted grid."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.benchmarks import empty_app
from tests.benchmarks.measurement import Measurement, median_of
from tests.benchmarks.rig import COLUMNS, LINES, Rig
from tests.terminal.driver import Terminal
from tests.terminal.proxy import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMES = 5
MOST_TIMES_THE_LEAST = 1.5
INTRODUCTION = '"operationName":"Introduction"'
"""Answered from what was kept, but for the first start of all."""
LENGTH = re.compile(rb"content-length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n", re.IGNORECASE)


def measure(rig: Rig, most: float = MOST_TIMES_THE_LEAST) -> Iterator[Measurement]:
    grid = median_of(TIMES, lambda: _console(rig))
    empty = median_of(TIMES, _empty)
    bodies = recorded(rig)
    asked = median_of(TIMES, lambda: _bare(rig, bodies))
    least = empty + asked
    yield Measurement(
        "start to painted grid",
        grid,
        "s",
        limit=most * least,
        against=least,
        what=f"an empty Textual app {empty:.2f} s + its {len(bodies)} requests sent bare {asked:.2f} s",
    )
    known = sum(INTRODUCTION in body for body in bodies)
    yield Measurement("start to painted grid: asked what the release has", known, "", limit=0)


def _console(rig: Rig) -> float:
    with rig.open() as terminal:
        terminal.wait_for(rig.is_painted)
        return terminal.read_at - terminal.started_at


def _empty() -> float:
    command = [sys.executable, "-m", empty_app.__name__]
    with Terminal(command, columns=COLUMNS, lines=LINES) as terminal:
        terminal.wait_for(empty_app.READY)
        return terminal.read_at - terminal.started_at


def recorded(rig: Rig) -> list[str]:
    """The bodies the console sends until its grid is painted, from the second start on."""
    with Line(rig.port).restore() as line:
        for _ in range(2):
            line.sent.clear()
            with rig.open(line.url) as terminal:
                terminal.wait_for(rig.is_painted)
        sent = b"".join(map(bytes, line.sent.values()))
    bodies = ((sent[at.end() : at.end() + int(at[1])], int(at[1])) for at in LENGTH.finditer(sent))
    return [body.decode() for body, length in bodies if len(body) == length]


def _bare(rig: Rig, bodies: list[str]) -> float:
    file = rig.home / "bodies.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bodies), encoding="utf-8")
    command = [sys.executable, "-m", "tests.benchmarks.bare_requests"]
    started = time.monotonic()
    subprocess.run([*command, f"{rig.url}/graphql", str(file)], check=True)
    return time.monotonic() - started
