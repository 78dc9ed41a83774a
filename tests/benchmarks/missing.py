"""`dagdeck plan --run missing` over every cell of 20 assets × 30,000 days, most of them made.

The fake Dagster answers from memory. Needed is each question once, and the pages of the keys
beyond the first: what makes a cell stale changes nothing here, so it isn't among them.
"""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.benchmarks import report
from tests.benchmarks.measurement import Measurement, table
from tests.benchmarks.wide_rig import wide_rig
from tests.terminal.driver import DAGDECK
from tests.terminal.proxy import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.rig import Rig

ASSETS, PARTITIONS = 20, 30_000
NEEDED = Counter(
    {
        "Introduction": 1,
        "Structure": 1,
        "Pulse": 1,
        "Runs": 1,
        "Lineage": 1,
        "Statuses": 1,
        "Keys": 3,
        "Preview": 1,
        "ActiveBackfills": 1,
        "Makers": 1,
        "ConfigValid": 1,
    }
)
"""By operation. The keys come in three pages, all assets share them."""
MOST_MORE = 1.3
FIRST_WORD_SECONDS = 1.0
INTERRUPTED_SECONDS = 1.0
SECONDS_BEFORE_INTERRUPT = 1.5
WORDS = """`dagdeck plan '*' --partitions '*' --run missing` over 20 assets × 30,000 days against a fake
Dagster, which answers from memory. *Against* is each question once, and the pages of the keys; the
limit is 1.3 times that. Whether a cell is stale changes nothing here, and is not asked. The first
word is from the process's start, the interrupt from SIGINT in the midst of it to the process's end."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Seconds from the process's start; the operations in the order they were sent."""

    first_word: float
    seconds: float
    operations: Counter[str]


def measure(_: Rig) -> Iterator[Measurement]:
    with wide_rig(ASSETS, PARTITIONS) as url, Line(urlsplit(url).port or 80).restore() as line:
        # The fake works each answer out once, so only the second time counts.
        _planned(line)
        found = _planned(line)
        measured = [*_figures(found), _interrupt(line)]
    text = f"{WORDS}\n\n```\n{table(measured)}\n```"
    report.write("A plan of what is missing", text)
    yield from measured


def _figures(found: Planned) -> Iterator[Measurement]:
    name = f"plan of what is missing, {ASSETS} × {PARTITIONS:,}"
    needed, beyond = NEEDED.total(), found.operations - NEEDED
    more = ", ".join(f"{count} × {operation}" for operation, count in sorted(beyond.items()))
    yield Measurement(
        f"{name}: requests",
        found.operations.total(),
        "",
        MOST_MORE * needed,
        needed,
        f"needed; beyond them {more or 'none'}",
    )
    asked = sum(count for operation, count in beyond.items() if "Stale" in operation)
    yield Measurement(f"{name}: asked what is stale", asked, "", 0)
    yield Measurement(f"{name}: first word", found.first_word, "s", FIRST_WORD_SECONDS)
    yield Measurement(f"{name}: all of it", found.seconds, "s")


def _planned(line: Line) -> Planned:
    before = _operations(line)
    started = time.monotonic()
    with _start(line) as process:
        first_word = _first_word(process) - started
        assert process.stderr is not None
        process.stderr.read()
        assert process.wait() == 0, f"the plan ended with {process.returncode}"
    return Planned(first_word, time.monotonic() - started, _operations(line) - before)


def _interrupt(line: Line) -> Measurement:
    with _start(line) as process:
        _first_word(process)
        time.sleep(SECONDS_BEFORE_INTERRUPT)
        at = time.monotonic()
        process.send_signal(signal.SIGINT)
        code = process.wait()
        seconds = time.monotonic() - at
    assert code == 128 + signal.SIGINT, f"an interrupted plan ended with {code}"
    name = f"plan of what is missing, {ASSETS} × {PARTITIONS:,}: interrupted"
    return Measurement(name, seconds, "s", INTERRUPTED_SECONDS)


def _start(line: Line) -> subprocess.Popen[str]:
    command = [DAGDECK, "plan", "*", "--partitions", "*", "--run", "missing", "--url", line.url]
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=nowhere, stderr=subprocess.PIPE, text=True)


def _first_word(process: subprocess.Popen[str]) -> float:
    assert process.stderr is not None
    word = process.stderr.readline()
    assert word.rstrip().endswith("…"), f"the first word was {word!r}"
    return time.monotonic()


def _operations(line: Line) -> Counter[str]:
    sent = b"".join(bytes(one) for one in list(line.sent.values())).decode(errors="replace")
    return Counter(re.findall(r'"operationName": ?"(\w+)"', sent))
