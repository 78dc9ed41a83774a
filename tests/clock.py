"""The clock and zone of the test process, moved where `DAGDECK_TEST_CLOCK` says.

`python -m tests.clock [PATH …]` runs the tests at every moment in every zone; with `--quick`,
at one moment those that ask what time it is.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine

VARIABLE = "DAGDECK_TEST_CLOCK"
MOMENTS = {
    "just after midnight": "2026-11-26T00:00:30",
    "just before midnight": "2026-11-25T23:58:00",
    "the last second of the day": "2026-11-25T23:59:59",
    "after the hour that is skipped": "2027-03-14T03:00:30",
    "in the hour that comes twice": "2027-11-07T01:30:00",
    "the last evening of the year": "2026-12-31T23:30:00",
    "the leap day": "2028-02-29T12:00:00",
}
"""In the zone of the run; the clock changes are those of Los Angeles."""
ZONES = ("UTC", "America/Los_Angeles", "Asia/Kolkata")
QUICK = (("just after midnight", "Asia/Kolkata"),)
FOLDERS = ("tests/unit", "tests/snapshots")
ASKS = r"time\.time\(\)|datetime\.now\("
IN_PARALLEL = ("--numprocesses", "auto", "--maxprocesses", "4", "--dist", "loadgroup")
LOADING_SECONDS = 60.0
"""Test modules are loaded this much before the moment, so that what they read is the past."""


class MovedClock:
    """Starts each test at the same moment, in the zone that was asked for."""

    def __init__(self, wanted: str) -> None:
        """`wanted` is as `2026-11-26T00:00:30 Asia/Kolkata`; of a moment that comes twice, the second."""
        local, zone = wanted.split()
        self.moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=1)
        self._clock = time_machine.travel(self._before()).start()

    def _before(self) -> datetime:
        earlier = self.moment.timestamp() - LOADING_SECONDS
        return datetime.fromtimestamp(earlier, self.moment.tzinfo)

    def pytest_runtest_setup(self) -> None:
        """Moves the clock to the moment."""
        self._clock.move_to(self.moment)


def dagdeck() -> list[str]:
    """The command `dagdeck`, whose clock is moved as that of the tests is."""
    if VARIABLE not in os.environ:
        return [str(Path(sys.executable).with_name("dagdeck"))]
    code = (
        "import sys, time_machine; from console.cli import main; moment = float(sys.argv.pop(1)); "
    )
    code += "time_machine.travel(moment).start(); main()"
    return [sys.executable, "-c", code, str(time.time())]


def main(arguments: list[str]) -> int:
    """Runs pytest once for each moment and zone; the exit code is 1 where a run failed."""
    quick = arguments == ["--quick"]
    paths = reading_the_clock() if quick else arguments or list(FOLDERS)
    runs = QUICK if quick else [(name, zone) for zone in ZONES for name in MOMENTS]
    failed = [f"{name}, {zone}" for name, zone in runs if not _passes(name, zone, paths)]
    print(
        f"failed: {'; '.join(failed)}" if failed else f"passed at {len(runs)} moments", flush=True
    )
    return 1 if failed else 0


def reading_the_clock() -> list[str]:
    """The files of unit tests that ask what time it is."""
    files = sorted(Path("tests/unit").rglob("test_*.py"))
    return [str(file) for file in files if re.search(ASKS, file.read_text(encoding="utf-8"))]


def _passes(name: str, zone: str, paths: list[str]) -> bool:
    print(f"clock: {name}, {zone}", flush=True)
    command = [sys.executable, "-m", "pytest", "-m", "", *IN_PARALLEL, *paths]
    environment = os.environ | {VARIABLE: f"{MOMENTS[name]} {zone}"}
    return subprocess.run(command, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
