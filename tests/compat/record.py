"""What held on which release when it was last tried at work: kept in a file, shown in a table."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.compat.releases import LAST

if TYPE_CHECKING:
    import pytest

HELD = Path(__file__).with_name("held.json")
_CASE = re.compile(r"::test_(\w+)\[([\d.]+)\]")
_MARKS = {"passed": "yes", "failed": "no", "skipped": ""}


class Record:
    """A plugin of pytest that notes how each test of a release ended."""

    def __init__(self) -> None:
        self._ended: dict[str, dict[str, str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = _CASE.search(report.nodeid)
        if found and (report.when == "call" or report.failed):
            name, release = found[1].replace("_", " "), found[2]
            self._ended.setdefault(name, {})[release] = _MARKS[report.outcome]

    def keep(self) -> None:
        """Write what was noted beside what is known of the releases that were not tried."""
        known = held()
        rows = {name: {**known.get(name, {}), **marks} for name, marks in self._ended.items()}
        HELD.write_text(json.dumps(rows, indent=1) + "\n")


def held() -> dict[str, dict[str, str]]:
    """For each sentence the releases that it was tried on: `yes`, or `no`."""
    found: dict[str, dict[str, str]] = json.loads(HELD.read_text()) if HELD.exists() else {}
    return found


def rows() -> list[list[str]]:
    """A heading and a row for each sentence."""
    marks = [
        [f"{name[:1].upper()}{name[1:]}", *(ends.get(one, "not tried") for one in LAST)]
        for name, ends in held().items()
    ]
    return [["", *LAST], *marks]
