"""A real Dagster on Postgres with 50 assets × 3,017 daily partitions and 150,000 real events.

`python -m tests.benchmarks.big_rig up|down` makes it in the folder DAGDECK_BENCH_KEEP, or
starts it again, and prints its URL; `down` stops it and keeps what it holds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.deployment.home import Home
from pipelines.deployment.parts import Layout
from tests.benchmarks import big_rig_definitions as definitions
from tests.deployments import LiveDeployment, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

KEEP = "DAGDECK_BENCH_KEEP"
ASSETS, PARTITIONS = 50, 3017
EVENTS_AT_ONCE = "1000"
"""Dagster writes the materializations of one step in batches where it is told to."""
ROOT = Path(__file__).parents[2]


def up(folder: Path) -> LiveDeployment:
    """The rig in `folder`, running; its history is made once. Takes a minute or two then."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    live = _deployment(folder)
    live.up("--wait")
    made = folder / "history-made"
    if not made.exists():
        _make_history(live)
        made.touch()
    return live


def down(folder: Path) -> None:
    _deployment(folder).down()
    (folder / "ports.json").unlink(missing_ok=True)


@contextmanager
def big_rig() -> Iterator[LiveDeployment]:
    """The kept rig, left running; without a folder to keep it in, one for this once."""
    kept = os.environ.get(KEEP)
    if kept:
        yield up(Path(kept))
        return
    with tempfile.TemporaryDirectory(prefix="dagdeck-big-rig-") as folder:
        try:
            yield up(Path(folder))
        finally:
            down(Path(folder))


@contextmanager
def shared_big_rig() -> Iterator[None]:
    """Within, `big_rig` gives one and the same; it is made when first wanted."""
    if os.environ.get(KEEP):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="dagdeck-big-rig-") as folder:
        os.environ[KEEP] = folder
        try:
            yield
        finally:
            del os.environ[KEEP]
            if (Path(folder) / "ports.json").exists():
                down(Path(folder))


def _deployment(folder: Path) -> LiveDeployment:
    file = folder / "ports.json"
    if not file.exists():
        file.write_text(json.dumps(free_ports()))
    variables = {
        "DAGDECK_DEFINITIONS_MODULE": definitions.__name__,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }
    return LiveDeployment(folder / "home", json.loads(file.read_text()), variables)


def _make_history(live: LiveDeployment) -> None:
    layout = Layout(live.settings, Home(live.home), live.ports, live.settings.first_day)
    environment = {
        **layout.environment(),
        **live.variables,
        "DAGSTER_EVENT_BATCH_SIZE": EVENTS_AT_ONCE,
        definitions.CODE_VERSION: "1",
    }
    command = [sys.executable, "-m", "tests.benchmarks.big_rig_events"]
    subprocess.run(command, env=environment, check=True)


def main(arguments: list[str]) -> int:
    kept = os.environ.get(KEEP)
    if arguments not in (["up"], ["down"]) or not kept:
        print(f"usage: {KEEP}=FOLDER python -m tests.benchmarks.big_rig up|down", file=sys.stderr)
        return 2
    if arguments == ["down"]:
        down(Path(kept))
        return 0
    print(up(Path(kept)).url)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
