"""A running distributed deployment, and an embedded one beside it on the same sources."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg

from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout
from pipelines.deployment.processes import find
from pipelines.deployment.state import read_state
from pipelines.resources.lake import NessieCatalog
from pipelines.resources.nessie import MAIN
from pipelines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

RUN_SECONDS = 900
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Stack:
    """The deployment in `home`, driven through its command line as a person would."""

    home: Path

    @property
    def layout(self) -> Layout:
        state = read_state(Home(self.home).state)
        settings = Settings(home=self.home, lakehouse="stack")
        return Layout(settings, Home(self.home), state.ports, state.first_day or settings.first_day)

    @property
    def environment(self) -> dict[str, str]:
        """What the deployment's own runs have in theirs."""
        return {**self.layout.environment(), "DAGDECK_HTTP_BACKOFF_SECONDS": "0.05"}

    @property
    def settings(self) -> Settings:
        return self.layout.lake_settings

    @property
    def source_settings(self) -> Settings:
        """The settings with where the sources are."""
        return self.settings.model_copy(update={"nightscout_url": self.layout.nightscout_url})

    @cached_property
    def catalog(self) -> NessieCatalog:
        return NessieCatalog(self.settings, MAIN)

    def up(self) -> None:
        """Starts what doesn't run."""
        variables = {"DAGDECK_FIRST_BACKFILL_DAYS": "0", "DAGDECK_AUTOMATION": "off"}
        command = [sys.executable, "-m", "pipelines.deployment", "up", "--profile=stack", "--wait"]
        environment = _inherited() | variables | {"DAGDECK_HOME": str(self.home)}
        done = subprocess.run(command, env=environment, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr

    def down(self) -> None:
        command = [sys.executable, "-m", "pipelines.deployment", "down"]
        subprocess.run(command, env=_inherited() | {"DAGDECK_HOME": str(self.home)}, check=True)

    def kill(self, part: str) -> None:
        """As the machine's memory killer would."""
        process = find(read_state(Home(self.home).state).processes.get(part))
        assert process is not None
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def start_run(self, job: str, first: date, last: date) -> subprocess.Popen[str]:
        return start_run(self.environment, job, first, last)

    def table(self, name: str, columns: str = "*") -> Rows:
        """The rows of a table on `main`, as DuckDB has them."""
        rows = self.catalog.load_table(name).scan().to_arrow()
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.register("read", rows)
            return connection.execute(f"select {columns} from read order by all").fetchall()

    def counts(self) -> dict[str, int]:
        """The rows of each table on `main`."""
        names = [
            name
            for each in self.catalog.list_namespaces()
            for name in self.catalog.list_tables(each)
        ]
        return {
            ".".join(name): self.catalog.load_table(name).scan().count() for name in sorted(names)
        }

    @contextmanager
    def unavailable_s3(self) -> Iterator[None]:
        """S3 answers 503 to everything within the block."""
        self.kill("s3")
        command = [sys.executable, "-m", "tests.stack.unavailable", str(self.layout.ports["s3"])]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            try:
                yield
            finally:
                server.kill()
        self.up()


def start_run(
    environment: Mapping[str, str], job: str, first: date, last: date
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.stack.run", job, str(first), str(last)]
    return subprocess.Popen(
        command, env=dict(environment), text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def ended(run: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code of a run, and why it failed."""
    said, _ = run.communicate(timeout=RUN_SECONDS)
    return run.returncode, said


def marts(url: str, names: tuple[str, ...]) -> dict[str, Rows]:
    with psycopg.connect(url) as connection:
        return {
            name: sorted(connection.execute(f"select * from marts.{name}").fetchall(), key=str)
            for name in names
        }


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("DAGDECK_")}
