"""Backfills of the glucose chain on a deployment of their own, from empty to the marts.

`python -m tests.benchmarks.lakehouse DAYS [DAYS_PER_RUN]` runs one and prints what it took.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import psutil
import psycopg

from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout
from pipelines.standin.days import is_without_data
from tests.backfills import READINGS, READINGS_MARTS, await_success, launch
from tests.benchmarks.measurement import Measurement
from tests.deployments import LiveDeployment, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.benchmarks.rig import Rig

DAYS, YEAR, BY_HAND = 92, 365, 4
MOST_SECONDS = 180.0
TIMES_FASTER = 10
YEAR_TO_DAYS = 4
MOST_MEGABYTES = 3 * 1024**3 / 1e6
PATIENCE_SECONDS = 1800.0
SAMPLE_SECONDS = 1.0


def measure(_: Rig) -> Iterator[Measurement]:
    by_hand = one_process_each(BY_HAND)
    days = backfilled(DAYS)
    yield Measurement(
        f"{DAYS} days of readings to the marts",
        days.seconds,
        "s",
        min(MOST_SECONDS, by_hand / TIMES_FASTER),
        by_hand,
        f"a process for each partition and asset, scaled from {BY_HAND} days",
    )
    year = backfilled(YEAR)
    yield Measurement(
        f"{YEAR} days of readings to the marts",
        year.seconds,
        "s",
        YEAR_TO_DAYS * days.seconds,
        days.seconds,
        f"{DAYS} days",
    )
    most = max(days.megabytes, year.megabytes)
    yield Measurement("memory of everything, at most", most, "MB", MOST_MEGABYTES)


@dataclass(frozen=True)
class Backfilled:
    """A backfill's seconds from launch to end, and the most memory its deployment took."""

    seconds: float
    megabytes: float


def backfilled(days: int, **variables: str) -> Backfilled:
    """Backfills the last days on a deployment that has nothing yet; checks what the marts hold."""
    with fresh(**variables) as live, Memory(live) as memory:
        started = time.monotonic()
        wanted = last_days(days)
        backfill = launch(live, wanted[0], wanted[-1], READINGS, READINGS_MARTS)
        await_success(live, backfill, PATIENCE_SECONDS)
        seconds = time.monotonic() - started
        demand_complete(live, wanted)
    return Backfilled(seconds, memory.most_bytes / 1e6)


def last_days(count: int) -> list[date]:
    """The last days of which all has arrived: readings of a morning may come at noon of the next day."""
    newest = datetime.now(UTC).date() - timedelta(days=2)
    return [newest - timedelta(days=i) for i in range(count - 1, -1, -1)]


@contextmanager
def fresh(**variables: str) -> Iterator[LiveDeployment]:
    with tempfile.TemporaryDirectory(prefix="dagdeck-bench-lake-") as folder:
        Path(folder).chmod(0o755)
        live = LiveDeployment(Path(folder) / "home", free_ports())
        try:
            done = live.run("up", "--wait", **variables)
            assert done.returncode == 0, done.stderr
            yield live
        finally:
            live.down()


def demand_complete(live: LiveDeployment, days: Sequence[date]) -> None:
    """That the mart has a row for each of its 90 days that has readings."""
    expected = [day for day in days if not is_without_data(day)]
    newest = [day for day in expected if day > expected[-1] - timedelta(days=90)]
    with psycopg.connect(live.postgres_url) as connection:
        rows = connection.execute(
            "select reading_date from marts.mrt_glucose_overview where reading_count >= 260 order by 1"
        ).fetchall()
    unlike = {row[0] for row in rows} ^ set(newest)
    assert not unlike, f"days that lack readings, or have too many: {sorted(unlike)}"


@dataclass
class Memory:
    """The most bytes that all processes of a deployment took at once, shared pages counted once."""

    live: LiveDeployment
    most_bytes: int = 0
    _ended: Event = field(default_factory=Event)

    def __enter__(self) -> Memory:
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self.most_bytes = max(self.most_bytes, _bytes_of(self.live.processes()))


def _bytes_of(processes: Sequence[psutil.Process]) -> int:
    """Their proportional set sizes together, and their children's: Postgres names its own anew."""
    total, everyone = 0, set(processes)
    for process in processes:
        with suppress(psutil.Error):
            everyone.update(process.children(recursive=True))
    for process in everyone:
        with suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total


def one_process_each(days: int) -> float:
    """Seconds that DAYS days would take with a process for each partition and asset.

    `dagster asset materialize` is run for each of a few days and each asset, then for each mart;
    the days' time is scaled.
    """
    with fresh() as live:
        environment = _environment(live)
        started = time.monotonic()
        for day in last_days(days):
            for name in READINGS:
                _materialize(environment, name, "--partition", str(day))
        of_days = time.monotonic() - started
        for name in READINGS_MARTS:
            _materialize(environment, name)
        of_marts = time.monotonic() - started - of_days
    return of_days * DAYS / days + of_marts


def _environment(live: LiveDeployment) -> dict[str, str]:
    layout = Layout(live.settings, Home(live.home), live.ports, live.settings.first_day)
    return {**layout.environment(), **_paths()}


def _paths() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}


def _materialize(environment: dict[str, str], asset: str, *more: str) -> None:
    command = [str(Path(sys.executable).with_name("dagster")), "asset", "materialize"]
    command += ["-m", "pipelines.definitions", "--select", asset, *more]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{asset}: {done.stderr[-2000:]}"


def main(days: int, days_per_run: int | None) -> None:
    variables = {"DAGDECK_DAYS_PER_RUN": str(days_per_run)} if days_per_run else {}
    print(backfilled(days, **variables))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
