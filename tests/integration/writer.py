"""`python -m tests.integration.writer`: loads the days of each line it is sent, and says what the merge did.

A line in is `DAY DAY…`; a line out is JSON, the readings inserted for each day.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date

from pipelines.nightscout.load import load_days
from pipelines.settings import Settings


def main() -> None:
    print("ready", flush=True)
    for number, line in enumerate(sys.stdin):
        days = [date.fromisoformat(text) for text in line.split()]
        loaded = load_days(Settings(), days, f"writer-{os.getpid()}-{number}", lambda _line: None)
        assert not loaded.errors, loaded.errors
        print(json.dumps({str(day): loaded.day(day).inserted for day in days}), flush=True)


if __name__ == "__main__":
    main()
