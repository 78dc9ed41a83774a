"""`python -m tests.benchmarks [SUBJECT …]`: measures, prints a table, writes `build/bench.json`.

`docs/benchmarks.md` is written, too: growth by the subject `growth`, the table when all are measured.

Exits with 1 where a figure is over its limit.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks import (
    big,
    growth,
    headless,
    idle,
    keys,
    lakehouse,
    map,
    report,
    stale,
    startup,
)
from tests.benchmarks.big_rig import shared_big_rig
from tests.benchmarks.measurement import table
from tests.benchmarks.rig import rig

SUBJECTS = {
    "startup": startup,
    "keys": keys,
    "idle": idle,
    "headless": headless,
    "big": big,
    "stale": stale,
    "growth": growth,
    "map": map,
    "lakehouse": lakehouse,
}
RIG_OF_THEIR_OWN = {"big", "stale", "growth", "map", "lakehouse"}
WRITTEN_TO = Path("build/bench.json")


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in SUBJECTS]
    if unknown:
        print(f"no benchmark `{unknown[0]}`; there are {', '.join(SUBJECTS)}", file=sys.stderr)
        return 2
    names = wanted or list(SUBJECTS)
    found = []
    with ExitStack() as stack:
        stack.enter_context(shared_big_rig())
        against = None if RIG_OF_THEIR_OWN.issuperset(names) else stack.enter_context(rig())
        for name in names:
            print(f"measuring {name} …", file=sys.stderr)
            found += SUBJECTS[name].measure(against)
    print(table(found))
    if len(names) == len(SUBJECTS):
        report.write("Everything beside its limit", f"```\n{table(found)}\n```")
    WRITTEN_TO.parent.mkdir(exist_ok=True)
    WRITTEN_TO.write_text(json.dumps([one.as_json() for one in found], indent=1) + "\n")
    return 0 if all(one.ok for one in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
