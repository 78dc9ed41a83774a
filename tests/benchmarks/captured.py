"""The end of what a step printed, 150 MB of it, from a real webserver: when it is on screen.

A run of one step is given a captured stdout of that size on the server's disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil

from tests.benchmarks import report
from tests.benchmarks.measurement import Measurement, table
from tests.deployments import free_ports, until
from tests.terminal.driver import Terminal, open_console
from tests.terminal.proxy import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.rig import Rig

MEGABYTES = 150
SECONDS, SHARE_OF_FILE = 1.0, 0.1
"""The limits: till the last line is on screen; the growth of the console's memory."""
COLUMNS, LINES = 120, 40
JOB = """import dagster as dg

@dg.op
def talk():
    print("the first line")

@dg.job(executor_def=dg.in_process_executor)
def talking():
    talk()

definitions = dg.Definitions(jobs=[talking])
"""
LAST = "the very last line"
WORDS = f"""A run whose step printed {MEGABYTES} MB, on the disk of a real `dagster-webserver`. From the key
that shows stdout till its last line is on screen; what went over the line till then; by how much
the console's memory grew."""


@dataclass(frozen=True)
class Served:
    """A webserver, and a run of which much was captured."""

    url: str
    run: str
    home: Path


def measure(_: Rig) -> Iterator[Measurement]:
    temporary = tempfile.TemporaryDirectory(prefix="dagdeck-bench-")
    with temporary as folder, _served(Path(folder)) as served:
        measured = list(_measured(served))
    report.write("The end of a long output", f"{WORDS}\n\n```\n{table(measured)}\n```")
    yield from measured


def _measured(served: Served) -> Iterator[Measurement]:
    name = f"the end of {MEGABYTES} MB of output"
    port = int(served.url.rpartition(":")[2])
    with Line(port).restore() as line, _console(served, line) as terminal:
        terminal.wait_for("RUN_SUCCESS")
        process = psutil.Process(terminal.process.pid)
        memory, received, requests = process.memory_info().rss, line.bytes_received, line.requests
        started = time.monotonic()
        terminal.press("s")
        terminal.wait_for(LAST)
        seconds = terminal.read_at - started
        grown = max(process.memory_info().rss - memory, 0) / 1e6
        yield Measurement(f"{name}: on screen", seconds * 1000, "ms", SECONDS * 1000)
        yield Measurement(f"{name}: memory", grown, "MB", MEGABYTES * SHARE_OF_FILE)
        yield Measurement(f"{name}: received", (line.bytes_received - received) / 1e3, "KB")
        yield Measurement(f"{name}: requests", line.requests - requests, "")


def _console(served: Served, line: Line) -> Terminal:
    where = f"{line.url}/runs/{served.run}"
    return open_console("open", where, home=served.home / "own", columns=COLUMNS, lines=LINES)


@contextmanager
def _served(home: Path) -> Iterator[Served]:
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    (home / "talking.py").write_text(JOB)
    port = free_ports()["webserver"]
    tools, environment = Path(sys.executable).parent, {**os.environ, "DAGSTER_HOME": str(home)}
    of_job = ["-f", str(home / "talking.py")]
    quiet = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    execute = [str(tools / "dagster"), "job", "execute", *of_job, "-j", "talking"]
    subprocess.run(execute, check=True, **quiet)  # type: ignore[call-overload]  # of any command
    (captured,) = (one for one in home.glob("storage/*/compute_logs/*.out"))
    with captured.open("ab") as file:
        text = b"".join(b"line %09d of the step's output\n" % at for at in range(27_000))
        for _ in range(MEGABYTES):
            file.write(text)
        file.write(f"{LAST}\n".encode())
    serve = [str(tools / "dagster-webserver"), *of_job, "-p", str(port)]
    server = subprocess.Popen(serve, **quiet)  # type: ignore[call-overload]  # likewise
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(url), 120, "the webserver answers")
        yield Served(url, captured.parts[-3], home)
    finally:
        server.terminate()
        server.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/server_info", timeout=5).is_success
    except httpx.HTTPError:
        return False
