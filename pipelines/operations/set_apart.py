"""`python -m pipelines.operations.set_apart DAY [--asset ASSET]`: shows a day's records that can't be used.

A line for each on stdout, the commonest reason first: the reason, a tab, the record as it was sent.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from pipelines.deployment.command import exit_code
from pipelines.operations.accepting import TABLES
from pipelines.operations.by_hand import connected
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.raw.description import Row


def main(arguments: Sequence[str] | None = None) -> int:
    """Shows the day given on the command line; 0 done, 1 failed, 2 usage, 3 no Postgres."""
    parser = argparse.ArgumentParser("python -m pipelines.operations.set_apart")
    parser.add_argument("day", type=_day, help="YYYY-MM-DD")
    parser.add_argument("--asset", default="dlt_glucose_entries", choices=TABLES)
    asked = parser.parse_args(arguments)
    return exit_code(lambda: _show(TABLES[asked.asset], asked.day))


def _show(source: str, day: date) -> None:
    rows = set_apart_on(connected(Settings()), source, day)
    for row in rows:
        print(f"{row['reason']}\t{row['record']}")  # noqa: T201 - it is a command
    print(f"{len(rows)} records of {day} are set apart.", file=sys.stderr)  # noqa: T201 - what a command prints


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        words = f"no day {text!r}; one such as 2026-11-20 is expected"
        raise argparse.ArgumentTypeError(words) from error


def set_apart_on(settings: Settings, source: str, day: date) -> list[Row]:
    """The records of a raw table's day that are set apart, the commonest reason first."""
    from pipelines.raw.quarantine import quarantine_table, set_apart_rows
    from pipelines.resources.lake import load_catalog

    rows = set_apart_rows(quarantine_table(load_catalog(settings)), source, [day])
    counted = Counter(row["reason"] for row in rows)
    return sorted(rows, key=lambda row: (-counted[row["reason"]], row["reason"], row["record"]))


if __name__ == "__main__":
    sys.exit(main())
