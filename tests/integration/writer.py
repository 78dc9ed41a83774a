"""`python -m tests.integration.writer DAY…`: loads days once told to, and says what the merge did."""

from __future__ import annotations

import json
import sys
from datetime import date

from pipelines.nightscout.load import load_days
from pipelines.settings import Settings


def main() -> None:
    days = [date.fromisoformat(text) for text in sys.argv[1:]]
    print("ready", flush=True)
    sys.stdin.readline()
    loaded = load_days(Settings(), days, f"writer-{days[0]}", lambda _line: None)
    print(json.dumps({str(day): loaded.day(day).inserted for day in days}))


if __name__ == "__main__":
    main()
