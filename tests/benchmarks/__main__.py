"""`python -m tests.benchmarks [SUBJECT …]`: prints each figure as it is measured, then a table.

`build/bench.json` holds each figure from the moment it is measured. A fault ends its subject alone.

`docs/benchmarks.md` is written, too: growth by the subject `growth`, the table when all are measured.

Exits with 1 where a figure is over its limit or a subject ended early.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks import (
    big,
    captured,
    growth,
    headless,
    idle,
    keys,
    lakehouse,
    many,
    map,
    missing,
    plan,
    report,
    stale,
    startup,
)
from tests.benchmarks.big_rig import shared_big_rig
from tests.benchmarks.measurement import table
from tests.benchmarks.record import Record
from tests.benchmarks.rig import rig

SUBJECTS = {
    "startup": startup,
    "keys": keys,
    "idle": idle,
    "headless": headless,
    "big": big,
    "stale": stale,
    "growth": growth,
    "many": many,
    "map": map,
    "missing": missing,
    "plan": plan,
    "captured": captured,
    "lakehouse": lakehouse,
}
RIG_OF_THEIR_OWN = {
    "big",
    "many",
    "stale",
    "growth",
    "map",
    "missing",
    "plan",
    "captured",
    "lakehouse",
}
WRITTEN_TO = Path("build/bench.json")


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in SUBJECTS]
    if unknown:
        print(f"no benchmark `{unknown[0]}`; there are {', '.join(SUBJECTS)}", file=sys.stderr)
        return 2
    names = wanted or list(SUBJECTS)
    _silence_libraries()
    record = Record(WRITTEN_TO)
    with ExitStack() as stack:
        stack.enter_context(shared_big_rig())
        against = None if RIG_OF_THEIR_OWN.issuperset(names) else stack.enter_context(rig())
        for name in names:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            record.take(name, SUBJECTS[name].measure(against))
    print(f"\n{table(record.measured)}")
    if record.faults:
        print(f"ended early: {', '.join(record.faults)}", file=sys.stderr)
    elif len(names) == len(SUBJECTS):
        report.write("Everything beside its limit", f"```\n{table(record.measured)}\n```")
    return 0 if record.ok else 1


def _silence_libraries() -> None:
    """Warnings and log lines of libraries, here and in the processes that are started."""
    warnings.simplefilter("ignore")
    os.environ["PYTHONWARNINGS"] = "ignore"
    logging.disable(logging.CRITICAL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
